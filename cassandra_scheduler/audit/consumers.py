# SPDX-License-Identifier: Apache-2.0
"""Checks that each consumer has one home, and that its rows agree.

Its home row names the other trees where it holds something, each row there
names the home, and the lookup row leads to the home.
"""

import dataclasses

from cassandra_scheduler.audit import finding
from cassandra_scheduler.audit import reading as audit_reading
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import full_scan

HOMES, HOME, PART, ALSO_IN, DANGLING, FORWARDING = (
    'several homes', 'consumer lookup row', 'part without home', 'also in',
    'stale consumer lookup row', 'forwarding row')
CONSUMER = 'consumer'


@dataclasses.dataclass(frozen=True, slots=True)
class Flaw:
    """What may be wrong: its kind, and the tree where it is mended."""
    kind: str
    tree: str
    what: str
    remedy: str = ''
    evidence: tuple = ()


def key(uuid, tree_ids):
    """Return the key of a consumer that has rows in these trees."""
    return (CONSUMER, uuid, *sorted(tree_ids))


def wrong(leads_to, rows):
    """Return the Flaws of one consumer. Pure.

    ``leads_to``: the value of its lookup row, None without one; ``rows``:
    tree id -> its Consumer row there, without claim tombstones.
    """
    standing = {tree: row for tree, row in rows.items() if row.is_live}
    homes = [tree for tree, row in standing.items() if row.home == tree]
    if len(homes) > 1:
        return [Flaw(HOMES, homes[0], 'has its home in each of the trees '
                     f'{", ".join(sorted(homes))}')]
    home = homes[0] if homes else None
    found = [*_of_parts(home, standing), *_of_lookup(home, leads_to, rows)]
    return found + [
        Flaw(FORWARDING, tree, f'has left a forwarding row in tree {tree}',
             remedy='remove the forwarding row')
        for tree, row in rows.items()
        if row.is_forwarding and tree != leads_to]


def _of_parts(home, standing):
    also_in = standing[home].also_in if home else frozenset()
    for tree in sorted(also_in - {home}):
        if tree not in standing:
            yield Flaw(ALSO_IN, home, 'holds something in tree '
                       f'{tree} by its home row, but does not',
                       remedy='remove the tree from the home row',
                       evidence=(tree,))
    for tree, row in sorted(standing.items()):
        if tree == home:
            continue
        if home is None:
            yield Flaw(PART, tree, f'holds something in tree {tree}, but '
                       f'its home, tree {row.home}, has no row of it',
                       remedy='give it back', evidence=(row.claim_id,))
        elif tree not in also_in:
            yield Flaw(ALSO_IN, home, f'holds something in tree {tree}, '
                       'which its home row does not name',
                       remedy='add the tree to the home row',
                       evidence=(tree,))
        elif row.home != home:
            yield Flaw(PART, tree, f'holds something in tree {tree}, but '
                       'its row there names another home',
                       remedy='name the right home',
                       evidence=(row.claim_id, row.home))


def _of_lookup(home, leads_to, rows):
    there = rows.get(leads_to)
    if home is not None and leads_to != home:
        if there is not None and there.home_seen_from(leads_to) == home:
            yield Flaw(HOME, home, f'has moved to tree {home}, but its '
                       f'lookup row still leads to tree {leads_to}',
                       remedy='move the lookup row')
        else:
            yield Flaw(HOME, home, f'has its home in tree {home}, but its '
                       f'lookup row leads {leads_to or "nowhere"}',
                       remedy='correct the lookup row')
    elif home is None and leads_to is not None and not any(
            row.is_live for row in rows.values()):
        yield Flaw(DANGLING, leads_to, 'has a lookup row that leads to tree '
                   f'{leads_to}, but holds nothing',
                   remedy='remove the lookup row')


def look(reading, looked_at):
    """Return the Findings on a consumer as it is now."""
    uuid, seen = _see(reading, looked_at)
    return [found for found, _seen in _found(reading, uuid, seen, looked_at)]


