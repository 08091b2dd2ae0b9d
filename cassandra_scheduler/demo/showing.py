# SPDX-License-Identifier: Apache-2.0
"""What the demo shows: one moving line while it works, tables afterwards."""

import contextlib

from rich import progress as rich_progress
from rich import table as rich_table

from cassandra_scheduler.demo import asking

_MIB = 1024


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

        ``detail`` is only for the moving line: it may change often.
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

    def show(self, table):
        """Print a table."""
        self.console.print(table)


def fleet_line(hosts):
    """Return one line about the hosts."""
    return (f'{len(hosts)} computes in {len({h.zone for h in hosts})} zones: '
            f'{sum(h.vcpus for h in hosts)} VCPU, '
            f'{sum(h.memory_mb for h in hosts) // _MIB} GiB of memory')


def landed(wishes, servers, claims):
    """Return a Table of the servers, in the order in which they landed.

    ``servers``: name -> server as Nova shows it; ``claims``: server uuid ->
    Claim.
    """
    table = rich_table.Table(
        title='Servers in the order of their claims', box=None,
        pad_edge=False, padding=(0, 2, 0, 0),
        caption='free: before -> after the claim; by: which scheduler; '
                'ms: to claim')
    for heading, justify in (
            ('server', 'left'), ('wanted', 'left'), ('host', 'left'),
            ('zone', 'left'), ('VCPU free', 'right'), ('GiB free', 'right'),
            ('by', 'right'), ('ms', 'right')):
        table.add_column(heading, justify=justify, no_wrap=True)
    wished = {servers[wish.name]['id']: wish for wish in wishes}
    for uuid, claim in claims.items():
        if uuid in wished:
            table.add_row(*_row(wished[uuid], servers[wished[uuid].name],
                                claim))
    return table


def _row(wish, server, claim):
    return (wish.name,
            f'{wish.flavor.name}, {wish.note}' if wish.note
            else wish.flavor.name,
            server[asking.HOST],
            server['OS-EXT-AZ:availability_zone'],
            claim.before_and_after('VCPU'),
            claim.before_and_after('MEMORY_MB', _MIB),
            claim.scheduler.rpartition('-')[2], f'{claim.milliseconds:.1f}')


def claims_line(claims):
    """Return one line about how long the claims took, and who raced."""
    times = sorted(claim.milliseconds for claim in claims)
    raced = sum(claim.raced for claim in claims)
    return (f'{len(times)} claims: {times[len(times) // 2]:.1f} ms at the '
            f'median, {times[-1]:.1f} ms at most; {raced} met another '
            'claim on the way and were made anew')


def resized(before, after, flavor, claim):
    """Return one line about a server that was resized."""
    return (f'{after["name"]} is resized from '
            f'{before["flavor"]["original_name"]} to {flavor.name} and '
            f'confirmed: {before[asking.HOST]} -> '
            f'{after[asking.HOST]}, claimed in '
            f'{claim.milliseconds:.1f} ms')


def openrc(environment):
    """Return the lines that prepare a shell for the openstack command."""
    return '\n'.join(f'export {name}={value}'
                     for name, value in environment.items())
