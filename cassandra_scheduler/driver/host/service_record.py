# SPDX-License-Identifier: Apache-2.0
"""The service record of a host, as its tree has it.

Three write it, and whoever writes last is right: the host with each
heartbeat, the host when it stops, and for a host that is silent the watch of
a scheduler, which sees what an operator has told nova-api.
"""

import datetime
import json

from cassandra_scheduler.store import tree_codec


def from_heartbeat(host, heartbeat):
    """Return the record as a dict, from a tree's Heartbeat.

    A service that has said goodbye is forced down, so that it is down for
    every kind of service group.
    """
    record = json.loads(heartbeat.service) if heartbeat.service else {}
    seen = tree_codec.moment(heartbeat.last_seen_ms)
    created = record.get('created_at')
    left = record.pop('left_at_ms', None) is not None
    return {'host': host, 'binary': 'nova-compute', 'topic': 'compute',
            'disabled_reason': None,
            **record, 'disabled': heartbeat.disabled,
            'forced_down': heartbeat.forced_down or left,
            'last_seen_up': seen,
            'created_at': datetime.datetime.fromisoformat(created).replace(
                tzinfo=None) if created else seen or tree_codec.moment(0)}
