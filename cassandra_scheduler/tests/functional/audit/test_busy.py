# SPDX-License-Identifier: Apache-2.0
"""A live cloud is not damaged, whatever the audit and others do at once."""

import concurrent.futures
import itertools
import random
import threading

from cassandra_scheduler.audit import invariants
from cassandra_scheduler.store import outcome
from cassandra_scheduler.tests.contract import test_invariants
from cassandra_scheduler.tests.fixtures import hosts
from cassandra_scheduler.tests.fixtures import sessions
from cassandra_scheduler.tests.functional.audit import case

CLAIM, RELEASE, MOVE = (test_invariants.CLAIM, test_invariants.RELEASE,
                        test_invariants.MOVE)


class TestBusy(case.AuditTestCase):

    AUDITS = 3

    def work(self, done, seed):
        """Claim, move and release until it is done; return who is left."""
        draw = random.Random(seed)
        trees = [self.first.id, self.second.id]
        writer = test_invariants.Writer(self.store, trees)
        while not done.is_set():
            writer.carry_out([draw.choice([
                (CLAIM, draw.randrange(2), draw.randrange(1, 3)),
                (RELEASE, draw.randrange(9)),
                (MOVE, draw.randrange(9), draw.randrange(2))])])
        return writer.held

    def test_nothing_is_found_and_nothing_is_touched(self):
        done = threading.Event()
        with concurrent.futures.ThreadPoolExecutor(3) as threads:
            try:
                working = [threads.submit(self.work, done, seed)
                           for seed in range(3)]
                reports = [self.audit(heal=True, older_than_s=60,
                                      pause_s=0.5)
                           for _audit in range(self.AUDITS)]
            finally:
                done.set()
            held = {uuid: units for each in working
                    for uuid, units in each.result().items()}
        for report in reports:
            self.assertEqual(((), ()), (report.left, report.healed))
        self.assertEqual([], invariants.violations(self.store))
        for uuid, units in held.items():
            found = self.store.consumers.find(uuid)
            self.assertEqual(units, sum(
                self.store.consumers.amounts(found).values()))

    def test_a_counter_is_mended_while_others_claim(self):
        damaged = self.new_host(vcpu=64)
        self.set_state(damaged, used={damaged.id: {'VCPU': 40}})
        self.set_root(damaged, free_vcpu=24)
        done, made = threading.Event(), []

        def claim():
            while not done.is_set() and len(made) < 15:
                claimed = hosts.consumer(damaged.id)
                if isinstance(hosts.claim(self.store, damaged.id, claimed),
                              outcome.Applied):
                    made.append(claimed)

        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            claiming = threads.submit(claim)
            try:
                for _audit in range(20):
                    report = self.audit(heal=True, older_than_s=60)
                    if report.healed:
                        break
            finally:
                done.set()
            claiming.result()
        self.assertEqual((), report.left)
        self.assertEqual([], invariants.violations(self.store))
        self.assertEqual(len(made), self.store.trees.find(
            damaged.id).units_used(damaged.id, 'VCPU'))


class TestKilled(case.AuditTestCase):
    """The audit dies at each of its statements."""

    def break_things(self):
        self.set_used(self.first, 5)
        lost = self.holder.replace(uuid=hosts.write_id(), home=self.first.id,
                                   amounts={(self.second.id, 'VCPU'): 3})
        self.put_row(self.second, lost)
        self.set_used(self.second, 3)
        self.set_lookup_row('consumer_homes', consumer=hosts.write_id(),
                            home=self.second.id)
        self.set_lookup_row('provider_names', name='nobody',
                            provider=self.first.id)

    def test_at_each_conditional_write(self):
        kinds = None
        for stop_at in itertools.count():
            self.break_things()
            kinds = kinds or {one.kind for one in self.audit().left}
            session = DyingAtWrite(self.cloud.settings, stop_at)
            try:
                self.audit(store=self.store_over(session), heal=True)
            except sessions.Killed:
                pass
            left = {one.kind for one in self.audit().left}
            self.assertLessEqual(left, kinds)
            self.assertEqual((), self.audit(heal=True).left)
            self.assert_nothing_to_do()
            if not session.died:
                break
        self.assertEqual(4, len(kinds))
        self.assertLess(4, stop_at)


class DyingAtWrite(sessions.WiredSession):
    """Dies after a conditional write, counted from 0, was carried out."""

    def __init__(self, settings, stop_at):
        super().__init__(settings)
        self._left, self.died = stop_at, False

    def before(self, text):
        if self.died:
            raise sessions.Killed()

    def after(self, text):
        if ' IF ' in text:
            self.died = self.died or self._left == 0
            self._left -= 1
        if self.died:
            raise sessions.Killed()
