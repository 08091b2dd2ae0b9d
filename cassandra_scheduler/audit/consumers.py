# SPDX-License-Identifier: Apache-2.0
"""Whether a consumer is in one place, and everybody knows where.

Its home row names the other trees where it holds something, each row there
names the home, and the locator leads to the home.
"""

import dataclasses
import uuid as uuids

from cassandra_scheduler.audit import finding
from cassandra_scheduler.audit import reading as audit_reading
from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.store import full_scan

HOMES, HOME, PART, ALSO_IN, DANGLING, STUB = (
    'several homes', 'consumer locator', 'part without home', 'also in',
    'stale consumer locator', 'stub')
CONSUMER = 'consumer'


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """What may be wrong: of which kind, and in which tree it is mended."""
    kind: str
    tree: str
    what: str
    remedy: str = ''
    evidence: tuple = ()


def key(uuid, tree_ids):
    """Return the key of a consumer that has rows in these trees."""
    return (CONSUMER, uuid, *sorted(tree_ids))


def wrong(location, rows):
    """Return the Places of one consumer that are not right. Pure.

    ``location``: the value of its locator, None without one; ``rows``: tree
    id -> its Consumer row there, fences left out.
    """
    standing = {tree: row for tree, row in rows.items() if row.is_live}
    homes = [tree for tree, row in standing.items() if row.home == tree]
    if len(homes) > 1:
        return [Place(HOMES, homes[0], 'has its home in each of the trees '
                      f'{", ".join(sorted(homes))}')]
    home = homes[0] if homes else None
    found = [*_of_parts(home, standing), *_of_locator(home, location, rows)]
    return found + [
        Place(STUB,
              tree,
              f'has left a stub in tree {tree}',
              remedy='remove the stub')
        for tree, row in rows.items() if row.is_forwarding and tree != location
    ]


def _of_parts(home, standing):
    also_in = standing[home].also_in if home else frozenset()
    for tree in sorted(also_in - {home}):
        if tree not in standing:
            yield Place(ALSO_IN, home, f'is said to hold something in tree '
                        f'{tree}, but does not', remedy='strike the tree',
                        evidence=(tree,))
    for tree, row in sorted(standing.items()):
        if tree == home:
            continue
        if home is None:
            yield Place(PART, tree, f'holds something in tree {tree}, but '
                        f'its home, tree {row.home}, does not know it',
                        remedy='give it back', evidence=(row.claim_id,))
        elif tree not in also_in:
            yield Place(ALSO_IN, home, f'holds something in tree {tree}, '
                        'which its home does not say',
                        remedy='let the home say so', evidence=(tree,))
        elif row.home != home:
            yield Place(PART, tree, f'holds something in tree {tree}, where '
                        'its home is said to be another',
                        remedy='name the right home',
                        evidence=(row.claim_id, row.home))


def _of_locator(home, location, rows):
    there = rows.get(location)
    if home is not None and location != home:
        if there is not None and there.home_seen_from(location) == home:
            yield Place(HOME, home, f'has moved to tree {home}, but its '
                        f'locator still leads to tree {location}',
                        remedy='move the locator')
        else:
            yield Place(HOME, home, f'has its home in tree {home}, but its '
                        f'locator leads {location or "nowhere"}',
                        remedy='let the locator lead there')
    elif home is None and location is not None and not any(
            row.is_live for row in rows.values()):
        yield Place(DANGLING, location, 'has a locator that leads to tree '
                    f'{location}, but holds nothing',
                    remedy='remove the locator')


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
    location, trees = seen
    there = trees[found.tree]
    if found.kind == HOME:
        written = _lead(reading.store, uuid, location, found.tree)
    elif found.kind == STUB:
        written = reading.store.trees.delete_forwarding_row(
            found.tree, uuid, there.consumers[uuid].moved_to)
    elif found.kind == DANGLING:
        written = _drop(reading.store, uuid, location, there)
    else:
        return there.tree is not None and audit_reading.write(
            reading.store, there, _mended(uuid, found, trees))
    return audit_reading.applied(written)


def _see(reading, looked_at):
    """Return (uuid, (SeenLocation, tree id -> SeenTree) or None)."""
    _kind, uuid, *tree_ids = looked_at
    location = reading.store.full_scan.lookup_row(
        full_scan.CONSUMER_HOME, uuid)
    wanted, known = set(tree_ids), None
    if location is not None:
        wanted.add(location.value)
    while wanted != known:
        trees, known = reading.together(wanted), set(wanted)
        if trees is None:
            return uuid, None
        for seen in trees.values():
            row = seen.consumers.get(uuid)
            if row is not None and not row.is_tombstone:
                wanted |= {row.home_seen_from(seen.id), *row.also_in}
    again = reading.store.full_scan.lookup_row(
        full_scan.CONSUMER_HOME, uuid)
    return uuid, (location, trees) if again == location else None


def _found(reading, uuid, seen, looked_at):
    if seen is None:
        return
    location, trees = seen
    rows = {tree_id: tree.consumers[uuid] for tree_id, tree in trees.items()
            if uuid in tree.consumers and
            not tree.consumers[uuid].is_tombstone}
    for place in wrong(location and location.value, rows):
        if place.kind == DANGLING and not reading.aged(location.written_ms):
            continue
        yield finding.Finding(
            place.kind, f'consumer {uuid} {place.what}', looked_at,
            remedy=place.remedy, tree=place.tree, consumer=uuid,
            evidence=(*place.evidence, location and location.write_id)), seen


def _lead(store, uuid, location, home):
    """Let the locator lead to the home; return the Outcome."""
    write_id = uuids.uuid4().hex
    if location is None:
        return store.consumer_homes.create(uuid, home, write_id)
    return store.consumer_homes.move(uuid, home, write_id=write_id,
                                     from_write_id=location.write_id)


def _drop(store, uuid, location, there):
    """Remove a locator; return the Outcome.

    Who wrote it and is late finds a fence where he wants to create his row.
    """
    row = there.consumers.get(uuid)
    if row is not None and row.is_forwarding:
        store.trees.delete_forwarding_row(there.id, uuid, row.moved_to)
    fenced = store.consumers.write_claim_tombstone(there.id, uuid,
                                                   location.write_id)
    if not audit_reading.applied(fenced):
        return fenced
    return store.consumer_homes.release(uuid, location.write_id)


def _mended(uuid, found, trees):
    """Return the TreeChange that mends what one tree says."""
    seen = trees[found.tree]
    tree, row = seen.tree, seen.consumers[uuid]
    if found.kind == ALSO_IN:
        other = found.evidence[0]
        also_in = row.also_in ^ {other}
        return _change(tree, put=(row.replace(also_in=also_in),))
    home = next((tree_id for tree_id, each in trees.items()
                 if uuid in each.consumers and
                 each.consumers[uuid].is_live and
                 each.consumers[uuid].home == tree_id), None)
    if home is not None:
        return _change(tree, put=(row.replace(home=home),))
    after = tree.with_amounts(row.amounts, sign=-1)
    return _change(tree, after.with_pending(uuid, None), delete=(uuid,))


def _change(tree, after=None, **rows):
    return change_model.TreeChange(before=tree,
                                   after=after or tree,
                                   write_id=uuids.uuid4().hex,
                                   whole=True,
                                   **rows)
