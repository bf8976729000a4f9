"""What the demonstration shows on a terminal: steps, facts, tables, bars. The door to rich."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

console = Console(highlight=False, soft_wrap=True)


def step(number: int, zh: str, en: str) -> None:
    """The heading of one of the nine steps."""
    console.print(f"\n[bold blue]{number}  {zh}[/bold blue]  [dim]{en}[/dim]")


def left(sentence: str) -> None:
    """One thing the step left behind."""
    console.print(f"   [green]✓[/green] {sentence}")


def warn(sentence: str) -> None:
    """One thing the reader should not overlook."""
    console.print(f"   [yellow]![/yellow] {sentence}")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A small table under a step."""
    grid = Table(title=title, title_justify="left", title_style="dim", box=None, pad_edge=True)
    for column in columns:
        grid.add_column(column)
    for row in rows:
        grid.add_row(*(str(cell) for cell in row))
    console.print(grid)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, float | None], None]]:
    """A bar for one long piece of work: call it with rows done and the fraction, if known."""
    columns = (
        TextColumn("     {task.description}"),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} 行"),
        TimeElapsedColumn(),
    )
    # Into a file goes what a step left behind, not the motion of a bar.
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(title, total=1.0, rows=0)

        def report(rows: int, fraction: float | None) -> None:
            bars.update(task, rows=rows, completed=fraction or 0.0)

        yield report
        bars.update(task, completed=1.0)
