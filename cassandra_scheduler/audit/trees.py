# SPDX-License-Identifier: Apache-2.0
"""Checks one tree by itself: counters, rows and pending claims.

All of it is in one partition: one read shows it as it was at one moment, and
one conditional write mends it.
"""

from cassandra_scheduler.audit import finding
from cassandra_scheduler.audit import reading as audit_reading
from cassandra_scheduler.audit import sums
from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import write as write_model
from cassandra_scheduler.store import retrying

#: Seconds in which an audit tries again to mend a busy tree.
DEADLINE_S = 5.0
TREE = 'tree'
COUNTER, CAPACITY, NOTHING, GENERATION, AMOUNT = (
    'counter', 'capacity', 'of nothing', 'generation', 'amount')
COLUMNS, UNREADABLE, TREELESS, PENDING = (
    'columns', 'unreadable', 'no tree', 'pending claim')


def key(tree_id):
    """Return the key of a tree."""
    return (TREE, tree_id)


def look(reading, looked_at):
    """Return the Findings on a tree as it is now."""
    return of(reading, reading.tree(looked_at[1]))


def of(reading, seen):
    """Return the Findings on one SeenTree."""
    if seen.unreadable:
        return [_finding(seen, UNREADABLE, f'its row cannot be read '
                         f'({seen.unreadable})')]
    if seen.tree is None:
        return [_finding(
            seen, TREELESS, f'{row.uuid} holds something, but there is no '
            'such tree', remedy='delete the row', consumer=row.uuid)
            for row in _live(seen)]
    if not seen.tree.providers:
        return []
    return [*_of_sums(seen), *_of_rows(seen), *_of_pending(reading, seen)]


def heal(reading, found):
    """Mend a finding if it still is one; return whether it was written."""
    return bool(retrying.Attempts(DEADLINE_S).repeat(
        lambda: _heal_once(reading, found),
        until=lambda healed: healed is not None))


def _heal_once(reading, found):
    """Return whether it was mended; None if another writer came first."""
    seen = reading.tree(found.tree)
    if found not in of(reading, seen):
        return False
    if found.kind == TREELESS:
        return audit_reading.applied(
            reading.store.full_scan.delete_without_tree(
                seen.id, found.consumer))
    return audit_reading.write(reading.store, seen,
                               _mended(seen, found)) or None


def _mended(seen, found):
    """Return the TreeChange that mends a finding."""
    after = seen.tree
    if found.kind == COUNTER:
        after = after.replace(used=holdings.used_by(_live(seen)))
    elif found.kind == PENDING:
        after = after.with_pending(found.consumer, None)
    return change_model.TreeChange(
        before=seen.tree, after=after, write_id=write_model.new_write_id(),
        whole=True)


def _live(seen):
    return [row for row in seen.consumers.values() if row.is_live]


def _finding(seen, kind, what, **fields):
    name = seen.tree.root.name if seen.tree else seen.id
    return finding.Finding(kind, f'{name}: {what}', key(seen.id),
                           tree=seen.id, **fields)


def _of_sums(seen):
    for each in sums.of(seen.tree, _live(seen)):
        where = each.resource_class
        if each.provider != seen.tree.root.uuid:
            where = f'{where} of provider {each.provider}'
        if not each.adds_up:
            yield _finding(
                seen, COUNTER, f'{each.used} {where} used, but claims of '
                f'{each.held}', remedy='count again')
        if each.of_nothing:
            yield _finding(seen, NOTHING, f'{each.used} {where} used, but '
                           'there is no inventory')
        if each.over:
            yield _finding(
                seen, CAPACITY, f'{each.used} {where} used, more than there '
                'is; right if the inventory has shrunk', warning=True)


def _of_rows(seen):
    if seen.flaws:
        yield _finding(seen, COLUMNS, f'{", ".join(seen.flaws)} not as the '
                       'rest of the row says', remedy='write the row again')
    for provider in seen.tree.providers.values():
        if provider.generation < 0:
            yield _finding(seen, GENERATION, f'provider {provider.uuid} has '
                           f'generation {provider.generation}')
    for row in _live(seen):
        if row.generation < 0:
            yield _finding(seen, GENERATION, f'consumer {row.uuid} has '
                           f'generation {row.generation}', consumer=row.uuid)
        for name, units in row.amounts.items():
            if units <= 0:
                yield _finding(seen, AMOUNT, f'{row.uuid} holds {units} '
                               f'{name[1]}', consumer=row.uuid)


def _of_pending(reading, seen):
    """Yield pending claims that no consumer holds."""
    for consumer_uuid, pending in seen.tree.pending.items():
        row = seen.consumers.get(consumer_uuid)
        same = (row is not None and row.is_live and
                row.claim_id == pending.claim_id)
        if not same and reading.aged(pending.claimed_ms):
            yield _finding(
                seen, PENDING, f'a claim of {consumer_uuid} is pending, but '
                'is not held', remedy='remove the pending claim',
                consumer=consumer_uuid, evidence=(pending.claim_id,))
