# SPDX-License-Identifier: Apache-2.0
"""Checks for transactions whose coordinator died: intents and records."""

from cassandra_scheduler.audit import finding
from cassandra_scheduler.store import intents as store_intents
from cassandra_scheduler.store import transaction_records as records

INTENT, RECORD = 'intent', 'transaction'


def key(tree_id):
    """Return the key of a tree's intent."""
    return (INTENT, tree_id)


def record_key(txid):
    """Return the key of a transaction record."""
    return (RECORD, txid)


def look(reading, looked_at):
    """Return the Findings on an intent, or a record, as it is now."""
    kind, name = looked_at
    return (_of_intent if kind == INTENT else _of_record)(reading, name)


def heal(reading, found):
    """End the transaction as it was decided; abort it if it was not.

    Returns whether something was written.
    """
    if found not in look(reading, found.key):
        return False
    kind, name = found.key
    if kind == RECORD:
        record, _expires = reading.store.full_scan.transaction(name)
        return reading.store.full_scan.forget(record)
    seen = reading.tree(name)
    if seen.tree is not None and seen.tree.intent is not None:
        reading.store.transactions.resolve_intent(seen.tree)
    return True


def _of_intent(reading, tree_id):
    seen = reading.tree(tree_id)
    if seen.tree is None or seen.tree.intent is None:
        return []
    try:
        txid = store_intents.decode(seen.tree.intent).txid
    except (LookupError, TypeError, ValueError):
        return [finding.Finding(
            'unreadable', f'tree {tree_id}: its intent cannot be read',
            key(tree_id), tree=tree_id)]
    there = reading.store.full_scan.transaction(txid)
    if there is not None and not _overdue(there[0]):
        return []
    state = there[0].state if there else 'gone'
    end = 'apply' if state == records.COMMITTED else 'clear'
    return [finding.Finding(
        INTENT, f'tree {tree_id} is held by transaction {txid}, which is '
        f'{state} and past its deadline', key(tree_id), tree=tree_id,
        remedy=f'{end} the intent', evidence=(txid, state))]


def _of_record(reading, txid):
    there = reading.store.full_scan.transaction(txid)
    if there is None:
        return []
    record, expires = there
    # A record that is not committed expires by itself. If it still holds a
    # tree, the intent there is the finding.
    if expires or not _overdue(record) or _held(reading, record):
        return []
    return [finding.Finding(
        RECORD, f'the record of transaction {txid} is {record.state} and '
        'past its deadline, but on no tree', record_key(txid),
        remedy='make it expire')]


def _overdue(record):
    # The deadline of an aborted record may expire before its state.
    return record.deadline_ms is None or record.overdue


def _held(reading, record):
    """Return whether some tree still has an intent of this record."""
    return any(seen.unreadable or seen.tree is not None and
               seen.tree.intent is not None and
               record.txid in seen.tree.intent
               for seen in reading.store.full_scan.trees(record.participants))
