# SPDX-License-Identifier: Apache-2.0
"""A Cassandra that is set up badly: what the check says, who refuses."""

import datetime
import json
import subprocess

import fixtures

from cassandra_scheduler.model import errors
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.store.cluster import advice
from cassandra_scheduler.store.cluster import facts
from cassandra_scheduler.store.cluster import fitness
from cassandra_scheduler.store import opening
from cassandra_scheduler.store.schema import sync
from cassandra_scheduler.store import settings as store_settings
from cassandra_scheduler.testbed import cluster
from cassandra_scheduler.tests.fixtures import cassandra
from cassandra_scheduler.tests.functional import cmd
from cassandra_scheduler.tests.functional.cmd import test_launching
from cassandra_scheduler.tests import sizes

FINE, WARNING, FAILURE = 0, 1, 2
NOW = datetime.datetime.now(datetime.UTC)
SUPERUSER = {'username': 'cassandra', 'password': 'cassandra'}
#: A role as services should have, for which guardrails hold.
SERVICE = {'username': 'nova', 'password': 'nova'}
#: In the datacenter "datacenter1".
FIRST = {
    'paxos_variant': 'v1_without_linearizable_reads_or_rejected_writes',
    'storage_compatibility_mode': 'CASSANDRA_4',
    'sstable': {'selected_format': 'big'},
    'cas_contention_timeout': '15s',
    'non_partition_restricted_index_query_enabled': False,
    'intersect_filtering_query_enabled': False,
    'read_consistency_levels_disallowed': ['LOCAL_ONE'],
    'page_size_fail_threshold': 100,
    'sai_sstable_indexes_per_query_fail_threshold': 40,
}
#: In the datacenter "0", as the second number of 127.0.0.1 is.
SECOND = {
    'endpoint_snitch': 'RackInferringSnitch',
    'paxos_variant': 'v1',
    'allow_filtering_enabled': False,
    'secondary_indexes_enabled': False,
    'write_consistency_levels_disallowed': ['LOCAL_SERIAL'],
}
ELSEWHERE = '-Dcassandra.ignore_dc=true -Dcassandra.ignore_rack=true'


def run(desk, *arguments):
    """Run the command with the configuration of a Desk."""
    return subprocess.run(
        [cmd.BIN / 'cassandra-scheduler-status', '--config-file',
         desk.config_file, 'upgrade', 'check', *arguments],
        capture_output=True, text=True, timeout=90)


def table(desk):
    """Return (exit status, check -> (result, details)) of the command."""
    ended = run(desk, '--json')
    return ended.returncode, {
        each['check']: (each['result'], each['details'] or '')
        for each in json.loads(ended.stdout)['checks']}


class StatusTestCase(test_launching.RefusalTestCase):

    def assert_said(self, said, result, *parts):
        found, details = said
        self.assertEqual(result, found, details)
        for part in parts:
            self.assertIn(part, details)


class TestStatus(StatusTestCase):
    """The Cassandra of all tests, which is fit but not for production."""

    def test_warnings_only(self):
        self.useFixture(cassandra.Cloud())
        desk = self.useFixture(cmd.Desk())
        status, checks = table(desk)
        failed = {name: said for name, said in checks.items()
                  if said[0] == FAILURE}
        self.assertEqual((WARNING, {}), (status, failed))
        self.assert_said(checks['Replication'], WARNING, '1 of 3 copies')
        self.assert_said(checks['Access'], WARNING, 'asks for no password')
        for name in ('Version of Cassandra', 'Schema', 'Queries',
                     'Conditional writes', 'Clocks', 'Paxos', 'Guardrails',
                     'Storage format', 'Nodes and their settings'):
            self.assert_said(checks[name], FINE)

    def test_nobody_there(self):
        desk = self.useFixture(cmd.Desk(port=1, password='hunter2',
                                        username='nova'))
        ended = run(desk)
        self.assertEqual((FAILURE, ''), (ended.returncode, ended.stderr))
        self.assertIn('| Result: Failure', ended.stdout)
        self.assertIn('127.0.0.1:1 does not answer', ended.stdout)
        self.assertNotIn('hunter2', ended.stdout)

    def test_a_configuration_that_cannot_be_read(self):
        desk = self.useFixture(cmd.Desk(connect_timeout='soon'))
        self.assertIn('connect_timeout', run(desk).stdout)
        desk.config_file.unlink()
        ended = run(desk)
        self.assertEqual((FAILURE, ''), (ended.returncode, ended.stdout))
        [line] = ended.stderr.splitlines()
        self.assertIn(str(desk.config_file), line)


