# SPDX-License-Identifier: Apache-2.0
"""The service record of a host, as its tree has it.

Three write it, and the last writer is right: the host with each heartbeat,
the host when it stops, and, for a silent host, a scheduler that polls Nova's
databases and sees what an operator told nova-api.
"""

from cassandra_scheduler.store import tree_codec


def from_heartbeat(host, heartbeat):
    """Return a tree's Heartbeat as a dict with the fields of Nova's Service.

    A service that has stopped in good order is forced down, so that every
    kind of service group takes it for down.
    """
    record = heartbeat.service
    fields, left, created = {}, False, None
    if record is not None:
        fields = {name: value for name, value in record.fields.items()
                  if name != 'left_at_ms'}
        left, created = record.left_at_ms is not None, record.created_at
    seen = tree_codec.moment(heartbeat.last_seen_ms)
    return {'host': host, 'binary': 'nova-compute', 'topic': 'compute',
            'disabled_reason': None,
            **fields, 'disabled': heartbeat.disabled,
            'forced_down': heartbeat.forced_down or left,
            'last_seen_up': seen,
            'created_at': created or seen or tree_codec.moment(0)}
