# SPDX-License-Identifier: Apache-2.0
"""The same requests to Nova's scheduler and to ours: the same answers.

Which hosts pass, what each weighs, who is chosen and who stands by, and what
is raised. Ties are put into one order on both sides; see test_ties.
"""

import logging
import os
import random
import subprocess
import sys
import tempfile

import fixtures
import testtools
from testtools import content

from cassandra_scheduler.tests.functional.parity import answers
from cassandra_scheduler.tests.functional.parity import cloud
from cassandra_scheduler.tests.functional.parity import ground
from cassandra_scheduler.tests import sizes

STOCK = 'cassandra_scheduler.tests.functional.parity.stock'
#: Another seed, to look for what this one does not find.
SEED = int(os.environ.get('CASSANDRA_SCHEDULER_TEST_SEED', ground.SEED))


class TestRequests(testtools.TestCase):

    def test_same_answers(self):
        # What Nova's filters think of such metadata fills 40,000 lines.
        self.useFixture(fixtures.FakeLogger('nova', level=logging.ERROR))
        self.addDetail('seed', content.text_content(str(SEED)))
        drawn = ground.drawn(random.Random(SEED), hosts=ground.HOSTS,
                             count=ground.REQUESTS)
        ours = self.useFixture(cloud.Cloud(next(drawn)))
        # To files: a pipe would stop the one that is ahead.
        with tempfile.TemporaryFile('w+') as output, (
                tempfile.TemporaryFile('w+')) as log:
            stock = self.start_stock(ours.folder, stdout=output, stderr=log)
            ours.write()
            pairs = [(draft, ours.answer(draft)) for draft in drawn]
            stock.wait()
            output.seek(0)
            log.seek(0)
            theirs = [answers.parse(line) for line in output]
            self.assertEqual(ground.REQUESTS, len(theirs), log.read())
        wrong = [f'request {number}, {draft}: {difference}'
                 for number, ((draft, here), there) in enumerate(
                     zip(pairs, theirs))
                 for difference in answers.differences(there, here)]
        self.assertEqual([], wrong, '\n'.join(wrong))
        self.check_variety(ours, theirs)

    def start_stock(self, folder, **files):
        """Start the other scheduler; it does not outlive the test."""
        stock = subprocess.Popen(
            [sys.executable, '-m', STOCK, str(SEED), str(ground.HOSTS),
             str(ground.REQUESTS), folder], **files)
        self.addCleanup(stock.wait)
        self.addCleanup(stock.kill)
        return stock

    def check_variety(self, ours, theirs):
        """Requests that are all refused would show nothing."""
        if ground.REQUESTS >= sizes.ALL_PLUGINS_SEEN:
            self.check_plugins(ours, theirs)
        placed = [answer for answer in theirs if answer.chosen]
        self.assertGreater(len(placed), ground.REQUESTS // 3)
        self.assertGreater(sum(len(answer.chosen) > 1
                               for answer in placed), ground.REQUESTS // 20)
        self.assertGreater(len({answer.error for answer in theirs}),
                           min(4, ground.REQUESTS // 20))

    def check_plugins(self, ours, theirs):
        """Every filter has refused a host, every weigher told two apart."""
        self.assertEqual(
            set(ground.requests.FILTERS) - {'AllHostsFilter'},
            {name for answer in theirs for name in answer.refused})
        self.assertEqual(
            {name.rpartition('.')[2] for name in ground.requests.WEIGHERS},
            set(ours.weighed))
