# SPDX-License-Identifier: Apache-2.0
"""A claim has three ends, and leaves nothing behind where it has no room."""

import contextlib
import uuid

import cassandra
import testtools

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.model import errors
from cassandra_scheduler.model import resource_request as request_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.resource_types import loading
from cassandra_scheduler.scheduling.claims import claiming
from cassandra_scheduler.scheduling import placement_request
from cassandra_scheduler.scheduling import transcript
from cassandra_scheduler.store import opening
from cassandra_scheduler.store import outcome
from cassandra_scheduler.tests.fixtures import cassandra as fixture
from cassandra_scheduler.tests.fixtures import compute_hosts
from cassandra_scheduler.tests.fixtures import sessions

SILENCE = cassandra.OperationTimedOut()
STEP = '.trees SET seq'
USAGE = {'vcpus': 1}
SHARING = 'MISC_SHARES_VIA_AGGREGATE'


class ClaimingTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.cloud = self.useFixture(fixture.Cloud())
        self.store = self.cloud.store
        self.consumer_spec = consumer_model.ConsumerSpec(
            str(uuid.uuid4()), 'project', 'user')
        self.notes = transcript.Notes('request')

    def claims(self, **fields):
        return claiming.Claims(self.store, notes=self.notes, **{
            'deadline_s': 10.0, **fields})

    def host(self, name='host', **shape):
        return placement_request.Candidate(
            compute_hosts.write(self.cloud, name, **shape))

    def allocation(self, candidate, units=1, *more):
        root = candidate.tree.root.uuid
        return request_model.AllocationRequest(
            {(root, 'VCPU'): units, **dict(more)}, {'': (root,)})

    def claim(self, claims, candidate, units=1, *more, spec=None):
        """Claim as the pipeline does where the filters accept all.

        Returns the candidate as claimed, or None.
        """
        allocation = self.allocation(candidate, units, *more)
        while candidate is not None and claims.may_fit(candidate, allocation):
            match claims.claim(spec or self.consumer_spec, candidate,
                               allocation, usage=USAGE):
                case outcome.Applied(state=tree):
                    return candidate.replace(tree=tree)
                case outcome.Rejected(winner=tree):
                    candidate = tree and candidate.replace(tree=tree)
                case outcome.Unknown(cause=cause):
                    raise errors.OutcomeUnknown(cause)
        return None

    def used(self, candidate, name='VCPU'):
        tree = self.store.trees.find(candidate.tree.id)
        return tree.units_used(tree.root.uuid, name)

    def assertNothingIsLeft(self, *candidates):
        for candidate in candidates:
            tree = self.store.trees.find(candidate.tree.id)
            self.assertEqual(({}, {}), (tree.used, tree.pending))
            self.assertEqual([], self.store.trees.list_consumers(tree.id))
        self.assertIsNone(
            self.store.consumer_homes.find(self.consumer_spec.uuid))


