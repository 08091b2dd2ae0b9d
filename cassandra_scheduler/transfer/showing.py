# SPDX-License-Identifier: Apache-2.0
"""Shows what a copy did, and the differences that are left."""

from rich import table as rich_table

from cassandra_scheduler.transfer import tally as tallies


def table(first, last, *, wrote):
    """Return a rich Table: what the ``first`` pass found, what is left."""
    shown = rich_table.Table(
        'what', 'source', 'new', 'changed', 'only in target',
        'differ still' if wrote else 'differ',
        title='Copied' if wrote else 'Compared; nothing is written')
    shown.columns[0].no_wrap = True
    for column in shown.columns[1:]:
        column.justify = 'right'
    for kind in tallies.KINDS:
        shown.add_row(kind, *(f'{number:,}' for number in (
            first.of(kind, tallies.SAME, tallies.NEW, tallies.CHANGED),
            first.of(kind, tallies.NEW), first.of(kind, tallies.CHANGED),
            last.of(kind, tallies.EXTRA), different(last, kind))))
    return shown


def different(tally, *kinds):
    """Return how many things differ, of some kinds or of all."""
    return sum(tally.of(kind, tallies.NEW, tallies.CHANGED, tallies.EXTRA)
               for kind in kinds or tallies.KINDS)


def closing(last):
    """Yield the last lines: the refusals, and the number of differences.
    """
    for line in last.refusals:
        yield f'Not written: {line}.'
    extra = last.total(tallies.EXTRA)
    if extra:
        yield (f'{extra:,} things are only in the target; they are not '
               'changed.')
    number = different(last)
    yield f'{number:,} differ.' if number else 'Nothing differs.'
