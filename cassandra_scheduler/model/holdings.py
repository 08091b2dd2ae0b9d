# SPDX-License-Identifier: Apache-2.0
"""What consumers hold in which trees: the one algebra of it. Pure.

    states    {tree id: TreeState}, as read
    amounts   {(provider uuid, resource class): units}

A function takes states and returns the states that follow. ``changes`` then
compares the first states with the last ones and says what to write.

A consumer has a row in each tree where it holds something. One of these trees
is its home; the home row names the others. For every provider, the sum of the
rows is what the tree counts as used:

    tree A (home)                         tree B
    used  A/VCPU 4                        used  B/DISK_GB 10
    row c: A/VCPU 4, also in B   <------  row c: B/DISK_GB 10, home A
"""

from collections.abc import Iterable, Mapping

from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.model import write as write_model

Amounts = Mapping[tuple[str, str], int]
States = Mapping[str, change_model.TreeState]
Rows = Mapping[str, consumer_model.Consumer]


def rows_of(states: States, uuid: str) -> dict[str, consumer_model.Consumer]:
    """Return the rows in which a consumer holds something, by tree id."""
    found = {tree_id: state.consumers.get(uuid)
             for tree_id, state in states.items()}
    return {tree_id: row for tree_id, row in found.items()
            if row is not None and row.is_live}


def home_of(rows: Rows) -> consumer_model.Consumer | None:
    """Return the home row among the rows of one consumer, or None."""
    for tree_id, row in rows.items():
        if row.home == tree_id:
            return row
    return None


def used_by(rows: Iterable[consumer_model.Consumer]
            ) -> dict[tuple[str, str], int]:
    """Return what some rows of one tree hold: what it must count as used."""
    total: dict[tuple[str, str], int] = {}
    for row in rows:
        total = added(total, row.amounts)
    return total


def is_complete(states: States, uuid: str) -> bool:
    """Return whether all rows of a consumer are among the states."""
    home = home_of(rows_of(states, uuid))
    return home is not None and home.also_in <= states.keys()


def tree_of(states: States, provider_uuid: str) -> tree_model.Tree:
    """Return the Tree that has a provider; raise NotFound if none has."""
    for state in states.values():
        if state.tree is not None and provider_uuid in state.tree.providers:
            return state.tree
    raise errors.NotFound(f'Provider {provider_uuid} is in no tree any more.')


def by_tree(states: States,
            amounts: Amounts) -> dict[str, dict[tuple[str, str], int]]:
    """Return tree id -> those of ``amounts`` that its providers give.

    The trees come in the order of the amounts. Raises NotFound for a
    provider that is in none of the trees.
    """
    found: dict[str, dict[tuple[str, str], int]] = {}
    for key, units in amounts.items():
        found.setdefault(tree_of(states, key[0]).id, {})[key] = units
    return found


def has_room_in_all(states: States, amounts: Amounts) -> bool:
    """Return whether all ``amounts`` fit beside what is used."""
    try:
        return all(capacity.has_room(states[tree_id].tree, some)
                   for tree_id, some in by_tree(states, amounts).items())
    except errors.NotFound:
        return False


def take(states: States, spec: consumer_model.ConsumerSpec, amounts: Amounts,
         *, host: str, usage: Mapping[str, object],
         write: write_model.Write) -> dict[str, change_model.TreeState] | None:
    """Return the states with a claim in them; None where it does not fit.

    ``host`` is the tree in which the claim is pending until the host reports
    it, and the home of a consumer that holds nothing yet. ``usage`` is what
    Nova's filters count as used until then (vcpus, memory_mb and so on). The
    generation of each provider that gives something goes up by one, as in
    Placement.
    """
    if not has_room_in_all(states, amounts):
        return None
    after = hold(states, spec, amounts, write=write, home=host)
    after = bump(after, {provider for provider, _class in amounts})
    tree = after[host].tree
    assert tree is not None
    after[host] = after[host].with_tree(tree.with_pending(
        spec.uuid, tree_model.Pending(write.id, write.at_ms, dict(usage))))
    return after


def hold(states: States, spec: consumer_model.ConsumerSpec, amounts: Amounts,
         *, write: write_model.Write,
         home: str = '') -> dict[str, change_model.TreeState]:
    """Return the states in which a consumer holds ``amounts`` more.

    Does not ask whether they fit. ``home`` is where a consumer that holds
    nothing yet gets its home; without it, in the tree of the first amount.
    """
    rows = rows_of(states, spec.uuid)
    more = by_tree(states, amounts)
    held = {tree_id: dict(row.amounts) for tree_id, row in rows.items()}
    for tree_id, some in more.items():
        held[tree_id] = added(held.get(tree_id, {}), some)
    return _with_rows(_with_used(states, more), _home_row(
        home_of(rows), spec, home=home, write=write), held, write=write)


