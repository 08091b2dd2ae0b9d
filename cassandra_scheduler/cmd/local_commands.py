# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler local``: a real Cassandra on this machine."""

import argparse
import contextlib
import dataclasses

from cliff import command
from cliff import lister
from rich import console as rich_console

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import cluster as local_cluster
from cassandra_scheduler.testbed import cluster_plan
from cassandra_scheduler.testbed import jars
from cassandra_scheduler.testbed import java as java_runtime

_COLUMNS = ('Cluster', 'Node', 'Address', 'Port', 'PID', 'State', 'Heap')


class _ClusterCommand(command.Command):
    """A command on one cluster, chosen by its name."""

    def get_parser(self, prog_name):
        """Return a parser with --name."""
        parser = super().get_parser(prog_name)
        parser.add_argument('--name', default='default',
                            help='The cluster (default: %(default)s).')
        return parser

    def tell_where(self, cluster):
        """Print that the cluster is up, and its addresses."""
        self.app.stdout.write(
            f'Cassandra is up: cluster {cluster.name} on '
            f'{", ".join(cluster.contact_points)}, port {cluster.port}\n')


class _PlanCommand(_ClusterCommand):
    """A command whose options say what a cluster consists of."""

    def get_parser(self, prog_name):
        """Return a parser whose options are the fields of a plan."""
        parser = super().get_parser(prog_name)
        add = parser.add_argument
        add('--nodes', type=int, choices=(1, 3),
            help='How many nodes (at first: 1).')
        add('--heap', metavar='SIZE',
            help='Java heap of each node, like 768M (at first: 1G).')
        add('--address',
            help='Where the first node listens; the others follow it '
                 '(at first: 127.0.0.1, of three nodes 127.0.0.11).')
        add('--port', type=int,
            help='Port for clients on every node (at first: 9042).')
        add('--storage-port', type=int,
            help='Port between nodes (at first: 2042 below --port).')
        add('--authentication', action=argparse.BooleanOptionalAction,
            help='Demand a password from clients; the first superuser is '
                 'cassandra with the password cassandra.')
        add('--tls', action=argparse.BooleanOptionalAction,
            help='Accept only clients that use TLS.')
        return parser

    def cluster(self, parsed_args):
        """Return the LocalCluster that the options describe."""
        fields = {field.name for field in
                  dataclasses.fields(cluster_plan.ClusterPlan)}
        return local_cluster.LocalCluster(**{
            name: value for name, value in vars(parsed_args).items()
            if name in fields and value is not None})


class Start(_PlanCommand):
    """Start a Cassandra on this machine and wait until it answers.

    An option that is not given is as it was at the last start.
    """

    def take_action(self, parsed_args):
        """Start the cluster and print its addresses."""
        cluster = self.cluster(parsed_args)
        with _progress() as tell:
            cluster.start(tell)
        self.tell_where(cluster)
        if cluster.certificate:
            self.app.stdout.write(f'Clients trust {cluster.certificate}\n')


class Fetch(command.Command):
    """Download what a local Cassandra needs, for starts without a network.

    Nothing is started, and nothing is downloaded twice.
    """

    def take_action(self, parsed_args):
        """Find Java and the jars, and print where they are."""
        java = java_runtime.find()
        with _progress() as tell:
            found = jars.find_or_download(tell)
        self.app.stdout.write(f'Cassandra is ready: {java} with '
                              f'{" ".join(found.class_path)}\n')


class Run(_PlanCommand):
    """Run one node in the foreground, for systemd and its like.

    SIGTERM makes it flush and end. It prints where this command prints.
    """

    def get_parser(self, prog_name):
        """Return a parser with --node."""
        parser = super().get_parser(prog_name)
        parser.add_argument('--node', type=int, default=1, metavar='NUMBER',
                            help='Which node (default: %(default)s).')
        return parser

    def take_action(self, parsed_args):
        """Replace this process by the node."""
        cluster = self.cluster(parsed_args)
        cluster.run_node(parsed_args.node,
                         lambda text: self.app.stderr.write(text + '\n'))


class Wait(_PlanCommand):
    """Wait until all nodes of a local Cassandra answer, or one of them.

    For a cluster that is just being made, give the options of its start.
    """

    def get_parser(self, prog_name):
        """Return a parser with --node."""
        parser = super().get_parser(prog_name)
        parser.add_argument('--node', type=int, metavar='NUMBER',
                            help='Which node (default: all).')
        return parser

    def take_action(self, parsed_args):
        """Wait, and print the addresses."""
        cluster = self.cluster(parsed_args)
        with _progress() as tell:
            tell(f'waiting for cluster {cluster.name!r}')
            cluster.wait(parsed_args.node)
        self.tell_where(cluster)


class Stop(_ClusterCommand):
    """Stop a local Cassandra and keep its data."""

    def take_action(self, parsed_args):
        """Stop the cluster and print whether it was running."""
        cluster = local_cluster.LocalCluster(parsed_args.name)
        with _progress() as tell:
            tell(f'stopping cluster {cluster.name!r}')
            running = cluster.stop()
        self.app.stdout.write(
            f'Cluster {cluster.name} '
            f'{"is stopped" if running else "was not running"}\n')


class Wipe(_ClusterCommand):
    """Stop a local Cassandra and remove its data, logs and settings."""

    def take_action(self, parsed_args):
        """Wipe the cluster and print it."""
        cluster = local_cluster.LocalCluster(parsed_args.name)
        with _progress() as tell:
            tell(f'wiping cluster {cluster.name!r}')
            cluster.wipe()
        self.app.stdout.write(f'Cluster {cluster.name} is wiped\n')


class Status(lister.Lister):
    """Show the nodes of the local Cassandras."""

    def get_parser(self, prog_name):
        """Return a parser with --name."""
        parser = super().get_parser(prog_name)
        parser.add_argument('--name', help='One cluster (default: all).')
        return parser

    def take_action(self, parsed_args):
        """Return a row for each node."""
        clusters = [cluster for cluster in local_cluster.existing()
                    if parsed_args.name in (None, cluster.name)]
        if parsed_args.name and not clusters:
            raise testbed.TestbedError(
                f'there is no local cluster {parsed_args.name!r}: make it '
                'with cassandra-scheduler local start --name '
                f'{parsed_args.name}')
        return _COLUMNS, [dataclasses.astuple(seen) for cluster in clusters
                          for seen in cluster.status()]


@contextlib.contextmanager
def _progress():
    """Yield a function that shows what the command waits for."""
    console = rich_console.Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: console.print(text, markup=False, soft_wrap=True)
        return
    with console.status('looking for clusters') as status:
        yield status.update
