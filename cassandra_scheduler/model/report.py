# SPDX-License-Identifier: Apache-2.0
"""What nova-compute says of its host and of its service.

Both come from the host as JSON texts, from a release of Nova or of this
package that may be older or newer than ours. So a value keeps its text: what
we do not know is written back unchanged, and equality is equality of texts.
The text is parsed at the first look, once. A text that makes no sense is a
value that says nothing, because one bad host must not stop the others.
"""

from collections.abc import Mapping
import dataclasses
import datetime
import functools
from typing import Any
from typing import Self

from cassandra_scheduler.model import json_text


@dataclasses.dataclass(frozen=True)
class _Said:
    """A JSON object as its writer wrote it; equal if the texts are equal."""
    text: str

    @functools.cached_property
    def fields(self) -> Mapping[str, Any]:
        """Return the whole object; empty if the text makes no sense."""
        try:
            return _mapping(json_text.decode(self.text))
        except (RecursionError, ValueError):
            return {}

    def _name(self, key: str) -> str | None:
        value = self.fields.get(key)
        return value if isinstance(value, str) else None

    def _number(self, key: str) -> int | None:
        value = self.fields.get(key)
        return value if isinstance(value, int) else None


class HostReport(_Said):
    """The report on one compute node: the column ``report`` of its tree.

        {"host": ..., "nodename": ..., "uuid": ...,
         "image_properties": {name: {value: servers with it}},
         "compute_node": {field: value, ...}}

    ``compute_node`` has every field of Nova's ComputeNode that is set, as it
    is in the database of the cell: ``numa_topology`` a text,
    ``pci_device_pools`` the primitive of its object or null,
    ``supported_hv_specs`` lists of three, ``stats`` a dict of texts, times as
    '2026-01-31T12:00:00Z'.
    """

    @classmethod
    def of(cls, *, host: str, nodename: str, uuid: str,
           image_properties: Mapping[str, Mapping[str, int]],
           compute_node: Mapping[str, Any]) -> Self:
        """Return the report that says this; equal facts, equal reports."""
        return cls(json_text.encode({
            'host': host, 'nodename': nodename, 'uuid': uuid,
            'image_properties': image_properties,
            'compute_node': compute_node}))

    @property
    def host(self) -> str | None:
        """The name of the compute service."""
        return self._name('host')

    @property
    def nodename(self) -> str | None:
        """The name of the node, Nova's hypervisor_hostname."""
        return self._name('nodename')

    @property
    def uuid(self) -> str | None:
        """The uuid of Nova's ComputeNode."""
        return self._name('uuid')

    @property
    def compute_node(self) -> Mapping[str, Any]:
        """Field -> value of Nova's ComputeNode."""
        return _mapping(self.fields.get('compute_node'))

    @property
    def stats(self) -> Mapping[str, Any]:
        """The ``stats`` of the ComputeNode: figure -> text."""
        return _mapping(self.compute_node.get('stats'))

    @property
    def image_properties(self) -> Mapping[str, Mapping[str, int]]:
        """Name -> value -> how many servers have it from their image."""
        return _mapping(self.fields.get('image_properties'))


class ServiceRecord(_Said):
    """Nova's Service of a compute host: the column ``service`` of its tree.

    It has the fields of Nova's Service, times as '2026-01-31T12:00:00Z', and
    ``left_at_ms`` if the service has said that it stops.
    """

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Self:
        """Return the record with these fields of Nova's Service."""
        return cls(json_text.encode(fields))

    def leaving(self, at_ms: int) -> Self:
        """Return this record, of a service that stopped at this time."""
        return self.of({**self.fields, 'left_at_ms': at_ms})

    @property
    def version(self) -> int | None:
        """The version of nova-compute, as Nova counts service versions."""
        return self._number('version')

    @property
    def disabled_reason(self) -> str | None:
        """Why an operator disabled the service."""
        return self._name('disabled_reason')

    @property
    def created_at(self) -> datetime.datetime | None:
        """When Nova first knew the service, as a naive UTC datetime."""
        text = self._name('created_at')
        try:
            return datetime.datetime.fromisoformat(
                text or '').replace(tzinfo=None)
        except ValueError:
            return None

    @property
    def left_at_ms(self) -> int | None:
        """When the service stopped in good order, in ms since the epoch."""
        return self._number('left_at_ms')


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