def give_back(states: States, uuid: str, amounts: Amounts | None = None, *,
              write: write_model.Write) -> dict[str, change_model.TreeState]:
    """Return the states in which a consumer holds ``amounts`` less.

    Without ``amounts`` it gives back all that it holds in these states. Its
    pending claim also goes from each tree to which it gives something back.
    """
    rows = rows_of(states, uuid)
    less = ({tree_id: dict(row.amounts) for tree_id, row in rows.items()}
            if amounts is None else by_tree(states, amounts))
    left = {tree_id: added(row.amounts, less.get(tree_id, {}), sign=-1)
            for tree_id, row in rows.items()}
    after = _without_pending(_with_used(states, less, sign=-1), uuid, less)
    home = home_of(rows)
    if home is None:
        # Without the home row only rows that are now empty can be deleted.
        return {tree_id: state.with_row(uuid, None)
                if tree_id in rows and not left[tree_id] else state
                for tree_id, state in after.items()}
    return _with_rows(after, home.replace(
        generation=home.generation + 1, updated_ms=write.at_ms),
        left, write=write)


def replace(states: States, spec: consumer_model.ConsumerSpec,
            amounts: Amounts, *, write: write_model.Write
            ) -> dict[str, change_model.TreeState]:
    """Return the states in which a consumer holds exactly ``amounts``.

    It gives back what it holds and holds ``amounts``, in one write: its
    generation goes up by one, and it stays at home as long as it holds
    something there.
    """
    rows = rows_of(states, spec.uuid)
    less = {tree_id: dict(row.amounts) for tree_id, row in rows.items()}
    more = by_tree(states, amounts)
    after = _without_pending(_with_used(states, less, sign=-1), spec.uuid,
                             rows)
    return _with_rows(_with_used(after, more), _home_row(
        home_of(rows), spec, home='', write=write), more, write=write)


def move(states: States, provider_uuids: Iterable[str], *, from_tree: str,
         to_tree: str, write: write_model.Write
         ) -> dict[str, change_model.TreeState]:
    """Return the states with some providers in another tree.

    What is used of them and the rows of their consumers go with them. The
    states hold all rows of ``from_tree``, and for each of these consumers
    the rows of all other trees where it holds something.
    """
    moved = frozenset(provider_uuids)
    source, target = states[from_tree].tree, states[to_tree].tree
    assert source is not None
    target = target or tree_model.Tree(id=to_tree)
    for uuid in sorted(moved):
        target = target.with_provider(source.providers[uuid]).with_amounts({
            key: units for key, units in source.used.items()
            if key[0] == uuid})
        source = source.without_provider(uuid)
    after = {**states, from_tree: states[from_tree].with_tree(source),
             to_tree: states[to_tree].with_tree(target)}
    for uuid in holders(states[from_tree], moved):
        rows = rows_of(states, uuid)
        home = home_of(rows)
        assert home is not None
        held = {tree_id: dict(row.amounts) for tree_id, row in rows.items()}
        there = held.setdefault(to_tree, {})
        for key in [key for key in held[from_tree] if key[0] in moved]:
            there[key] = held[from_tree].pop(key)
        after = _with_rows(after, home, held, write=write)
    return after


def holders(state: change_model.TreeState,
            provider_uuids: Iterable[str]) -> list[str]:
    """Return the uuids of consumers that hold something of providers."""
    wanted = frozenset(provider_uuids)
    return [uuid for uuid, row in state.consumers.items() if row.is_live and
            any(provider in wanted for provider, _class in row.amounts)]


def bump(states: States,
         provider_uuids: Iterable[str]) -> dict[str, change_model.TreeState]:
    """Return the states with the generation of some providers one up."""
    after = dict(states)
    for uuid in sorted(set(provider_uuids)):
        tree = tree_of(after, uuid)
        after[tree.id] = after[tree.id].with_tree(tree.bumped(uuid))
    return after


def added(amounts: Amounts, others: Amounts, *,
          sign: int = 1) -> dict[tuple[str, str], int]:
    """Return the sum of two amounts, without what has come to nothing."""
    total = dict(amounts)
    for key, units in others.items():
        total[key] = total.get(key, 0) + sign * units
    return {key: units for key, units in total.items() if units}