class TestClaim(ClaimingTestCase):

    def test_applied(self):
        host = self.host()
        claimed = self.claim(self.claims(), host)
        self.assertEqual(2, self.notes.transcript.conditional_writes)
        self.assertEqual(self.store.trees.find(host.tree.id).version,
                         claimed.tree.version)
        row = self.store.consumers.find(self.consumer_spec.uuid).consumer
        self.assertEqual({(host.tree.id, 'VCPU'): 1}, row.amounts)
        self.assertEqual(row.claim_id,
                         claimed.tree.pending[row.uuid].claim_id)

    def test_room_is_looked_for_again_in_the_row_that_won(self):
        host = self.host(vcpus=8)
        self.assertIsNotNone(self.claim(
            self.claims(), host, 6,
            spec=consumer_model.ConsumerSpec(str(uuid.uuid4()))))
        self.assertIsNotNone(self.claim(self.claims(), host, 2))
        self.assertEqual(8, self.used(host))

    def test_no_room_in_the_row_that_won(self):
        host, other = self.host(vcpus=8), self.host('other')
        self.claim(self.claims(), host, 7,
                   spec=consumer_model.ConsumerSpec(str(uuid.uuid4())))
        claims = self.claims()
        self.assertIsNone(self.claim(claims, host, 2))
        self.assertIsNotNone(self.claim(claims, other, 2))
        self.assertEqual((7, 2), (self.used(host), self.used(other)))
        self.assertEqual(other.tree.id, self.store.consumer_homes.find(
            self.consumer_spec.uuid).value)

    def test_the_row_that_won_comes_back_to_be_judged(self):
        host = self.host()
        beaten = host.replace(tree=host.tree.replace(
            version=host.tree.version - 1))
        claims = self.claims()
        for _attempt in range(2):
            # Nothing is written for a version that nobody has judged.
            rejected = claims.claim(self.consumer_spec, beaten,
                                    self.allocation(beaten), usage=USAGE)
            self.assertIsInstance(rejected, outcome.Rejected)
            self.assertEqual(host.tree.version, rejected.winner.version)
        claims.release_unused()
        self.assertNothingIsLeft(host)

    def test_a_tree_that_is_gone(self):
        host = self.host()
        self.cloud.write(host.tree, host.tree.replace(providers={}))
        claims = self.claims()
        self.assertIsNone(self.claim(claims, host))
        claims.release()
        self.assertIsNone(
            self.store.consumer_homes.find(self.consumer_spec.uuid))

    def test_a_locator_that_leads_nowhere(self):
        old, host = self.host('old'), self.host()
        self.store.consumer_homes.create(self.consumer_spec.uuid, old.tree.id,
                                         str(uuid.uuid4()))
        self.assertIsNotNone(self.claim(self.claims(), host))
        self.assertEqual(host.tree.id, self.store.consumers.find(
            self.consumer_spec.uuid).consumer.home)

    def test_a_locator_that_leads_nowhere_in_the_same_tree(self):
        host = self.host()
        self.store.consumer_homes.create(self.consumer_spec.uuid, host.tree.id,
                                         str(uuid.uuid4()))
        self.assertIsNotNone(self.claim(self.claims(), host))
        self.assertEqual(1, self.used(host))

    def test_everything_is_given_back(self):
        host = self.host()
        claims = self.claims()
        with contextlib.suppress(KeyError), claims:
            self.assertIsNotNone(self.claim(claims, host))
            raise KeyError
        self.assertNothingIsLeft(host)

    def test_what_somebody_else_has_made_of_it_is_not_given_back(self):
        host = self.host()
        claims = self.claims()
        tree = self.claim(claims, host).tree
        row = self.store.consumers.find(self.consumer_spec.uuid).consumer
        self.cloud.write(tree, tree.with_amounts({(tree.id, 'VCPU'): 1}),
                         put=(row.replace(claim_id='other', amounts={
                             (tree.id, 'VCPU'): 2}),))
        claims.release()
        self.assertEqual(2, self.used(host))

    def test_what_leads_to_somebody_else_s_stays(self):
        self.test_what_somebody_else_has_made_of_it_is_not_given_back()
        self.assertIsNotNone(self.store.consumers.find(
            self.consumer_spec.uuid))


class TestLostAnswers(ClaimingTestCase):

    def setUp(self):
        super().setUp()
        self.tree = self.host()
        self.session = sessions.FailingSession(self.cloud.settings)
        self.store = opening.open_store(
            self.cloud.settings, loading.installed(), session=self.session)

    def test_claims_that_were_written(self):
        self.session.lose('consumer_homes', SILENCE)
        self.session.lose(STEP, SILENCE)
        self.assertIsNotNone(self.claim(self.claims(), self.tree))
        self.assertEqual(1, self.used(self.tree))

    def test_claims_that_were_not_written(self):
        self.session.refuse('consumer_homes', SILENCE)
        self.session.refuse(STEP, SILENCE)
        self.assertIsNotNone(self.claim(self.claims(), self.tree))
        self.assertEqual(1, self.used(self.tree))

    def test_nobody_can_say(self):
        claims = self.claims(deadline_s=0.3)
        self.session.lose('trees', SILENCE, times=1000)
        self.assertRaises(errors.OutcomeUnknown, self.claim, claims,
                          self.tree)
        # It was written, so what leads to it must stay.
        claims.release()
        self.assertEqual(self.tree.tree.id, self.cloud.store.consumers.find(
            self.consumer_spec.uuid).consumer.home)

    def test_nobody_answers(self):
        self.session.refuse('consumer_homes', cassandra.Unavailable('none'))
        self.assertRaises(errors.StoreUnavailable, self.claim,
                          self.claims(), self.tree)
        self.store = self.cloud.store
        self.assertNothingIsLeft(self.tree)


