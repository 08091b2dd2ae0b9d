# SPDX-License-Identifier: Apache-2.0
"""How much of our code stands between a request and the batch it sends.

Counted for a plain request for one server, at the moment when the first
conditional batch of the table ``trees`` goes to Cassandra's driver:

    select_destinations ... ranked by Nova's weighers ... batch is sent
    |-- path: the frames that are open at that moment ------------------|
    |-- request: every function that was called ------------------------|
                            |-- claim: those called since the weighers -|
                            |-- steering: those of scheduling and store |

The bounds only fall. A function counts once, a comprehension not at all.
"""

import sys

import fixtures
import nova
from testtools import content

import cassandra_scheduler
from cassandra_scheduler.driver import manager
from cassandra_scheduler.tests.fixtures import sessions
from cassandra_scheduler.tests.functional.driver import nova_cloud

OURS = cassandra_scheduler.__path__[0] + '/'
TESTS = OURS + 'tests/'
WEIGHERS = nova.__path__[0] + '/weights.py'
START = 'select_destinations'
BATCH = '.trees SET seq'

#: At most so many (functions, files): what 69dfdb2 had.
PATH = (13, 7)
REQUEST = (222, 50)
CLAIM = (89, 25)
STEERING = (59, 14)
#: The rooms that decide what is claimed, when, and what comes next.
STEERING_ROOMS = (OURS + 'scheduling/', OURS + 'store/')


def is_counted(code):
    """Return whether this is the code of a function of the product."""
    path = code.co_filename
    return (path.startswith(OURS) and not path.startswith(TESTS) and
            (code.co_name == '<lambda>' or code.co_name[0] != '<'))


class WatchingSession(sessions.WiredSession):
    """Notes who has called what when the batch of a claim is sent.

    ``path`` lists the code of the open frames, outermost first; ``request``
    and ``claim`` list the code that was called, in the order of first calls.
    """

    def __init__(self, settings):
        super().__init__(settings)
        self.path, self.request, self.claim = (), {}, {}

    def watch(self):
        """Note what this thread calls from now on, until the batch."""
        sys.setprofile(self._note)

    def before(self, text):
        if BATCH in text and sys.getprofile() is not None:
            sys.setprofile(None)
            self.path = tuple(self._open_frames())

    def _note(self, frame, event, _argument):
        if event != 'call':
            return
        code = frame.f_code
        if code.co_filename == WEIGHERS:
            self.claim = {}
        elif is_counted(code):
            self.request.setdefault(code)
            self.claim.setdefault(code)

    def _open_frames(self):
        """Yield code from select_destinations to the call of the session."""
        found, frame = [], sys._getframe()
        while frame is not None and frame.f_code.co_name != START:
            found.append(frame)
            frame = frame.f_back
        for each in reversed([*found, frame]):
            if is_counted(each.f_code):
                yield each.f_code
                if each.f_locals.get('self') is self:
                    return


class TestClaimPath(nova_cloud.NovaCloudTest):

    def setUp(self):
        super().setUp()
        for number in range(3):
            self.add_host(f'host{number}')
        self.session = WatchingSession(self.cloud.settings)
        self.useFixture(fixtures.MonkeyPatch(
            'cassandra_scheduler.store.session.shared_session',
            lambda settings: self.session))
        # It is not started: that asks for each node, and this session
        # has no pool of its own.
        watched = manager.CassandraSchedulerManager(host='watched')
        # The first request of a process also fills caches.
        self.select(nova_cloud.spec(), manager=watched)
        self.session.watch()
        self.addCleanup(sys.setprofile, None)
        self.select(nova_cloud.spec(), manager=watched)

    def assert_at_most(self, bounds, codes):
        """Compare the numbers of functions and of their files."""
        listed = [f'{code.co_filename.removeprefix(OURS)}:'
                  f'{code.co_firstlineno} {code.co_qualname}'
                  for code in codes]
        self.addDetail('called', content.text_content('\n'.join(listed)))
        found = len(listed), len({code.co_filename for code in codes})
        self.assertTrue(all(map(int.__le__, found, bounds)),
                        f'{found} functions and files, at most {bounds}')

    def test_the_path_of_a_claim(self):
        self.assert_at_most(PATH, self.session.path)

        self.assertEqual(START, self.session.path[0].co_name)

    def test_what_a_request_calls(self):
        self.assert_at_most(REQUEST, self.session.request)
        # Otherwise the claim below began nowhere.
        self.assertLess(len(self.session.claim), len(self.session.request))

    def test_what_a_claim_calls(self):
        self.assert_at_most(CLAIM, self.session.claim)
        self.assert_at_most(STEERING, [
            code for code in self.session.claim
            if code.co_filename.startswith(STEERING_ROOMS)])
