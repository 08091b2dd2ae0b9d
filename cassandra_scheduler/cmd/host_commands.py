# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler host``: what the schedulers know of the hosts."""

import time

from cliff import columns
from cliff import lister
from cliff import show
from oslo_config import cfg

from cassandra_scheduler.cmd import store_access
from cassandra_scheduler.model import capacity
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import restriction
from cassandra_scheduler.model import write

#: Nova's own option, which says when a silent host counts as down.
_DOWN_TIME = cfg.IntOpt('service_down_time', default=60)
_CLASSES = ('VCPU', 'MEMORY_MB', 'DISK_GB')


class Share(columns.FormattableColumn):
    """What is free of what there is: '3/16', or {'free': 3, 'total': 16}."""

    def human_readable(self):
        """Return a text, '-' where a host has nothing of the kind."""
        if self._value is None:
            return '-'
        return '{free}/{total}'.format(**self._value)


class _OfHosts(store_access.ConfiguredCommand):
    """A command on the compute hosts of a cloud."""

    def trees(self, parsed_args, *wanted):
        """Return (trees of hosts, seconds until silence means down).

        ``wanted``: further Restrictions. Sorted by host and node.
        """
        conf = store_access.read_configuration(parsed_args,
                                               more_opts=[_DOWN_TIME])
        wanted = (restriction.Restriction('resource_type', '=', 'compute'),
                  *wanted)
        with store_access.ready_store(conf) as store:
            found = [tree for page in store.scan.pages(wanted)
                     for tree in page.trees]
        return sorted(found, key=_names), conf.service_down_time


class HostList(_OfHosts, lister.Lister):
    """Show every compute host: its state, what is free, who is coming."""

    def take_action(self, parsed_args):
        """Return a row for each node of each host."""
        trees, down_time = self.trees(parsed_args)
        return (('Host', 'Node', 'State', 'VCPU free', 'MEMORY_MB free',
                 'DISK_GB free', 'Servers', 'Claims pending'),
                [(*_names(tree), state(tree, down_time),
                  *(Share(share(tree, name)) for name in _CLASSES),
                  _servers(tree), len(tree.pending)) for tree in trees])


class HostShow(_OfHosts, show.ShowOne):
    """Show all that is known of one compute host."""

    def get_parser(self, prog_name):
        """Return a parser that knows the host and its node."""
        parser = super().get_parser(prog_name)
        parser.add_argument('host', help='The name of the compute service.')
        parser.add_argument('--node', help='One of the nodes of the host, '
                                           'if it has several.')
        return parser

    def take_action(self, parsed_args):
        """Return the fields of the one host that was meant."""
        trees, down_time = self.trees(
            parsed_args,
            restriction.Restriction('host', '=', parsed_args.host))
        tree = _only(trees, parsed_args)
        record = tree.heartbeat.service
        fields = {
            'host': _names(tree)[0], 'node': _names(tree)[1],
            'provider': tree.root.uuid, 'tree': tree.id,
            'state': state(tree, down_time),
            'last_seen': _moment(record and record.left_at_ms or
                                 tree.heartbeat.last_seen_ms),
            'disabled_reason': record and record.disabled_reason,
            'servers': _servers(tree),
            'claims_pending': '\n'.join(
                f'{uuid} since {_moment(claim.claimed_ms)}'
                for uuid, claim in sorted(tree.pending.items())),
            'traits': '\n'.join(sorted(
                {trait for provider in tree.providers.values()
                 for trait in provider.traits})),
            'aggregates': '\n'.join(sorted(
                {uuid for provider in tree.providers.values()
                 for uuid in provider.aggregates}))}
        for name in _classes(tree):
            fields[f'{name} free'] = Share(share(tree, name))
        return tuple(fields), tuple(fields.values())


def state(tree, down_time):
    """Return 'up', 'down' or 'disabled'; a host that is down is down.

    ``down_time``: seconds after the last heartbeat.
    """
    beat = tree.heartbeat
    silent_s = (write.now_ms() - (beat.last_seen_ms or 0)) / 1000
    if beat.forced_down or silent_s > down_time:
        return 'down'
    return 'disabled' if beat.disabled else 'up'


def share(tree, resource_class):
    """Return what is free and what there is of a class, or None.

    Units of the class, over all providers of the tree, by Placement's rules:
    without what is reserved, times the allocation ratio.
    """
    stocks = [(inventory, tree.units_used(provider.uuid, resource_class))
              for provider in tree.providers.values()
              if (inventory := provider.inventories.get(resource_class))]
    if not stocks:
        return None
    return {'free': sum(capacity.room(*stock) for stock in stocks),
            'total': sum(capacity.room(inventory, 0)
                         for inventory, _used in stocks)}


def _classes(tree):
    return sorted({name for provider in tree.providers.values()
                   for name in provider.inventories})


def _names(tree):
    report = tree.report
    return (report and report.host or '-', report and report.nodename or '-')


def _servers(tree):
    """Return how many servers the host itself has counted."""
    stats = tree.report.stats if tree.report else {}
    return int(stats.get('num_instances') or 0)


def _moment(milliseconds):
    if milliseconds is None:
        return 'never'
    return time.strftime('%Y-%m-%dT%H:%M:%SZ',
                         time.gmtime(milliseconds / 1000))


def _only(trees, parsed_args):
    """Return the tree that the arguments mean; NotFound when unclear."""
    host, node = parsed_args.host, parsed_args.node
    found = [tree for tree in trees
             if node in (None, _names(tree)[1])]
    if not trees:
        raise errors.NotFound(
            f'No compute host {host!r} has reported; "cassandra-scheduler '
            'host list" shows those that have.')
    if len(found) != 1:
        nodes = ', '.join(_names(tree)[1] for tree in trees)
        raise errors.NotFound(
            f'Host {host!r} has the nodes {nodes}: choose one with --node.')
    return found[0]