@sizes.nightly
class TestBadCassandra(StatusTestCase):
    """One node, started twice: the second time in another datacenter.

    A single test, because two workers would start a node each.
    """

    def test_what_is_said_and_refused(self):
        home = self.useFixture(fixtures.TempDir()).path
        self.useFixture(fixtures.EnvironmentVariable('XDG_STATE_HOME', home))
        self.useFixture(fixtures.EnvironmentVariable('JAVA_TOOL_OPTIONS',
                                                     ELSEWHERE))
        node = cluster.LocalCluster.on_fresh_ports(
            heap='512M', authentication=True, settings=FIRST)
        self.addCleanup(node.wipe)
        node.start()
        self.where = {**SUPERUSER, 'port': node.port,
                      'contact_points': ','.join(node.contact_points)}
        self.leave_a_keyspace_behind()
        self.check_the_first_as_a_superuser()
        self.check_versions()
        node.nodes[0].stop()
        cluster.LocalCluster(node.name, settings=SECOND).start()
        self.where['local_datacenter'] = '0'
        self.make_ready()
        self.check_the_second_as_a_service()
        self.check_guardrails()
        self.check_a_keyspace_without_copies_here()
        self.check_paxos_and_repairs()

    def leave_a_keyspace_behind(self):
        session = self.store(keyspace='left_behind').session
        for statement in (
                'CREATE KEYSPACE left_behind WITH replication = '
                "{'class': 'NetworkTopologyStrategy', 'datacenter1': 3}",
                "CREATE ROLE nova WITH PASSWORD = 'nova' AND LOGIN = true"):
            session.execute_schema(statement)
        session.close()

    def make_ready(self):
        """Make the tables, and allow the role of services to use them."""
        store = self.store(replication=(('0', 1),))
        sync.sync(store.session, store.columns,
                  searchable=store.searchable)
        for statement in (
                'GRANT SELECT ON KEYSPACE cassandra_scheduler TO nova',
                'GRANT MODIFY ON KEYSPACE cassandra_scheduler TO nova',
                'GRANT CREATE ON ALL KEYSPACES TO nova',
                "CREATE ROLE watcher WITH PASSWORD = 'nova' AND LOGIN = true",
                'GRANT SELECT ON KEYSPACE system_views TO watcher',
                'GRANT SELECT ON KEYSPACE system_distributed TO watcher'):
            store.session.execute_schema(statement)

    def store(self, **more):
        """Return a Store over a session of its own."""
        values = {**self.where, **more}
        values['contact_points'] = (values['contact_points'],)
        made = opening.open_store(store_settings.Settings(**values),
                                  loading.installed())
        self.addCleanup(made.session.close)
        return made

    def desk(self, **more):
        return self.useFixture(cmd.Desk(
            test_launching.NO_AUTHENTICATION,
            **{'keyspace': 'cassandra_scheduler', **self.where, **more}))

    def check_the_first_as_a_superuser(self):
        desk = self.desk(keyspace='left_behind')
        status, checks = table(desk)
        self.assertEqual(FAILURE, status)
        for name, result, *parts in (
                ('Nodes and their settings', FINE),
                ('Replication', FINE),
                ('Clocks', FINE),
                ('Schema', FAILURE, 'has no schema yet'),
                ('Paxos', FAILURE, FIRST['paxos_variant'], 'set it to v2'),
                ('Purging of Paxos state', WARNING, 'legacy', 'repaired'),
                ('Repairs', WARNING, 'No repair', "'left_behind' every day"),
                ('Guardrails', WARNING,
                 'non_partition_restricted_index_query_enabled is false',
                 'intersect_filtering_query_enabled is false',
                 'read_consistency_levels_disallowed is [LOCAL_ONE]',
                 'page_size_fail_threshold is 100',
                 'sai_sstable_indexes_per_query_fail_threshold is 40'),
                ('Timeouts', WARNING, 'cas_contention_timeout is 15s'),
                ('Storage format', WARNING, 'CASSANDRA_4'),
                ('Access', WARNING, 'without TLS')):
            self.assert_said(checks[name], result, *parts)
        self.assertIn(f'has paxos_variant {FIRST["paxos_variant"]}',
                      self.refusal('nova-cassandra-scheduler', desk))

    def check_versions(self):
        """Have the node say, where clients look, that it is another."""
        session = self.store(keyspace='left_behind').session
        desk = self.desk(keyspace='left_behind')
        session.write('INSERT INTO system.peers_v2 (peer, peer_port, '
                      'native_address, native_port, host_id, data_center, '
                      'rack, release_version, schema_version, tokens) VALUES '
                      "('127.0.0.99', 7000, '127.0.0.99', 9042, uuid(), "
                      "'datacenter1', 'rack1', '5.1.0', uuid(), {'1'})")
        self.assert_said(table(desk)[1]['Version of Cassandra'], WARNING,
                         ', 5.1.0): finish the upgrade')
        session.write("UPDATE system.local SET release_version = '4.1.9' "
                      "WHERE key = 'local'")
        self.assert_said(table(desk)[1]['Version of Cassandra'], FAILURE,
                         'runs Cassandra 4.1.9')
        for program in ('nova-cassandra-scheduler', 'nova-cassandra-compute'):
            self.assertIn('runs Cassandra 4.1.9, but 5.0 is needed',
                          self.refusal(program, desk))
        session.write("DELETE FROM system.peers_v2 WHERE peer = "
                      "'127.0.0.99' AND peer_port = 7000")

    def check_the_second_as_a_service(self):
        desk = self.desk(**SERVICE)
        status, checks = table(desk)
        self.assertEqual(FAILURE, status)
        for name, result, *parts in (
                ('Nodes and their settings', WARNING,
                 'GRANT SELECT ON KEYSPACE system_views TO nova'),
                ('Schema', FINE),
                ('Queries', FAILURE, 'guardrail allow_filtering'),
                ('Conditional writes', FAILURE,
                 'guardrail write_consistency_levels', 'LOCAL_SERIAL'),
                ('Paxos', WARNING, 'Not checked'),
                ('Access', WARNING, 'Not checked')):
            self.assert_said(checks[name], result, *parts)
        self.assertIn('guardrail allow_filtering: allow it in cassandra.yaml',
                      self.refusal('nova-cassandra-compute', desk))

    def check_guardrails(self):
        verdict = fitness.conditional_writes(self.store(**SERVICE).session)
        error = self.assertRaises(errors.StoreUnfit, fitness.require,
                                  verdict)
        self.assertIn('guardrail write_consistency_levels', str(error))
        # It holds for one level, and for superusers not at all.
        for more in ({**SERVICE, 'serial_consistency': 'SERIAL'}, {}):
            self.assertEqual(fitness.FINE, fitness.conditional_writes(
                self.store(**more).session))
        ended = self.desk(
            **SERVICE, keyspace='novas_own', replication='0:1').run(
                'cassandra-scheduler', 'db', 'sync')
        self.assertEqual((1, ''), (ended.returncode, ended.stdout))
        self.assertIn('guardrail secondary_indexes: allow it',
                      ended.stderr.splitlines()[-1])

    def check_a_keyspace_without_copies_here(self):
        desk = self.desk(keyspace='left_behind')
        for line in (self.refusal('nova-cassandra-scheduler', desk),
                     self.command('db', 'sync', desk=desk)):
            self.assertIn("'left_behind' has no copies in datacenter '0'",
                          line)

    def check_paxos_and_repairs(self):
        # Cassandra wants three copies of its history and has one node.
        session = self.store(read_consistency='LOCAL_ONE').session
        verdict = fitness.paxos(facts.read(session, fitness.SETTINGS),
                                session.settings)
        self.assertEqual(WARNING, verdict.level)
        self.assertIn('set paxos_variant to v2', verdict.text)
        found = facts.Facts((), (), {'0': '3'})
        for days, level, part in ((2, WARNING, 'The last repair ended on '),
                                  (0, FINE, '')):
            session.write(
                'INSERT INTO system_distributed.parent_repair_history '
                '(parent_id, keyspace_name, columnfamily_names, finished_at)'
                " VALUES (now(), 'cassandra_scheduler', {'trees'}, ?)",
                (NOW - datetime.timedelta(days=days),))
            verdict = advice.repairs(found, session)
            self.assertEqual(level, verdict.level, verdict.text)
            self.assertIn(part, verdict.text)
        verdict = advice.repairs(found, self.store(**SERVICE).session)
        self.assertIn('KEYSPACE system_distributed TO nova', verdict.text)
        watcher = self.store(username='watcher', password='nova').session
        self.assertEqual(fitness.FINE, advice.repairs(found, watcher))
        self.assertTrue(advice.can_judge(facts.read(watcher,
                                                    advice.SETTINGS)))
