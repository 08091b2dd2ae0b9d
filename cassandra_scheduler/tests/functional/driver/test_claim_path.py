# SPDX-License-Identifier: Apache-2.0
"""How much of our code stands between a request and the batch it sends.

Counted for a plain request for one server, at the moment when the first
conditional batch of the table ``trees`` goes to Cassandra's driver:

    select_destinations ... ranked by Nova's weighers ... batch is sent
    |-- path: the frames that are open at that moment ------------------|
                            |-- steps: functions of scheduling and -----|
                            |   store that call others of ours          |
                            |-- upwards: calls of a room from below ----|

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
WEIGHERS = nova.__path__[0] + '/weights.py'
START = 'select_destinations'
BATCH = '.trees SET seq'
#: From the lowest to the highest, as in setup.cfg.
ROOMS = ('model', 'store', 'resource_types', 'scheduling', 'mini_cloud',
         'driver')

#: At most so many functions, in so many files. At 69dfdb2: 13 in 7.
PATH = (9, 6)
#: At 69dfdb2: 39 in 14.
STEPS = (38, 15)
#: At most so many pairs of a function and one above it that it calls. At
#: 69dfdb2: 6, two of them from the store back into scheduling.
UPWARDS = 4


def room_of(code):
    """Return the room that a function is in, None for one of no room."""
    room = code.co_filename.removeprefix(OURS).partition('/')[0]
    return room if room in ROOMS else None


def is_counted(code):
    """Return whether this is the code of a function of these rooms."""
    return room_of(code) is not None and (
        code.co_name == '<lambda>' or code.co_name[0] != '<')


class WatchingSession(sessions.WiredSession):
    """Notes who has called what when the batch of a claim is sent.

    ``path`` lists the code of the open frames, outermost first; ``calls``
    the pairs (caller, called) since the weighers, in the order of the first
    such call.
    """

    def __init__(self, settings):
        super().__init__(settings)
        self.path, self.calls = (), {}

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
        called, caller = frame.f_code, frame.f_back.f_code
        if called.co_filename == WEIGHERS:
            self.calls = {}
        elif is_counted(called) and is_counted(caller):
            self.calls.setdefault((caller, called))

    def _open_frames(self):
        """Yield code from select_destinations to the call of the session."""
        found, frame = [], sys._getframe()
        while frame.f_code.co_name != START:
            found.append(frame)
            frame = frame.f_back
        for each in reversed([*found, frame]):
            if is_counted(each.f_code):
                yield each.f_code
                if each.f_locals.get('self') is self:
                    return


def described(code):
    """Return where a function is, and its name."""
    return (f'{code.co_filename.removeprefix(OURS)}:{code.co_firstlineno} '
            f'{code.co_qualname}')


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
        self.tell([described(code) for code in codes])
        found = len(codes), len({code.co_filename for code in codes})
        self.assertTrue(all(map(int.__le__, found, bounds)),
                        f'{found} functions and files, at most {bounds}')

    def tell(self, lines):
        self.addDetail('called', content.text_content('\n'.join(lines)))

    def test_the_path_of_a_claim(self):
        self.assert_at_most(PATH, self.session.path)
        self.assertEqual(START, self.session.path[0].co_name)

    def test_the_steps_of_a_claim(self):
        steps = dict.fromkeys(
            caller for caller, _called in self.session.calls
            if room_of(caller) in ('scheduling', 'store'))
        self.assertLess(0, len(steps))
        self.assert_at_most(STEPS, steps)

    def test_a_claim_reads_downwards(self):
        upwards = [f'{described(caller)} -> {described(called)}'
                   for caller, called in self.session.calls
                   if ROOMS.index(room_of(caller)) <
                   ROOMS.index(room_of(called))]
        self.tell(upwards)
        self.assertLessEqual(len(upwards), UPWARDS)
