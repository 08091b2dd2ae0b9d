# SPDX-License-Identifier: Apache-2.0
"""What a Cassandra must be, or nobody may work with it.

Each rule is a function that returns a Verdict. A service refuses to start
over a failure, and only over that; warnings are for the status command.
"""

from collections.abc import Callable, Iterable
import dataclasses
import enum
import itertools
import re
import time
from typing import Protocol
import uuid

from cassandra_scheduler.model import errors
from cassandra_scheduler.model import restriction
from cassandra_scheduler.store.cluster import facts
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import query as store_query
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import settings as store_settings
from cassandra_scheduler.store import statements
from cassandra_scheduler.store import token_ranges

_CQL = statements.load('cluster')
#: The oldest Cassandra that has what the schema needs.
OLDEST = (5, 0)
#: Clocks that are set by NTP do not differ by so many seconds.
NOTICEABLE_S = 0.5
#: With so many copies one node may be lost and a majority is left.
SAFE_COPIES = 3
#: What the rules here look for in cassandra.yaml.
SETTINGS = ('paxos_variant',)
_NUMBER = re.compile(r'\d+')


class CheckedStore(Protocol):
    """What of a Store is tried."""

    @property
    def session(self) -> store_session.Session:
        """The connections to the cluster."""

    @property
    def query(self) -> store_query.CandidateQuery:
        """The query for candidates."""


