# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler local``: a real Cassandra on this machine."""

import argparse
import contextlib
import dataclasses

from cliff import command
from cliff import lister
from rich import console as rich_console

from cassandra_scheduler.local import cluster as local_cluster
from cassandra_scheduler.local import failures
from cassandra_scheduler.local import jars
from cassandra_scheduler.local import java as java_runtime
from cassandra_scheduler.local import plan as plans

_COLUMNS = ('Cluster', 'Node', 'Address', 'Port', 'PID', 'State', 'Heap')


class _OfCluster(command.Command):
    """A command on one cluster, chosen by its name."""

    def get_parser(self, prog_name):
        """Return a parser that knows --name."""
        parser = super().get_parser(prog_name)
        parser.add_argument('--name', default='default',
                            help='The cluster (default: %(default)s).')
        return parser

    def tell_where(self, cluster):
        """Say that the cluster is up, and where."""
        self.app.stdout.write(
            'Cassandra is up: cluster %s on %s, port %d\n'
            % (cluster.name, ', '.join(cluster.contact_points),
               cluster.port))


class _Planned(_OfCluster):
    """A command that says what a cluster consists of."""

    def get_parser(self, prog_name):
        """Return a parser whose options are the fields of a plan."""
        parser = super().get_parser(prog_name)
        add = parser.add_argument
        add('--nodes', type=int, choices=(1, 3),
            help='How many nodes (at first: 1).')
        add('--heap', metavar='SIZE',
            help='Java heap of each node, like 768M (at first: 1G).')
        add('--address',
            help='Where the first node listens; others count on from there '
                 '(at first: 127.0.0.1, of three nodes 127.0.0.11).')
        add('--port', type=int,
            help='Port for clients on every node (at first: 9042).')
        add('--storage-port', type=int,
            help='Port between nodes (at first: 2042 below --port).')
        add('--authentication', action=argparse.BooleanOptionalAction,
            help='Ask clients for a password; the first superuser is '
                 'cassandra with the password cassandra.')
        add('--tls', action=argparse.BooleanOptionalAction,
            help='Accept only clients that speak TLS.')
        return parser

    def planned(self, parsed_args):
        """Return the Cluster that the options describe."""
        fields = {field.name for field in dataclasses.fields(plans.Plan)}
        wishes = {name: value for name, value in vars(parsed_args).items()
                  if name in fields and value is not None}
        return local_cluster.Cluster(**wishes)


class Start(_Planned):
    """Start a Cassandra on this machine and wait until it answers.

    What is not given is as it was when the cluster was last started.
    """

    def take_action(self, parsed_args):
        """Start the cluster and say where it is."""
        cluster = self.planned(parsed_args)
        with _progress() as tell:
            cluster.start(tell)
        self.tell_where(cluster)
        if cluster.certificate:
            self.app.stdout.write(
                'Clients trust %s\n' % cluster.certificate)


class Fetch(command.Command):
    """Download what a local Cassandra needs, for starts without a network.

    Nothing is started. What is there already is not downloaded again.
    """

    def take_action(self, parsed_args):
        """Look for Java and the jars, and say where they are."""
        java = java_runtime.find()
        with _progress() as tell:
            found = jars.find_or_download(tell)
        self.app.stdout.write('Cassandra is ready: %s with %s\n'
                              % (java, ' '.join(found.class_path)))


class Run(_Planned):
    """Run one node in the foreground, for systemd and its like.

    SIGTERM lets it flush and end. Output goes where this command's goes.
    """

    def get_parser(self, prog_name):
        """Return a parser that knows which node."""
        parser = super().get_parser(prog_name)
        parser.add_argument('--node', type=int, default=1, metavar='NUMBER',
                            help='Which node (default: %(default)s).')
        return parser

    def take_action(self, parsed_args):
        """Go on as the node."""
        cluster = self.planned(parsed_args)
        cluster.run_node(parsed_args.node,
                         lambda text: self.app.stderr.write(text + '\n'))


class Wait(_Planned):
    """Wait until all nodes of a local Cassandra answer, or one of them.

    Of a cluster that is just being made, give what its start was given.
    """

    def get_parser(self, prog_name):
        """Return a parser that knows which node."""
        parser = super().get_parser(prog_name)
        parser.add_argument('--node', type=int, metavar='NUMBER',
                            help='Which node (default: all).')
        return parser

    def take_action(self, parsed_args):
        """Wait, and say where it is."""
        cluster = self.planned(parsed_args)
        with _progress() as tell:
            tell('waiting for cluster %r' % cluster.name)
            cluster.wait(parsed_args.node)
        self.tell_where(cluster)


class Stop(_OfCluster):
    """Stop a local Cassandra and keep its data."""

    def take_action(self, parsed_args):
        """Stop the cluster and say whether it was running."""
        cluster = local_cluster.Cluster(parsed_args.name)
        with _progress() as tell:
            tell('stopping cluster %r' % cluster.name)
            running = cluster.stop()
        self.app.stdout.write(
            'Cluster %s %s\n' % (cluster.name, 'is stopped' if running
                                 else 'was not running'))


class Wipe(_OfCluster):
    """Stop a local Cassandra and remove its data, logs and settings."""

    def take_action(self, parsed_args):
        """Wipe the cluster and say so."""
        cluster = local_cluster.Cluster(parsed_args.name)
        with _progress() as tell:
            tell('wiping cluster %r' % cluster.name)
            cluster.wipe()
        self.app.stdout.write('Cluster %s is wiped\n' % cluster.name)


class Status(lister.Lister):
    """Show the nodes of the local Cassandras."""

    def get_parser(self, prog_name):
        """Return a parser that knows --name."""
        parser = super().get_parser(prog_name)
        parser.add_argument('--name', help='One cluster (default: all).')
        return parser

    def take_action(self, parsed_args):
        """Return a row for each node."""
        clusters = [cluster for cluster in local_cluster.existing()
                    if parsed_args.name in (None, cluster.name)]
        if parsed_args.name and not clusters:
            raise failures.LocalClusterError(
                'there is no local cluster %r: make it with '
                'cassandra-scheduler local start --name %s'
                % (parsed_args.name, parsed_args.name))
        return _COLUMNS, [dataclasses.astuple(seen) for cluster in clusters
                          for seen in cluster.status()]


@contextlib.contextmanager
def _progress():
    """Give a function that shows what is being waited for."""
    console = rich_console.Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: console.print(text, markup=False, soft_wrap=True)
        return
    with console.status('looking around') as status:
        yield status.update
