# SPDX-License-Identifier: Apache-2.0
"""A fleet in Cassandra, and our scheduler on it."""

import collections
import dataclasses

import fixtures

from cassandra_scheduler.driver import manager as driver_manager
from cassandra_scheduler.driver import plugins
from cassandra_scheduler.driver import wiring
from cassandra_scheduler.model import change as change_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.reporter import figures
from cassandra_scheduler.reporter import publishing
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import nova_ground
from cassandra_scheduler.tests.functional.parity import answers
from cassandra_scheduler.tests.functional.parity import ground


class Cloud(fixtures.Fixture):
    """A Fleet, written as its reporters and Placement's clients write it.

    ``weighed`` counts the requests for which a weigher told hosts apart.
    """

    def __init__(self, fleet):
        super().__init__()
        self._fleet = fleet
        self.weighed = collections.Counter()

    def _setUp(self):
        self._cloud = self.useFixture(cassandra.Cloud())
        self.store = self._cloud.store
        nova = self.useFixture(ground.Ground(self._cloud.settings))
        self.folder = nova.folder
        self._records = ground.fill(nova, self._fleet)
        self._cells = nova.cells()
        # All hosts with room are looked at, as Nova does, and not a sample;
        # what a sample is good for has tests of its own.
        nova.flags(group='cassandra_scheduler', candidate_page=1000)
        # Ties are broken at random here, and there by the order of a set.
        self.useFixture(fixtures.MonkeyPatch(
            'cassandra_scheduler.scheduling.ranking.order', _by_name))
        self._options = ground.Options(nova_ground.CONF)
        self._wiring = RecordingWiring(nova_ground.CONF)
        self._manager = driver_manager.CassandraSchedulerManager(
            host='ours', wiring=self._wiring)
        self._manager.init_host(None)

    def answer(self, draft):
        """Return the Answer to a Draft, and give back what was claimed."""
        self._options.use(draft)
        self._wiring.plugins = plugins.Plugins()
        for weigher in self._wiring.plugins.weighers:
            weigher.weigh_objects = self._noting(weigher)
        self._wiring.ranks = ranks = []
        found = answers.ask(
            self._manager, ground.requests.spec_of(draft, self._cells),
            draft.uuids, ranks)
        for uuid in draft.uuids:
            self._release(uuid)
        return found

    def write(self):
        """Write the hosts and what is on them into Cassandra."""
        on = collections.defaultdict(list)
        for server in self._fleet.instances:
            on[server.host].append(server)
        for host in self._fleet.hosts:
            self._write(host, on[host.name])

    def _write(self, host, servers):
        node, service = self._records[host.name]
        root = tree_model.Provider(
            host.uuid, host.name, traits=host.traits, generation=1,
            aggregates=frozenset(self._fleet.aggregates[number][0]
                                 for number in host.aggregates),
            inventories={
                **{name: tree_model.Inventory(**fields)
                   for name, fields in host.inventories.items()},
                # What a server holds is no matter, that it is there is.
                'CUSTOM_PRESENCE': tree_model.Inventory(1000)})
        rows = tuple(hosts.consumer(
            host.uuid, uuid=server.uuid, amounts={
                (host.uuid, 'CUSTOM_PRESENCE'): 1}) for server in servers)
        empty = tree_model.Tree(id=host.uuid)
        tree = empty.replace(providers={host.uuid: root},
                             resource_type=publishing.RESOURCE_TYPE,
                             report=figures.report_of(node, figures.counted(
                                 server.properties.items()
                                 for server in servers)))
        for row in rows:
            tree = tree.with_amounts(row.amounts)
            self.store.consumer_homes.create(row.uuid, tree.id, row.claim_id)
        self._cloud.write(empty, tree, put=rows,
                          create=frozenset(row.uuid for row in rows))
        self.store.provider_trees.create(host.uuid, tree.id, hosts.write_id())
        beat = figures.heartbeat_of(service)
        self.store.trees.write_heartbeat(tree.id, dataclasses.replace(
            beat, last_seen_ms=beat.last_seen_ms -
            1000 * host.service['last_seen_up']))

    def _noting(self, weigher):
        weigh = weigher.weigh_objects

        def noted_weigh(objects, properties):
            found = weigh(objects, properties)
            if len(set(found)) > 1:
                self.weighed[type(weigher).__name__] += 1
            return found
        return noted_weigh

    def _release(self, uuid):
        found = self.store.consumers.find(uuid)
        if found is None:
            return

        def advance(state):
            row = state.consumers.get(uuid)
            if row is None:
                return None
            return change_model.TreeChange(
                before=state.tree, write_id=hosts.write_id(), delete=(uuid,),
                after=state.tree.with_amounts(
                    row.amounts, sign=-1).with_pending(uuid, None))

        self.store.write_tree(found.consumer.home, advance, consumers=(uuid, ))


class RecordingWiring(wiring.Wiring):
    """Appends host -> weight to ``ranks``, each time hosts are weighed."""

    ranks = None

    def evaluator(self, *args, **kwargs):
        evaluator = super().evaluator(*args, **kwargs)
        weigh = evaluator.weigh

        def recorded_weigh(candidates):
            weighed = weigh(candidates)
            self.ranks.append({_host_of(candidate): weight
                               for weight, candidate in weighed})
            return weighed

        evaluator.weigh = recorded_weigh
        return evaluator


def _host_of(candidate):
    return candidate.tree.report.host


def _by_name(weighted, **_manners):
    return [candidate for _weight, _host, candidate in answers.by_name(
        (weight, _host_of(candidate), candidate)
        for weight, candidate in weighted)]
