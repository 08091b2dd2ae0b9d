# SPDX-License-Identifier: Apache-2.0
"""The service record of a host: what it last said, and what Nova has.

A heartbeat cannot tell that an operator has just forced a silent host down;
only the record in the cell's database can. Until nova-api's own writes reach
the store, that record is read for the hosts about to be used, by its index.
"""

import datetime
import json

from nova import context as nova_context
from nova.db.main import api as database
from nova.db.main import models
import sqlalchemy

from cassandra_scheduler.store import codec

_SERVICES = models.Service.__table__


def from_heartbeat(host, heartbeat):
    """Return the record as a dict, from a tree's Heartbeat."""
    record = json.loads(heartbeat.service) if heartbeat.service else {}
    seen = codec.moment(heartbeat.last_seen_ms)
    created = record.get('created_at')
    return {'host': host, 'binary': 'nova-compute', 'disabled_reason': None,
            **record, 'disabled': heartbeat.disabled,
            'forced_down': heartbeat.forced_down, 'last_seen_up': seen,
            'created_at': datetime.datetime.fromisoformat(created).replace(
                tzinfo=None) if created else seen or codec.moment(0)}


def from_database(hosts, cell):
    """Return host -> its record as a dict, of those that have one.

    ``cell``: the CellMapping of them all. One query.
    """
    with nova_context.target_cell(nova_context.get_admin_context(),
                                  cell) as context:
        return {row['host']: dict(row) for row in _rows(context, hosts)}


@database.pick_context_manager_reader
def _rows(context, hosts):
    return context.session.execute(sqlalchemy.select(_SERVICES).where(
        _SERVICES.c.host.in_(hosts), _SERVICES.c.deleted == 0,
        _SERVICES.c.binary == 'nova-compute')).mappings().all()
