# SPDX-License-Identifier: Apache-2.0
"""Between a row of the table ``trees`` and the values of the model.

The state of a tree is in a few JSON texts and not in CQL collections: an
overwritten text leaves no tombstone behind, and a rejected claim returns the
whole text. What a text says is written back byte for byte, because the
digest of a row is made of the texts.
"""

from collections.abc import Callable, Mapping, Sequence
import dataclasses
import datetime
from typing import Any
from typing import cast
from typing import overload
from typing import TypeVar
import zlib

import msgspec

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import holdings
from cassandra_scheduler.model import json_text
from cassandra_scheduler.model import report as report_model
from cassandra_scheduler.model import tree as tree_model

_V = TypeVar('_V')
_EPOCH = datetime.datetime(1970, 1, 1)
#: The columns of a root row that hold the tree itself.
STATE_COLUMNS = ('resource_type', 'shape', 'generations', 'used', 'pending',
                 'report')
_read_providers = msgspec.json.Decoder(list[tree_model.Provider]).decode


@overload
def ms(moment: datetime.datetime) -> int:
    ...


@overload
def ms(moment: None) -> None:
    ...


def ms(moment: datetime.datetime | None) -> int | None:
    """Return a naive UTC datetime as milliseconds since the epoch."""
    if moment is None:
        return None
    return (moment - _EPOCH) // datetime.timedelta(milliseconds=1)


def moment(milliseconds: int | None) -> datetime.datetime | None:
    """Return milliseconds since the epoch as a naive UTC datetime."""
    if milliseconds is None:
        return None
    return _EPOCH + datetime.timedelta(milliseconds=milliseconds)


def _provider_to_json(provider: tree_model.Provider) -> dict[str, object]:
    return {'uuid': provider.uuid, 'name': provider.name,
            'parent': provider.parent, 'traits': sorted(provider.traits),
            'aggregates': sorted(provider.aggregates),
            'created_ms': provider.created_ms,
            'updated_ms': provider.updated_ms,
            'inventories': {name: msgspec.structs.astuple(inventory)
                            for name, inventory in
                            provider.inventories.items()}}


