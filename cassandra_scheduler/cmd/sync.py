# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler sync``: copy what requests need from Nova."""

from cliff import lister

from cassandra_scheduler.cmd import nova_access
from cassandra_scheduler.cmd import progress
from cassandra_scheduler.cmd import store_access


class Sync(store_access.ConfiguredCommand, lister.Lister):
    """Copy aggregates, cells and service states from Nova's databases.

    Can run again at any time, also while services work: only differences are
    written. After an interruption, run it again. Instances are only counted.
    For instances without a claim, run "placement import" or nova-manage
    placement heal_allocations.
    """

    def take_action(self, parsed_args):
        """Return a row for each kind of thing."""
        conf = store_access.read_configuration(parsed_args)
        context = nova_access.open_databases(parsed_args)
        # Imported here, because it imports much of Nova.
        from cassandra_scheduler.driver.sync import everything

        with store_access.ready_store(conf) as store, \
                nova_access.in_one_line(), progress.bar() as tell:
            counts = list(everything.FullSync(store, tell=tell).run(context))
        return (('What', 'Right already', 'Written', 'Missing'),
                [(count.what, count.right, count.written, count.missing)
                 for count in counts])