def changes(before: States, after: States, *, write: write_model.Write
            ) -> tuple[change_model.TreeChange, ...]:
    """Return the TreeChanges that lead from one to the other.

    A row that nobody had must be created: if the write is rejected, the
    answer shows the row that exists.
    """
    found = []
    for tree_id, new in after.items():
        old = before[tree_id]
        put = tuple(row for uuid, row in new.consumers.items()
                    if old.consumers.get(uuid) != row)
        one = change_model.TreeChange(
            before=old.tree or tree_model.Tree(id=tree_id),
            after=new.tree or tree_model.Tree(id=tree_id),
            write_id=write.id, put=put,
            delete=tuple(uuid for uuid in old.consumers
                         if uuid not in new.consumers),
            create=frozenset(row.uuid for row in put
                             if row.uuid not in old.consumers))
        if not one.is_empty:
            found.append(one)
    return tuple(found)


def home_moves(before: States, after: States,
               lookup_write_ids: Mapping[str, str], *,
               write: write_model.Write
               ) -> tuple[change_model.HomeMove, ...]:
    """Return a HomeMove for each consumer whose home is another tree now.

    ``lookup_write_ids``: consumer uuid -> the write id of its lookup row.
    Consumers that are not in it are left out.
    """
    found = []
    for uuid, from_write_id in lookup_write_ids.items():
        old, new = home_of(rows_of(before, uuid)), home_of(rows_of(after,
                                                                   uuid))
        if old is not None and new is not None and old.home != new.home:
            found.append(change_model.HomeMove(uuid, from_write_id, new.home,
                                               write.id))
    return tuple(found)


def _home_row(old: consumer_model.Consumer | None,
              spec: consumer_model.ConsumerSpec, *, home: str,
              write: write_model.Write) -> consumer_model.Consumer:
    """Return the home row of a consumer, but for what it holds."""
    row = old or consumer_model.Consumer(spec.uuid, home=home,
                                         created_ms=write.at_ms)
    return row.replace(
        generation=row.generation + 1, project_id=spec.project_id,
        user_id=spec.user_id, consumer_type=spec.consumer_type,
        updated_ms=write.at_ms)


def _with_used(states: States, amounts: Mapping[str, Amounts], *,
               sign: int = 1) -> dict[str, change_model.TreeState]:
    """Return the states with amounts, by tree id, added to what is used."""
    after = dict(states)
    for tree_id, some in amounts.items():
        tree = after[tree_id].tree
        if tree is not None and some:
            after[tree_id] = after[tree_id].with_tree(
                tree.with_amounts(some, sign=sign))
    return after


def _without_pending(states: States, uuid: str, tree_ids: Iterable[str]
                     ) -> dict[str, change_model.TreeState]:
    after = dict(states)
    for tree_id in tree_ids:
        tree = after[tree_id].tree
        if tree is not None and uuid in tree.pending:
            after[tree_id] = after[tree_id].with_tree(
                tree.with_pending(uuid, None))
    return after


def _with_rows(states: States, home: consumer_model.Consumer,
               held: Mapping[str, Amounts], *, write: write_model.Write
               ) -> dict[str, change_model.TreeState]:
    """Return the states with the rows of one consumer as they are to be.

    ``home``: its home row, but for what it holds there; ``held``: tree id ->
    amounts. All rows of a consumer bear the id of its last write. A home that
    it leaves keeps a forwarding row, because the lookup row still leads
    there.
    """
    uuid, old = home.uuid, rows_of(states, home.uuid)
    if not home.also_in <= states.keys():
        raise ValueError(f'not all trees of consumer {uuid} were read')
    kept = {tree_id: dict(some) for tree_id, some in held.items() if some}
    home_id = home.home if home.home in kept else next(iter(kept), None)
    after = dict(states)
    for tree_id in (*kept, *(each for each in old if each not in kept)):
        row = old.get(tree_id)
        if tree_id == home_id:
            row = home.replace(
                home=home_id, amounts=kept[tree_id], claim_id=write.id,
                also_in=frozenset(kept) - {home_id})
        elif tree_id in kept:
            row = consumer_model.Consumer(
                uuid, home=home_id or '', amounts=kept[tree_id],
                claim_id=write.id, created_ms=home.created_ms,
                updated_ms=home.updated_ms)
        elif row is not None and row.home == tree_id and home_id is not None:
            row = consumer_model.Consumer(uuid, home=tree_id,
                                          moved_to=home_id,
                                          claim_id=write.id)
        else:
            row = None
        after[tree_id] = after[tree_id].with_row(uuid, row)
    return after
