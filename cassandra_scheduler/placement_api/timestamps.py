# SPDX-License-Identifier: Apache-2.0
"""Between our milliseconds and the naive UTC datetimes of the handlers."""

from oslo_utils import timeutils

from cassandra_scheduler.store import tree_codec

moment = tree_codec.moment


def now_ms():
    """Return the present in milliseconds since the epoch."""
    return tree_codec.ms(timeutils.utcnow())