def _providers_from_json(text: str) -> list[tree_model.Provider]:
    """Return the Providers of the column ``shape``, all of generation 0.

    Reading into types is three times as fast as reading into dicts. A text
    that does not fit the types, such as a total of 8.0, is read all the same
    and keeps what it says.
    """
    try:
        return _read_providers(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return [_provider_as_written(value)
                for value in json_text.decode(text)]


def _provider_as_written(value: Mapping[str, Any]) -> tree_model.Provider:
    return tree_model.Provider(
        uuid=value['uuid'], name=value['name'], parent=value['parent'],
        traits=frozenset(value['traits']),
        aggregates=frozenset(value['aggregates']),
        created_ms=value['created_ms'], updated_ms=value['updated_ms'],
        inventories={name: tree_model.Inventory(*fields)
                     for name, fields in value['inventories'].items()})


def tree_to_row(tree: tree_model.Tree, cloud: str) -> dict[str, Any]:
    """Return the base columns of a root row that conditional writes own.

    A tree without providers does not exist yet, so no query may find it.
    """
    row = {'intent': tree.intent,
           'root_of': cloud if tree.providers else None,
           **state_columns(tree)}
    return {**row, 'digest': _digest({**row, 'seq': tree.version})}


def is_whole(row: Mapping[str, Any]) -> bool:
    """Return whether a root row is one state of its tree.

    A write sends only the columns that it changes. A replica that missed one
    write and got the next has the new version and an old column. A read of
    that replica alone is no state of the tree.
    """
    return row.get('seq') is None or row['digest'] == _digest(row)


def _digest(row: Mapping[str, Any]) -> int:
    texts = (str(row['seq']), row['intent'],
             *(row[name] for name in STATE_COLUMNS))
    return zlib.crc32('\0'.join(
        '\1' if text is None else text for text in texts).encode(
            'utf-8', 'surrogatepass'))


def state_columns(tree: tree_model.Tree) -> dict[str, str | None]:
    """Return STATE_COLUMNS of a tree; all None without providers."""
    if not tree.providers:
        return dict.fromkeys(STATE_COLUMNS)
    used: dict[str, dict[str, int]] = {}
    for (provider, resource_class), units in tree.used.items():
        if units:
            used.setdefault(provider, {})[resource_class] = units
    return {
        'resource_type': tree.resource_type,
        'report': _text(tree.report),
        'shape': json_text.encode([
            _provider_to_json(provider)
            for provider in tree.providers.values()]),
        'generations': json_text.encode({
            provider.uuid: provider.generation
            for provider in tree.providers.values()}),
        'used': json_text.encode(used),
        'pending': json_text.encode({
            uuid: [pending.claim_id, pending.claimed_ms,
                   dict(pending.usage)]
            for uuid, pending in tree.pending.items()}),
    }


def tree_from_row(row: Mapping[str, Any] | None) -> tree_model.Tree | None:
    """Return the Tree of a root row, or None for a row without one.

    The root row of a deleted tree may keep heartbeat columns; it has no
    ``seq``. A tree that a transaction creates has an intent and no providers
    at first.
    """
    if row is None or row.get('seq') is None:
        return None
    return with_columns(tree_model.Tree(
        id=row['tree'], version=row['seq'], intent=row['intent'],
        recent_write_ids=tuple(row['recent_ops'] or ()),
        heartbeat=tree_model.Heartbeat(
            last_seen_ms=ms(row['last_seen']),
            disabled=bool(row['service_disabled']),
            forced_down=bool(row['forced_down']),
            service=_value(report_model.ServiceRecord, row['service']))),
        row)


def with_columns(tree: tree_model.Tree, columns: Mapping[str, Any]
                 ) -> tree_model.Tree:
    """Return ``tree`` with what STATE_COLUMNS say of it."""
    generations = json_text.decode(columns['generations'] or '{}')
    providers = {}
    for provider in _providers_from_json(columns['shape'] or '[]'):
        # Nobody else has this value yet, so it can still be changed.
        msgspec.structs.force_setattr(provider, 'generation',
                                      generations[provider.uuid])
        providers[provider.uuid] = provider
    return tree.replace(
        providers=providers,
        used={(provider, resource_class): units
              for provider, classes in
              json_text.decode(columns['used'] or '{}').items()
              for resource_class, units in classes.items()},
        pending={uuid: tree_model.Pending(*fields) for uuid, fields in
                 json_text.decode(columns['pending'] or '{}').items()},
        resource_type=columns['resource_type'],
        report=_value(report_model.HostReport, columns['report']))


def heartbeat_to_params(heartbeat: tree_model.Heartbeat
                        ) -> Sequence[object]:
    """Return the parameters of ``beat`` that a Heartbeat gives."""
    return (moment(heartbeat.last_seen_ms), heartbeat.disabled,
            heartbeat.forced_down, _text(heartbeat.service))


def _text(value: report_model.HostReport | report_model.ServiceRecord | None
          ) -> str | None:
    return None if value is None else value.text


def _value(kind: Callable[[str], _V], text: str | None) -> _V | None:
    return None if text is None else kind(text)


def _amounts_to_row(amounts: holdings.Amounts) -> dict[str, int]:
    return {f'{provider}/{resource_class}': -units
            for (provider, resource_class), units in amounts.items()}


def _amounts_from_row(amounts: Mapping[str, int] | None
                      ) -> dict[tuple[str, str], int]:
    return {cast(tuple[str, str], tuple(key.split('/', 1))): -units
            for key, units in (amounts or {}).items()}


def consumer_to_params(consumer: consumer_model.Consumer, cloud: str,
                       tree_id: str) -> Sequence[object]:
    """Return the parameters of put_consumer and create_consumer_if_absent."""
    owner = (f'{cloud}/{consumer.project_id}'
             if consumer.project_id is not None else None)
    return (cloud, tree_id, consumer.uuid, consumer.claim_id, consumer.home,
            consumer.also_in, consumer.generation, consumer.project_id,
            consumer.user_id, owner, consumer.consumer_type,
            _amounts_to_row(consumer.amounts), moment(consumer.created_ms),
            moment(consumer.updated_ms), consumer.moved_to,
            _blocked_to_text(consumer))


def tombstone_to_params(consumer: consumer_model.Consumer, cloud: str,
                        tree_id: str) -> Sequence[object]:
    """Return the parameters of put_tombstone, create_tombstone_if_absent."""
    return (cloud, tree_id, consumer.uuid, consumer.home,
            _blocked_to_text(consumer))


def _blocked_to_text(consumer: consumer_model.Consumer) -> str | None:
    """Return what the column ``fenced`` says: claim ids with spaces."""
    return ' '.join(consumer.blocked_claims) or None


def consumer_from_row(row: Mapping[str, Any]) -> consumer_model.Consumer:
    """Return the Consumer of a consumer row."""
    return consumer_model.Consumer(uuid=row['key'],
                                   home=row['home'],
                                   amounts=_amounts_from_row(row['amounts']),
                                   claim_id=row['claim_id'],
                                   generation=row['generation'] or 0,
                                   project_id=row['project_id'],
                                   user_id=row['user_id'],
                                   consumer_type=row['consumer_type'],
                                   also_in=frozenset(row['also_in'] or ()),
                                   created_ms=ms(row['created_at']),
                                   updated_ms=ms(row['updated_at']),
                                   moved_to=row['moved_to'],
                                   blocked_claims=tuple((row['fenced']
                                                         or '').split()))


def consumer_to_json(consumer: consumer_model.Consumer) -> dict[str, Any]:
    """Return a Consumer as a value that JSON can hold."""
    value = dataclasses.asdict(consumer)
    del value['blocked_claims']
    return {**value, 'amounts': _amounts_to_row(consumer.amounts),
            'also_in': sorted(consumer.also_in),
            'fenced': _blocked_to_text(consumer)}


def consumer_from_json(value: Mapping[str, Any]) -> consumer_model.Consumer:
    """Return the Consumer that consumer_to_json was given."""
    fields = {name: value[name] for name in value if name != 'fenced'}
    return consumer_model.Consumer(**{
        **fields, 'amounts': _amounts_from_row(value['amounts']),
        'also_in': frozenset(value['also_in']),
        'blocked_claims': tuple((value.get('fenced') or '').split())})
