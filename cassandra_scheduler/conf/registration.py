# SPDX-License-Identifier: Apache-2.0
"""The one place where options meet a configuration object.

Promises: the same options on any oslo.config object, and plain values for the
inner rooms. To register them again does no harm. Refuses: a global CONF. Read
next: opts, for the sample file.
"""

from cassandra_scheduler.conf import cassandra
from cassandra_scheduler.conf import scheduler


def register_opts(conf):
    """Register every option of this project on an oslo.config object.

    The object may be Nova's own or another one.
    """
    conf.register_group(cassandra.GROUP)
    conf.register_opts(cassandra.OPTS, group=cassandra.GROUP)
    conf.register_opts(scheduler.NOVA_OPTS, group=scheduler.NOVA_GROUP)
    conf.register_group(scheduler.GROUP)
    conf.register_opts(scheduler.OPTS, group=scheduler.GROUP)


def store_settings(conf):
    """Return the [cassandra] options as keyword arguments for Settings.

    Every value is immutable: a list becomes a tuple, ``replication`` a tuple
    of (datacenter, copies) pairs in order of the datacenters' names.
    """
    values = {opt.dest: conf.cassandra[opt.dest] for opt in cassandra.OPTS}
    values['contact_points'] = tuple(values['contact_points'])
    values['replication'] = tuple(sorted(values['replication'].items()))
    return values


def copy(conf, other):
    """Copy the values of the [cassandra] options to ``other``.

    These options must be registered on both objects.
    """
    for opt in cassandra.OPTS:
        other.set_override(opt.dest, conf.cassandra[opt.dest],
                           group=cassandra.GROUP.name)
