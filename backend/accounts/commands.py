"""`flask staff create`: the first operator, who then makes the others over the API."""

import click
from flask import Flask
from flask.cli import AppGroup

from backend.accounts.staff import create_staff
from backend.core.caller import STAFF, Role
from backend.core.database import transaction
from backend.core.errors import DomainError

staff = AppGroup("staff", help="Accounts of the people who run the service.")


@staff.command("create")
@click.argument("login")
@click.option("--role", default=Role.operator.value, type=click.Choice(sorted(STAFF)))
@click.password_option(help="Asked for when not given; at least 12 characters.")
def create(login: str, role: str, password: str) -> None:
    """Create a staff account; the password is asked for and there is no default."""
    try:
        with transaction():
            user_id = create_staff(login, password, Role(role), by=None)
    except DomainError as error:
        raise click.ClickException(f"{error.code}: {error.message}") from error
    click.echo(f"Created {role} {login} (user {user_id}).")


def register_commands(app: Flask) -> None:
    """Add the command group to the `flask` command."""
    app.cli.add_command(staff)