def heal(reading, found):
    """Mend a finding if it still is one; return whether it was written."""
    uuid, seen = _see(reading, found.key)
    if found not in [one for one, _seen in
                     _found(reading, uuid, seen, found.key)]:
        return False
    lookup, trees = seen
    there = trees[found.tree]
    if found.kind == HOME:
        written = _lead(reading.store, uuid, lookup, found.tree)
    elif found.kind == FORWARDING:
        written = reading.store.trees.delete_forwarding_row(
            found.tree, uuid, there.consumers[uuid].moved_to)
    elif found.kind == DANGLING:
        written = _delete_orphan(reading.store, uuid, lookup, there)
    else:
        return there.tree is not None and audit_reading.write(
            reading.store, there, _mended(uuid, found, trees))
    return audit_reading.applied(written)


def _see(reading, looked_at):
    """Return (uuid, (SeenLookupRow, tree id -> SeenTree) or None)."""
    _kind, uuid, *tree_ids = looked_at
    lookup = reading.store.full_scan.lookup_row(
        full_scan.CONSUMER_HOME, uuid)
    wanted, known = set(tree_ids), None
    if lookup is not None:
        wanted.add(lookup.value)
    while wanted != known:
        trees, known = reading.snapshot(wanted), set(wanted)
        if trees is None:
            return uuid, None
        for seen in trees.values():
            row = seen.consumers.get(uuid)
            if row is not None and not row.is_tombstone:
                wanted |= {row.home_seen_from(seen.id), *row.also_in}
    again = reading.store.full_scan.lookup_row(
        full_scan.CONSUMER_HOME, uuid)
    return uuid, (lookup, trees) if again == lookup else None


def _found(reading, uuid, seen, looked_at):
    if seen is None:
        return
    lookup, trees = seen
    rows = {tree_id: tree.consumers[uuid] for tree_id, tree in trees.items()
            if uuid in tree.consumers and
            not tree.consumers[uuid].is_tombstone}
    for flaw in wrong(lookup and lookup.value, rows):
        if flaw.kind == DANGLING and not reading.aged(lookup.written_ms):
            continue
        yield finding.Finding(
            flaw.kind, f'consumer {uuid} {flaw.what}', looked_at,
            remedy=flaw.remedy, tree=flaw.tree, consumer=uuid,
            evidence=(*flaw.evidence, lookup and lookup.write_id)), seen


def _lead(store, uuid, lookup, home):
    """Make the lookup row lead to the home; return the Outcome."""
    write_id = write_model.new_write_id()
    if lookup is None:
        return store.consumer_homes.create(uuid, home, write_id)
    return store.consumer_homes.move(uuid, home, write_id=write_id,
                                     from_write_id=lookup.write_id)


def _delete_orphan(store, uuid, lookup, there):
    """Delete a lookup row that leads to no consumer; return the Outcome."""
    row = there.consumers.get(uuid)
    if row is not None and row.is_forwarding:
        # It forwards to a tree without the consumer.
        store.trees.delete_forwarding_row(there.id, uuid, row.moved_to)
    return store.consumers.delete_orphan(uuid, lookup)


def _mended(uuid, found, trees):
    """Return the TreeChange that mends what one tree says."""
    write, before = write_model.new(), {found.tree: trees[found.tree].state}
    state = before[found.tree]
    row = state.consumers[uuid]
    home = holdings.home_of(holdings.rows_of(
        {tree_id: seen.state for tree_id, seen in trees.items()}, uuid))
    if found.kind == ALSO_IN:
        also_in = row.also_in ^ {found.evidence[0]}
        after = {found.tree: state.with_row(uuid, row.replace(
            also_in=also_in))}
    elif home is not None:
        after = {found.tree: state.with_row(uuid, row.replace(
            home=home.home))}
    else:
        after = holdings.give_back(before, uuid, write=write)
    [change] = holdings.changes(before, after, write=write)
    return dataclasses.replace(change, whole=True)
