# SPDX-License-Identifier: Apache-2.0
"""Reads a whole cloud once and notes the suspects: what to look at again.

Keeps a few words about each provider and consumer, not the trees, so a large
cloud fits into memory. The cloud may change while it is read, so a suspect is
not a finding yet.
"""

import collections

from cassandra_scheduler.audit import consumers
from cassandra_scheduler.audit import intents
from cassandra_scheduler.audit import providers
from cassandra_scheduler.audit import sharing
from cassandra_scheduler.audit import trees
from cassandra_scheduler.store import full_scan
from cassandra_scheduler.store import token_ranges

#: How many trees are read side by side.
PAGE = 50
#: Replaces the amounts of a row; here only matters whether it has any.
_SOMETHING = {('', ''): 1}


class Ledger:
    """What one scan of a cloud has seen."""

    def __init__(self, reading):
        self._reading = reading
        self._suspects = {}
        self._consumers = collections.defaultdict(dict)
        self._providers = collections.defaultdict(set)
        self._names = collections.defaultdict(dict)
        self.trees = 0

    @property
    def homes(self):
        """Return uuid -> Consumer for all home rows, without the amounts."""
        return {uuid: row for uuid, rows in self._consumers.items()
                for tree_id, row in rows.items()
                if row.is_live and row.home == tree_id}

    def fill(self, progress):
        """Read everything; call ``progress(done, of)`` after each page."""
        reading, parts = self._reading.store.full_scan, token_ranges.parts()
        for number, part in enumerate(parts):
            tree_ids = reading.tree_ids(part)
            for start in range(0, len(tree_ids), PAGE):
                page = tree_ids[start:start + PAGE]
                for seen in reading.trees(page):
                    self._note(seen)
                progress(number + (start + len(page)) / len(tree_ids),
                         len(parts))
            for txid in reading.transaction_ids(part):
                self._suspect(intents.record_key(txid))
            progress(number + 1, len(parts))
        for name, compare in (
                (full_scan.CONSUMER_HOME, self._compare_consumers),
                (full_scan.PROVIDER_TREE, self._compare_providers),
                (full_scan.PROVIDER_NAME, self._compare_names)):
            lookup_rows = {}
            for part in parts:
                lookup_rows.update(reading.lookup_rows(name, part))
            compare(lookup_rows)

    def suspects(self):
        """Return the keys of all that must be looked at again."""
        return list(self._suspects)

    def _suspect(self, key):
        self._suspects[key] = None

    def _note(self, seen):
        self.trees += seen.tree is not None
        if trees.of(self._reading, seen):
            self._suspect(trees.key(seen.id))
        for uuid, row in seen.consumers.items():
            if not row.is_tombstone:
                self._consumers[uuid][seen.id] = row.replace(
                    amounts=_SOMETHING if row.amounts else {})
        if seen.tree is None:
            return
        if seen.tree.intent is not None:
            self._suspect(intents.key(seen.id))
        if sharing.shares(seen.tree):
            # Few trees share, so each is looked up in the catalogue.
            self._suspect(sharing.key(seen.id))
        for provider in seen.tree.providers.values():
            self._providers[provider.uuid].add(seen.id)
            self._names[provider.name][provider.uuid] = seen.id

    def _compare_consumers(self, lookup_rows):
        for uuid in {*self._consumers, *lookup_rows}:
            rows = self._consumers.get(uuid, {})
            if consumers.wrong(lookup_rows.get(uuid), rows):
                self._suspect(consumers.key(uuid, rows))

    def _compare_providers(self, lookup_rows):
        for uuid in {*self._providers, *lookup_rows}:
            where = self._providers.get(uuid, ())
            if providers.wrong(lookup_rows.get(uuid), where):
                self._suspect(providers.key(uuid, where))

    def _compare_names(self, lookup_rows):
        for name in {*self._names, *lookup_rows}:
            bearers = self._names.get(name, {})
            if providers.wrong(lookup_rows.get(name), bearers):
                self._suspect(providers.name_key(name,
                                                 set(bearers.values())))
