"""What is read during the walk: numbered steps, facts with a tick, and the figures at the end."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from backend.core import money
from local.walk.client import WrongError

console = Console(highlight=False)


def yuan(fen: int) -> str:
    """12345 → ¥123.45"""
    return f"¥{money.yuan(fen)}"


class Narrator:
    """Counts the steps and prints what happens in them."""

    def __init__(self) -> None:
        self.steps = 0
        self.facts = 0

    def step(self, chinese: str, english: str) -> None:
        """A new step begins."""
        self.steps += 1
        console.print(f"\n[bold cyan]{self.steps:>2}  {chinese}[/]  [dim]{english}[/]")

    def asked(self, request: str) -> None:
        """What the client sends."""
        console.print(f"      [dim]→ {escape(request)}[/]", soft_wrap=True)

    def fact(self, text: str) -> None:
        """Something that was checked and is right."""
        self.facts += 1
        console.print(f"    [green]✓[/] {escape(text)}", soft_wrap=True)


def wrong(error: WrongError) -> None:
    """The first thing that is not as it must be."""
    console.print(f"    [bold red]✗ {escape(error.what)}[/]", soft_wrap=True)
    console.print(f"      应为 expected: {escape(str(error.expected))}", soft_wrap=True)
    console.print(f"      实为 actual:   {escape(str(error.actual))}", soft_wrap=True)


def summary(rows: list[tuple[str, int]], narrator: Narrator, seconds: float) -> None:
    """The money of the whole walk."""
    table = Table(title="金额汇总 Figures", title_justify="left", min_width=48)
    table.add_column("项目 item")
    table.add_column("金额 yuan", justify="right")
    for name, fen in rows:
        table.add_row(name, yuan(fen))
    console.print()
    console.print(table)
    console.print(
        f"[bold green]✓ 全部正确[/]  {narrator.steps} 步 steps, {narrator.facts} 项核对 facts,"
        f" {seconds:.1f} s"
    )
