# SPDX-License-Identifier: Apache-2.0
"""The service record of a host: what it last said, and what Nova has.

A heartbeat cannot tell that an operator has just forced a silent host down;
only the record in the cell's database can. Until nova-api's own writes reach
the store, that record is read for the hosts about to be used, by its index.
"""

import json

from nova import context as nova_context
from nova import exception
from nova import objects
from oslo_utils import timeutils

from cassandra_scheduler.store import codec

_TIMES = ('created_at', 'last_seen_up')


def from_heartbeat(host, heartbeat):
    """Return the record as a dict, from a tree's Heartbeat."""
    record = json.loads(heartbeat.service) if heartbeat.service else {}
    for name in _TIMES:
        if record.get(name):
            record[name] = timeutils.parse_isotime(
                record[name]).replace(tzinfo=None)
    seen = codec.moment(heartbeat.last_seen_ms)
    return {'host': host, 'binary': 'nova-compute', 'disabled_reason': None,
            **record, 'disabled': heartbeat.disabled,
            'forced_down': heartbeat.forced_down, 'last_seen_up': seen,
            'created_at': record.get('created_at') or seen or codec.moment(0)}


def from_database(host, cell):
    """Return the record as a dict, or None when there is none.

    ``cell``: the host's CellMapping. One query, of one row.
    """
    with nova_context.target_cell(nova_context.get_admin_context(),
                                  cell) as context:
        try:
            return dict(objects.Service.get_by_compute_host(context, host))
        except exception.NotFound:
            return None
