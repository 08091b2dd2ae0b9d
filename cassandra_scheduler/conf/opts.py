# SPDX-License-Identifier: Apache-2.0
"""The options for oslo-config-generator, through oslo.config.opts."""

from cassandra_scheduler.conf import cassandra
from cassandra_scheduler.conf import scheduler


def list_opts():
    """Return (group, options) pairs for a sample of nova.conf."""
    return [
        (cassandra.GROUP, cassandra.OPTS),
        (scheduler.NOVA_GROUP, scheduler.NOVA_OPTS),
        (scheduler.GROUP, scheduler.OPTS),
    ]


def list_placement_opts():
    """Return (group, options) pairs for a sample of placement.conf."""
    return [(cassandra.GROUP, cassandra.OPTS)]
