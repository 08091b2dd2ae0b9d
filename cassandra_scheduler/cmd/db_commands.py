# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler db``: the keyspace and its tables."""

from cliff import show

from cassandra_scheduler.cmd import progress
from cassandra_scheduler.cmd import store_access
from cassandra_scheduler.model import errors
from cassandra_scheduler.store.schema import check
from cassandra_scheduler.store.schema import sync


class DbSync(store_access.ConfiguredCommand):
    """Create the keyspace and its tables, or upgrade them.

    Only adds. Can run again at any time, also while services work.
    """

    def take_action(self, parsed_args):
        """Upgrade the schema and print its version."""
        conf = store_access.read_configuration(parsed_args)
        with store_access.open_session(conf) as store, \
                progress.steps() as show_step:
            sync.sync(store.session, store.columns,
                      searchable=store.searchable, progress=show_step)
        self.app.stdout.write(
            'Keyspace %s has schema %d\n'
            % (conf.cassandra.keyspace, check.VERSION))


class DbCheck(store_access.ConfiguredCommand):
    """Check whether services of this version can use the keyspace."""

    def take_action(self, parsed_args):
        """Check the schema; an error says what to do."""
        conf = store_access.read_configuration(parsed_args)
        with store_access.ready_store(conf):
            self.app.stdout.write(
                'Keyspace %s is ready for schema %d\n'
                % (conf.cassandra.keyspace, check.VERSION))


class DbDrop(store_access.ConfiguredCommand):
    """Remove the keyspace and everything in it, after a trial.

    Stop the services first. No other database has what they have placed.
    """

    def get_parser(self, prog_name):
        """Return a parser that asks for the keyspace's name."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--keyspace', required=True, metavar='NAME',
            help='The keyspace to remove: the one in the configuration.')
        return parser

    def take_action(self, parsed_args):
        """Remove the keyspace if it exists, and print that."""
        conf = store_access.read_configuration(parsed_args)
        keyspace = conf.cassandra.keyspace
        if parsed_args.keyspace != keyspace:
            raise errors.InvalidSettings(
                f'The configured keyspace is {keyspace!r}, not '
                f'{parsed_args.keyspace!r}: nothing was removed.')
        with store_access.open_session(conf) as store:
            sync.drop(store.session)
        self.app.stdout.write('Keyspace %s is removed\n' % keyspace)


class DbVersion(store_access.ConfiguredCommand, show.ShowOne):
    """Show the schema versions of the keyspace and of this code."""

    def take_action(self, parsed_args):
        """Return the versions; '-' for a keyspace without tables."""
        conf = store_access.read_configuration(parsed_args)
        with store_access.open_session(conf) as store:
            found = check.find_version(store.session)
        return (('keyspace', 'schema', 'needs_at_least', 'this_code'),
                (conf.cassandra.keyspace, found.version if found else '-',
                 found.oldest_reader if found else '-', check.VERSION))
