# SPDX-License-Identifier: Apache-2.0
"""Which of the instances that a request names are where.

Nova keeps the instances of every host at hand; here those that a request
asks about are looked up, by what they hold. An instance being moved counts
where it holds something under its own name: at the destination, and while it
is evacuated at both ends.
"""

from nova import objects

from cassandra_scheduler.driver import host_names

_HINTS = ('same_host', 'different_host')


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


class Instances:
    """The instances one request may ask about, looked up when it does.

    With ``everything`` all instances of a host are shown, for filters and
    weighers that may look at any of them.
    """

    def __init__(self, store, spec, context, *, everything=False):
        self._store = store
        self._spec = spec
        self._context = context
        self._everything = everything
        self._found = None       # host -> set of uuids
        self._placed = {}        # host -> set of uuids

    def on(self, tree_id, host):
        """Return uuid -> Instance on a host."""
        uuids = set(self._placed.get(host, ()))
        if self._everything:
            uuids.update(
                consumer.uuid for consumer in
                self._store.trees.list_consumers(tree_id)
                if consumer.consumer_type != 'MIGRATION' and
                not consumer.fenced and not consumer.moved_to)
        if self._found is None:
            self._found = self._locate(named(self._spec))
        uuids |= self._found.get(host, set())
        return {uuid: objects.Instance(self._context, uuid=uuid)
                for uuid in uuids}

    def forget(self):
        """Look for the instances anew when asked next."""
        self._found = None

    def hosts(self):
        """Return the names of hosts with instances the request names."""
        return set(self._locate(named(self._spec)))

    def placed(self, uuid, host):
        """Remember that this request has put an instance on a host."""
        self._placed.setdefault(host, set()).add(uuid)

    def _locate(self, uuids):
        """Return host -> uuids on it. One partition per uuid and tree."""
        if not uuids:
            return {}
        homes = self._store.consumer_homes.find_many(uuids)
        trees = {}
        for uuid, location in homes.items():
            row = self._store.trees.find_consumer(location.value, uuid)
            if row and row.moved_to:
                row = self._store.trees.find_consumer(row.moved_to, uuid)
            if row and not row.fenced:
                trees[uuid] = {row.home, *row.also_in}
        hosts = host_names.of_trees(
            self._store, set().union(*trees.values()) if trees else ())
        found = {}
        for uuid, tree_ids in trees.items():
            for tree_id in tree_ids:
                if tree_id in hosts:
                    found.setdefault(hosts[tree_id], set()).add(uuid)
        return found
