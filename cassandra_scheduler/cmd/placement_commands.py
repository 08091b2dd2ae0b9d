# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler placement``: copy from and to upstream's database."""

from rich import console as rich_console

from cassandra_scheduler.cmd import progress
from cassandra_scheduler.cmd import store_access


class _Copy(store_access.ConfiguredCommand):
    """Copies between this cloud and an SQL database."""

    option = None
    url_help = None

    def get_parser(self, prog_name):
        """Return a parser that knows where to copy."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            self.option, metavar='SQLALCHEMY-URL', required=True, dest='url',
            help=f'{self.url_help}, as in [placement_database] connection.')
        parser.add_argument(
            '--dry-run', action='store_true',
            help='Only count what would be written; write nothing.')
        parser.add_argument(
            '--delete-others', action='store_true',
            help='Also delete what only the target has.')
        return parser

    def take_action(self, parsed_args):
        """Copy, show the counts; return 1 if something was refused."""
        # Imported here: it takes a second, and every command imports this.
        from cassandra_scheduler.transfer import running
        from cassandra_scheduler.transfer import showing
        from cassandra_scheduler.transfer import sql_database

        conf = store_access.read_configuration(parsed_args)
        write = not parsed_args.dry_run
        with sql_database.opened(parsed_args.url, self.option) as engine, \
                store_access.ready_store(conf) as store, \
                progress.bar() as tell:
            first, last = running.copy(*self.sides(store, engine),
                                       write=write, tell=tell,
                                       prune=parsed_args.delete_others)
        console = rich_console.Console(file=self.app.stdout)
        console.print(showing.table(first, last, wrote=write))
        for line in showing.closing(last):
            console.print(line, markup=False, highlight=False,
                          soft_wrap=True)
        return 1 if last.refusals else 0


class Import(_Copy):
    """Copy upstream's Placement database into this cloud.

    Can run again: only differences are written. After an interruption, run
    it again. What only this cloud has is counted, and deleted only with
    --delete-others. Stop both Placement APIs first.
    """

    option = '--from'
    url_help = "Upstream's database"

    def sides(self, store, engine):
        """Return (reader of the source, writer of the target)."""
        from cassandra_scheduler.transfer import sql_reading
        from cassandra_scheduler.transfer import store_writing

        return sql_reading.SqlReader(engine), store_writing.StoreWriter(store)


class Export(_Copy):
    """Copy this cloud into a Placement database of upstream.

    Its tables must exist (placement-manage db sync). Can run again, as the
    import can. Stop both Placement APIs first.
    """

    option = '--to'
    url_help = 'The database'

    def sides(self, store, engine):
        """Return (reader of the source, writer of the target)."""
        from cassandra_scheduler.transfer import sql_writing
        from cassandra_scheduler.transfer import store_reading

        return store_reading.StoreReader(store), sql_writing.SqlWriter(engine)