class Level(enum.IntEnum):
    """How much a verdict matters."""

    FINE = 0
    WARNING = 1
    FAILURE = 2


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says; ``text`` is one line, empty where all is fine."""
    level: Level = Level.FINE
    text: str = ''


FINE = Verdict()


def warning(text: str) -> Verdict:
    """Return the Verdict for what works, but less well."""
    return Verdict(Level.WARNING, text)


def failure(text: str) -> Verdict:
    """Return the Verdict for what cannot work or is not safe."""
    return Verdict(Level.FAILURE, text)


def require(*verdicts: Verdict) -> None:
    """Raise StoreUnfit with the first failure among these."""
    for verdict in verdicts:
        if verdict.level is Level.FAILURE:
            raise errors.StoreUnfit(verdict.text)


def check_cluster(session: store_session.Session, *,
                  oldest: tuple[int, ...] = OLDEST,
                  clock: Callable[[], float] = time.time) -> None:
    """Raise StoreUnfit unless services may work with this cluster.

    ``oldest``: the oldest version that will do. ``clock`` reads the time of
    this host, in seconds.
    """
    require(versions(session.nodes(), oldest=oldest))
    found = facts.read(session, SETTINGS, clock=clock)
    require(*(rule(found, session.settings)
              for rule in (replication, paxos, clocks)))


def check_statements(store: CheckedStore) -> None:
    """Raise StoreUnfit unless Cassandra accepts what services send it."""
    require(queries(store), conditional_writes(store.session))


def versions(nodes: Iterable[store_session.ClusterNode], *,
             oldest: tuple[int, ...] = OLDEST) -> Verdict:
    """Judge the versions of all ``nodes``, those of other datacenters too."""
    known = {node.address: node.version for node in nodes if node.version}
    for address, version in known.items():
        if _numbers(version) < oldest:
            return failure(
                f'Node {address} runs Cassandra {version}, but '
                f'{".".join(map(str, oldest))} is needed: upgrade it.')
    if len({_numbers(version)[:2] for version in known.values()}) > 1:
        return warning(
            'The nodes run different versions of Cassandra '
            f'({", ".join(sorted(set(known.values())))}): finish the upgrade '
            'before the next "cassandra-scheduler db sync".')
    return FINE


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, _NUMBER.findall(version)[:3]))


def replication(found: facts.Facts, settings: store_settings.Settings
                ) -> Verdict:
    """Judge how the keyspace is replicated; there may be none yet."""
    if found.replication is None:
        return FINE
    where = f'Keyspace {settings.keyspace!r}'
    datacenter = settings.local_datacenter
    if not found.replication['class'].endswith('NetworkTopologyStrategy'):
        return warning(
            f'{where} is not replicated by NetworkTopologyStrategy, so '
            'copies may lie in any datacenter: use ALTER KEYSPACE, then '
            '"nodetool repair --full".')
    copies = int(found.replication.get(datacenter, '0').partition('/')[0])
    if not copies:
        return failure(
            f'{where} has no copies in datacenter {datacenter!r}: add it '
            'with ALTER KEYSPACE and run "nodetool rebuild" there, or check '
            '[cassandra] local_datacenter.')
    if copies < SAFE_COPIES:
        return warning(
            f'{where} has {copies} of {SAFE_COPIES} copies in datacenter '
            f'{datacenter!r}: scheduling stops while one node is down.')
    return FINE


def paxos(found: facts.Facts, settings: store_settings.Settings) -> Verdict:
    """Judge how lightweight transactions are done."""
    variants = found.values('paxos_variant')
    for address, variant in variants.items():
        if 'without_linearizable' in variant:
            return failure(
                f'Node {address} has paxos_variant {variant}, with which '
                'two services may claim the same room: set it to v2 in '
                'cassandra.yaml on every node.')
    slow = [address for address, variant in variants.items()
            if variant != 'v2']
    if slow:
        return warning(
            'Claims take twice as many round trips as they need to: set '
            'paxos_variant to v2 in cassandra.yaml of '
            f'{", ".join(slow)}.')
    return FINE


def clocks(found: facts.Facts, settings: store_settings.Settings) -> Verdict:
    """Judge the clocks of the nodes, against ours and against each other."""
    known = {each.address: each.clock for each in found.asked if each.clock}
    apart = [(clock.apart, f'this host and Cassandra node {address}')
             for address, clock in known.items()]
    apart += [(known[one].of(known[other]).apart,
               f'Cassandra nodes {one} and {other}')
              for one, other in itertools.combinations(known, 2)]
    seconds, who = max(apart, default=(0.0, ''))
    if seconds <= NOTICEABLE_S:
        return FINE
    text = (f'The clocks of {who} are {seconds:.1f} s apart: let NTP set '
            'them')
    if seconds > settings.clock_tolerance:
        return failure(f'{text} ([cassandra] clock_tolerance is '
                       f'{settings.clock_tolerance:g} s).')
    return warning(f'{text}.')


def queries(store: CheckedStore) -> Verdict:
    """Try the query for candidates, over the smallest token range.

    It needs indexes and compares rows, and Cassandra can be told to allow
    neither; what it allows differs between consistency levels.
    """
    asked = (restriction.Restriction('resource_type', '=', ''),)

    def ask() -> None:
        for level in (store_session.CANDIDATES, store_session.READ):
            store.query.read(asked, within=token_ranges.SMALLEST, limit=1,
                             level=level)
    return _tried(ask)


def conditional_writes(session: store_session.Session) -> Verdict:
    """Try a conditional write that writes nothing, and a serial read."""
    # In a partition of its own, so that services do not meet in it.
    key = (session.settings.cloud, f'fitness {uuid.uuid4()}')

    def ask() -> None:
        if isinstance(session.write_if([(_CQL['write_nothing'], key)]),
                      outcome.Unknown):
            raise errors.StoreUnavailable(
                'A conditional write was not answered in time: check '
                '"nodetool status" and "nodetool tpstats".')
        session.row(_CQL['find_nothing'], key, level=store_session.SERIAL)
    return _tried(ask)


def _tried(ask: Callable[[], None]) -> Verdict:
    """Return the Verdict on statements that Cassandra may refuse.

    One that it merely could not answer now may do so later.
    """
    try:
        ask()
    except errors.StoreUnavailable as exc:
        return warning(str(exc))
    except errors.SchedulerError as exc:
        return failure(str(exc))
    return FINE
