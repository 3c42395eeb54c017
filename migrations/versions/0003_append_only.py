"""What is history is only ever added to: the database refuses to change or delete it

Revision: 0003_append_only, after: 0002_main_job
"""

from alembic import op

revision = "0003_append_only"
down_revision = "0002_main_job"
branch_labels = None
depends_on = None

HISTORIES = (
    "credit_transfers",
    "stock_movements",
    "order_events",
    "audit_entries",
    "provider_notices",
)


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is only ever added to; % is refused', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'restrict_violation';
        END $$
    """)
    for table in HISTORIES:
        op.execute(f"""
            CREATE TRIGGER {table}_only_grows
            BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)


def downgrade() -> None:
    for table in HISTORIES:
        op.execute(f"DROP TRIGGER {table}_only_grows ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
