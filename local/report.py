"""What the person at the terminal reads while the stack starts, runs and stops."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

console = Console(highlight=False)


@contextmanager
def step(title: str) -> Iterator[list[str]]:
    """One line a step with the time it took; what is appended to the list stands behind it."""
    began = time.monotonic()
    remarks: list[str] = []
    try:
        yield remarks
    except BaseException:
        console.print(f"  [red]✗[/] {title}")
        raise
    took = f"{time.monotonic() - began:5.1f} s"
    remark = f"  [dim]{'; '.join(remarks)}[/]" if remarks else ""
    console.print(f"  [green]✓[/] {title:<12}[dim]{took}[/]{remark}")


def say(text: str) -> None:
    """One plain line."""
    console.print(f"  {text}", soft_wrap=True)


def trouble(message: str, hint: str = "") -> None:
    """What went wrong and what to do."""
    console.print(f"\n  [bold red]✗ {escape(message)}[/]", soft_wrap=True)
    if hint:
        console.print(f"    → {escape(hint)}", soft_wrap=True)


def excerpt(name: str, lines: str) -> None:
    """The last lines of a log."""
    console.print(
        Panel(escape(lines) or "(empty)", title=name, title_align="left", border_style="red")
    )


def box(title: str, rows: list[tuple[str, str]]) -> None:
    """The addresses and commands that are useful now."""
    table = Table.grid(padding=(0, 2))
    for name, value in rows:
        table.add_row(f"[bold]{name}[/]", value)
    console.print(Panel(table, title=title, title_align="left", border_style="green", expand=False))
