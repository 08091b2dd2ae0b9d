# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler sync``: what Nova's databases know, for requests."""

import contextlib

from cliff import lister
from rich import console as rich_console
from rich import progress as rich_progress

from cassandra_scheduler.cmd import nova_access
from cassandra_scheduler.cmd import store_access


class Sync(lister.Lister):
    """Bring aggregates, cells and service states from Nova's databases.

    Can be run again at any time, and while services work: what is right
    already is not written. After an interruption it goes on where it was.
    Instances are only counted; those without a claim are to be brought by
    "placement import" or by nova-manage placement heal_allocations.
    """

    def get_parser(self, prog_name):
        """Return a parser that knows --config-file."""
        parser = super().get_parser(prog_name)
        store_access.add_arguments(parser)
        return parser

    def take_action(self, parsed_args):
        """Return a row for each kind of thing."""
        conf = store_access.read_configuration(parsed_args)
        context = nova_access.open_databases(parsed_args)
        # Not before: it imports much of Nova.
        from cassandra_scheduler.driver.sync import everything

        with store_access.ready_store(conf) as store, \
                nova_access.in_one_line(), _progress() as tell:
            counts = list(everything.FirstSync(store, tell=tell).run(context))
        return (('What', 'Right already', 'Written', 'Missing'),
                [(count.what, count.right, count.written, count.missing)
                 for count in counts])


@contextlib.contextmanager
def _progress():
    """Give a function to call with (what, done, of how many or None)."""
    console = rich_console.Console(stderr=True)
    if not console.is_terminal:
        yield lambda what, done, of: None
        return
    with rich_progress.Progress(
            rich_progress.TextColumn('{task.description}', markup=False),
            rich_progress.BarColumn(),
            rich_progress.MofNCompleteColumn(),
            rich_progress.TimeElapsedColumn(),
            console=console, transient=True) as progress:
        task = progress.add_task('reading', total=None)
        yield lambda what, done, of: progress.update(
            task, description=what, completed=done, total=of)
