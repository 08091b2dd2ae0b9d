# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler audit``: find and repair what is wrong."""

import functools

from cliff import lister
from rich import box
from rich import console as rich_console
from rich import table as rich_table
from rich import text

from cassandra_scheduler.audit import running
from cassandra_scheduler.cmd import progress
from cassandra_scheduler.cmd import store_access

#: Columns of a table that goes into a file or to another program.
_WIDE = 240


class AuditCommand(store_access.ConfiguredCommand, lister.Lister):
    """Check everything that Cassandra holds of the cloud.

    Finds counters that do not add up, claims without an instance, lookup
    rows that lead nowhere and unfinished transactions. Can run while the
    cloud is in use. The exit status is 1 if something wrong is left.
    """

    def get_parser(self, prog_name):
        """Return a parser that knows --heal."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--heal', action='store_true',
            help='Repair what can be repaired. What has changed since it was '
                 'found is not touched.')
        parser.add_argument(
            '--stopped', action='store_true',
            help='Use this if no service uses the cloud: also report claims '
                 'and lookup rows that are new. Without it, they are '
                 'reported only if they are older than '
                 '[cassandra_scheduler] claim_timeout.')
        parser.add_argument(
            '--without-nova', action='store_true',
            help="Do not ask Nova's databases whether instances exist.")
        return parser

    def run(self, parsed_args):
        """Show the findings; return 1 if something wrong is left."""
        self._report = None
        status = super().run(parsed_args)
        console = rich_console.Console(stderr=True)
        for line in closing(self._report):
            console.print(line, markup=False, highlight=False,
                          soft_wrap=True)
        return status or int(not self._report.clean)

    def take_action(self, parsed_args):
        """Return a row for each finding."""
        conf = store_access.read_configuration(parsed_args)
        older_than_s = conf.cassandra_scheduler.claim_timeout
        pause_s = running.PAUSE_S
        if parsed_args.stopped:
            older_than_s = pause_s = 0
        gone = None if parsed_args.without_nova else _nova(parsed_args)
        with store_access.ready_store(conf) as store, progress.bar() as tell:
            self._report = running.CloudAudit(
                store, older_than_s=older_than_s, pause_s=pause_s, gone=gone,
                progress=functools.partial(tell, 'reading')
            ).run(heal=parsed_args.heal)
        return (('State', 'Finding', 'What', 'Remedy', 'Tree', 'Consumer'),
                [*_rows('healed', self._report.healed),
                 *_rows('left', self._report.left)])

    def produce_output(self, parsed_args, column_names, data):
        """Show a table that fits the screen, or what -f and -c ask for."""
        if parsed_args.formatter != 'table' or parsed_args.columns:
            return super().produce_output(parsed_args, column_names, data)
        if data:
            out = self.app.stdout
            rich_console.Console(
                file=out, width=parsed_args.max_width or (
                    None if out.isatty() else _WIDE)).print(_table(data))
        return 0


def _table(data):
    """Return the table for a terminal; its texts name tree and consumer."""
    shown = rich_table.Table(box=box.SIMPLE_HEAD)
    for name in ('State', 'Finding', 'What', 'Remedy'):
        shown.add_column(name, overflow='fold')
    for row in data:
        shown.add_row(*map(text.Text, row[:4]))
    return shown


def closing(report):
    """Return the lines that sum up a Report."""
    warnings = len(report.warnings)
    yield (f'{report.trees} provider trees, {report.consumers} consumers: '
           f'{len(report.healed)} findings healed, '
           f'{len(report.left) - warnings} left, {warnings} warnings')
    for what in report.not_checked:
        yield f'Not checked: {what}'


def _rows(state, findings):
    return [('warning' if found.warning else state, found.kind, found.what,
             found.remedy or '-', found.tree or '-', found.consumer or '-')
            for found in findings]


def _nova(parsed_args):
    """Return a function that asks Nova's databases, None without them."""
    # Imported here: it takes a second, and every command imports this.
    import nova.conf
    from nova import config
    from nova import objects

    config.parse_args(['nova', *store_access.arguments(parsed_args)],
                      prog='nova')
    if not nova.conf.CONF.api_database.connection:
        return None
    objects.register_all()
    from cassandra_scheduler.driver import existence
    return existence.gone
