# SPDX-License-Identifier: Apache-2.0
"""Shows how far a command is, if its standard error is a terminal."""

import contextlib

from rich import console as rich_console
from rich import progress as rich_progress


@contextlib.contextmanager
def bar():
    """Yield a function to call with (what, done, of how many or None)."""
    console = rich_console.Console(stderr=True)
    if not console.is_terminal:
        yield lambda what, done, of: None
        return
    with rich_progress.Progress(
            rich_progress.TextColumn('{task.description}', markup=False),
            rich_progress.BarColumn(), rich_progress.MofNCompleteColumn(),
            rich_progress.TimeElapsedColumn(),
            console=console, transient=True) as progress:
        task = progress.add_task('reading', total=None)
        yield lambda what, done, of: progress.update(
            task, description=what, completed=done, total=of)


@contextlib.contextmanager
def steps():
    """Yield a function to call with the name of each step.

    Without a terminal each name is a line.
    """
    console = rich_console.Console(stderr=True)
    if not console.is_terminal:
        yield lambda name: console.print(name, markup=False, soft_wrap=True)
        return
    with rich_progress.Progress(
            rich_progress.SpinnerColumn(),
            rich_progress.TextColumn('{task.completed} steps'),
            rich_progress.TimeElapsedColumn(),
            rich_progress.TextColumn('{task.description}', markup=False),
            console=console, transient=True) as progress:
        task = progress.add_task('connecting', total=None)
        yield lambda name: progress.update(task, advance=1, description=name)