class TestTogether(ClaimingTestCase):

    def held(self, candidate):
        row = self.store.trees.find_consumer(candidate.tree.id,
                                             self.consumer_spec.uuid)
        return row.amounts if row else None

    def test_a_consumer_that_stays_elsewhere(self):
        source, target = self.host('source'), self.host('target')
        self.claim(self.claims(), source, 2)
        claims = self.claims()
        claimed = self.claim(claims, target, 2)
        self.assertEqual(USAGE, claimed.tree.pending[
            self.consumer_spec.uuid].usage)
        found = self.store.consumers.find(self.consumer_spec.uuid)
        self.assertEqual((2, source.tree.id, {target.tree.id}), (
            found.consumer.generation, found.consumer.home,
            found.consumer.also_in))
        self.assertEqual({(source.tree.id, 'VCPU'): 2,
                          (target.tree.id, 'VCPU'): 2},
                         self.store.consumers.amounts(found))
        claims.release()
        self.assertEqual((2, 0), (self.used(source), self.used(target)))
        self.assertIsNone(self.held(target))
        self.assertEqual(frozenset(), self.store.consumers.find(
            self.consumer_spec.uuid).consumer.also_in)

    def test_what_somebody_else_has_made_of_it_is_not_given_back(self):
        source, target = self.host('source'), self.host('target')
        self.claim(self.claims(), source, 2)
        claims = self.claims()
        tree = self.claim(claims, target, 2).tree
        row = self.store.trees.find_consumer(tree.id, self.consumer_spec.uuid)
        self.cloud.write(tree, tree.with_amounts(
            {(tree.id, 'VCPU'): 1}, sign=-1), put=(row.replace(
                claim_id='other', amounts={(tree.id, 'VCPU'): 1}),))
        claims.release()
        self.assertEqual((2, 1), (self.used(source), self.used(target)))
        self.assertEqual({(tree.id, 'VCPU'): 1}, self.held(target))

    def test_a_consumer_that_is_there_already(self):
        host = self.host()
        self.claim(self.claims(), host, 2)
        again = placement_request.Candidate(self.store.trees.find(
            host.tree.id))
        self.assertIsNotNone(self.claim(self.claims(), again, 3))
        self.assertEqual({(host.tree.id, 'VCPU'): 5}, self.held(host))
        self.assertEqual(5, self.used(host))

    def test_a_shared_disk(self):
        host = self.host()
        pool = tree_model.Provider(
            str(uuid.uuid4()), 'pool', traits=frozenset({SHARING}),
            inventories={'DISK_GB': tree_model.Inventory(100)})
        shared = placement_request.Candidate(self.cloud.new_tree(pool))
        claims = self.claims()
        self.claim(claims, host, 1, ((pool.uuid, 'DISK_GB'), 40))
        self.assertEqual((1, 40), (self.used(host),
                                   self.used(shared, 'DISK_GB')))
        self.assertEqual({shared.tree.id}, self.store.consumers.find(
            self.consumer_spec.uuid).consumer.also_in)
        self.assertEqual({}, self.store.trees.find(shared.tree.id).pending)
        claims.release()
        self.assertNothingIsLeft(host, shared)

    def test_a_shared_disk_that_is_gone(self):
        host, claims = self.host(), self.claims()
        self.assertIsNone(self.claim(
            claims, host, 1, ((str(uuid.uuid4()), 'DISK_GB'), 40)))
        claims.release()
        self.assertNothingIsLeft(host)

    def test_a_shared_disk_whose_claim_nobody_can_confirm(self):
        host = self.host()
        pool = tree_model.Provider(
            str(uuid.uuid4()), 'pool', traits=frozenset({SHARING}),
            inventories={'DISK_GB': tree_model.Inventory(100)})
        self.cloud.new_tree(pool)
        session = sessions.FailingSession(self.cloud.settings)
        self.store = opening.open_store(
            self.cloud.settings, loading.installed(), session=session)
        claims = self.claims(deadline_s=0.3)
        session.lose("SET state = 'COMMITTED'", SILENCE)
        session.refuse('SELECT state, deadline', SILENCE)
        session.refuse('SET state', cassandra.Unavailable('none'), times=9)
        with contextlib.suppress(errors.OutcomeUnknown), claims:
            self.claim(claims, host, 1, ((pool.uuid, 'DISK_GB'), 40))
            self.fail('it was known')
        # It was written, so what leads to it must stay.
        self.assertEqual(host.tree.id, self.cloud.store.consumers.find(
            self.consumer_spec.uuid).consumer.home)

    def test_a_shared_disk_without_room(self):
        host = self.host()
        pool = tree_model.Provider(
            str(uuid.uuid4()), 'pool', traits=frozenset({SHARING}),
            inventories={'DISK_GB': tree_model.Inventory(10)})
        shared = placement_request.Candidate(self.cloud.new_tree(pool))
        claims = self.claims()
        self.assertIsNone(
            self.claim(claims, host, 1, ((pool.uuid, 'DISK_GB'), 40)))
        claims.release()
        self.assertNothingIsLeft(host, shared)
