# SPDX-License-Identifier: Apache-2.0
"""Which of the instances that a request names are where.

Nova keeps the instances of every host at hand; here those that a request
asks about are looked up, by what they hold. An instance being moved counts
where it holds something under its own name: at the destination, and while it
is evacuated at both ends.
"""

from nova import context as nova_context
from nova import objects

from cassandra_scheduler.driver.host import names
from cassandra_scheduler.model import consumer as consumer_model

_HINTS = ('same_host', 'different_host')
#: The types of consumers that are instances; they had none in the beginning.
_INSTANCES = (consumer_model.INSTANCE, None)


def named(spec):
    """Return the uuids of instances that the request is about."""
    found = set()
    group = spec.instance_group
    if group is not None and 'members' in group:
        found.update(group.members or ())
    for hint in _HINTS:
        value = spec.get_scheduler_hint(hint)
        found.update([value] if isinstance(value, str) else value or ())
    if found and 'instance_uuid' in spec and spec.instance_uuid:
        found.add(spec.instance_uuid)
    return found


class RequestInstances:
    """The instances one request may ask about, looked up when it does.

    With ``cells`` all instances of a host are shown, for filters and
    weighers of others, that may look at any of them: all that hold something
    in the host's trees and that the host has counted, so that the database
    of its cell knows them. What such a plugin asks of an Instance beyond its
    uuid it loads itself, from there.
    """

    def __init__(self, store, spec, context, *, cells=None):
        self._store = store
        self._spec = spec
        self._context = context
        self._cells = cells
        self._found = None       # host -> set of uuids
        self._placed = {}        # host -> set of uuids

    def on(self, host):
        """Return uuid -> Instance on a host."""
        if self._found is None:
            self._found = self._locate(named(self._spec))
        uuids = self._found.get(host, set()) | self._placed.get(host, set())
        found = {uuid: objects.Instance(self._context, uuid=uuid)
                 for uuid in uuids}
        if self._cells is not None:
            found.update(self._all(host))
        return found

    def forget(self):
        """Look for the instances anew when asked next."""
        self._found = None

    def hosts(self):
        """Return the names of hosts with instances the request names."""
        return set(self._locate(named(self._spec)))

    def hosts_of(self, uuids):
        """Return the names of hosts with one of these instances."""
        return set(self._locate(uuids))

    def placed(self, uuid, host):
        """Remember that this request has put an instance on a host."""
        self._placed.setdefault(host, set()).add(uuid)

    def _all(self, host):
        """Return uuid -> Instance of all that hold something on a host.

        One index read, and one partition for each tree of the host.
        """
        cell = self._cells.mapping_of(host)
        if cell is None:
            return {}
        uuids = [consumer.uuid
                 for tree in names.trees_named(self._store, host)
                 for consumer in self._store.trees.list_consumers(tree.id)
                 if consumer.consumer_type in _INSTANCES and
                 consumer.uuid not in tree.pending]
        with nova_context.target_cell(self._context, cell) as context:
            return {uuid: objects.Instance(context, uuid=uuid)
                    for uuid in uuids}

    def _locate(self, uuids):
        """Return host -> uuids on it. One partition per uuid and tree."""
        if not uuids:
            return {}
        trees = {}
        for uuid, location in self._store.consumer_homes.find_many(
                uuids).items():
            row = self._home_row(uuid, location.value)
            if row is not None:
                trees[uuid] = {row.home, *row.also_in}
        hosts = names.of_trees(
            self._store, set().union(*trees.values()) if trees else ())
        found = {}
        for uuid, tree_ids in trees.items():
            for tree_id in tree_ids:
                if tree_id in hosts:
                    found.setdefault(hosts[tree_id], set()).add(uuid)
        return found

    def _home_row(self, uuid, tree_id):
        """Return the home row of a consumer, or None if it holds nothing."""
        row = self._store.trees.find_consumer(tree_id, uuid)
        if row is not None and row.is_live and row.home == tree_id:
            return row
        # It is on its way from one home to another, or not there at all.
        found = self._store.consumers.find(uuid)
        return found.consumer if found else None
