# SPDX-License-Identifier: Apache-2.0
"""The options for oslo-config-generator, through oslo.config.opts."""

from cassandra_scheduler.conf import cassandra
from cassandra_scheduler.conf import scheduler


def list_opts():
    """Return (group, options) pairs for the sample configuration file."""
    return [
        (cassandra.GROUP, cassandra.OPTS),
        (scheduler.NOVA_GROUP, scheduler.NOVA_OPTS),
        (scheduler.GROUP, scheduler.OPTS),
    ]
