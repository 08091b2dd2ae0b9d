# SPDX-License-Identifier: Apache-2.0
"""One moving line that says what is being done, above lines that stay."""

import contextlib

from rich import progress as rich_progress


class Screen:
    """A rich Console with a line that says what is being done."""

    def __init__(self, console):
        self.console = console
        self._moving = None
        self._task = None
        self._said = None

    @contextlib.contextmanager
    def busy(self):
        """Show the moving line in this block; without a terminal, lines."""
        if not self.console.is_terminal:
            yield self
            return
        with rich_progress.Progress(
                rich_progress.SpinnerColumn(),
                rich_progress.TextColumn('{task.description}', markup=False),
                rich_progress.BarColumn(),
                rich_progress.TextColumn('{task.fields[count]}'),
                rich_progress.TimeElapsedColumn(), console=self.console,
                transient=True) as self._moving:
            self._task = self._moving.add_task('', total=None, count='')
            yield self
        self._moving = None

    def tell(self, text, done=None, of=None, *, detail=''):
        """Say what is being done now, and how much of it is done.

        Only the moving line shows ``detail``, which may change often.
        """
        if self._moving is not None:
            self._moving.update(
                self._task, description=f'{text}{detail}', total=of,
                completed=done or 0,
                count=f'{done}/{of}' if of else '')
        elif text != self._said:
            self.say(text)
        self._said = text

    def say(self, text):
        """Print a line that stays."""
        self.console.print(text, markup=False, highlight=False,
                           soft_wrap=True)


def openrc(environment):
    """Return the lines that prepare a shell for the openstack command."""
    return '\n'.join(f'export {name}={value}'
                     for name, value in environment.items())
