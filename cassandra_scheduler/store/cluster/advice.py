# SPDX-License-Identifier: Apache-2.0
"""Rules for a Cassandra in production; a broken rule is only a warning.

Rules as in ``fitness``, but a service starts even if they are broken. The
file etc/cassandra/production.yaml has the settings and the reasons.
"""

from collections.abc import Sequence
import datetime
import re

from cassandra_scheduler.model import errors
from cassandra_scheduler.store.cluster import facts
from cassandra_scheduler.store.cluster import fitness
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import settings as store_settings

#: gc_grace_seconds of the table trees. If a copy missed a deletion and is
#: repaired later than this, the deleted row comes back.
REPAIR_WITHIN = datetime.timedelta(seconds=86400)
#: How many rows the driver asks for at once.
PAGE = 5000

_FLAGS = {
    'allow_filtering_enabled': 'services cannot look for hosts',
    'non_partition_restricted_index_query_enabled':
        'services cannot look for hosts',
    'intersect_filtering_query_enabled': 'services cannot look for hosts',
    'secondary_indexes_enabled': '"db sync" cannot make indexes',
    'alter_table_enabled': '"db sync" cannot add columns',
}
_LEVELS = {
    'read_consistency_levels_disallowed': (
        'read_consistency', 'candidate_consistency', 'serial_consistency'),
    'write_consistency_levels_disallowed': (
        'read_consistency', 'serial_consistency'),
}
_UNSET = ('', '-1', '0')
_PAGE = 'page_size_fail_threshold'
_INDEXES = 'sai_sstable_indexes_per_query_fail_threshold'
_TIMEOUTS = ('cas_contention_timeout', 'write_request_timeout',
             'read_request_timeout')
_STORAGE = 'storage_compatibility_mode'
_PURGING = 'paxos_state_purging'
_AUTHENTICATOR = 'authenticator'
_AUTHORIZER = 'authorizer'
_ENCRYPTION = 'client_encryption_options.enabled'

#: What the rules here and in fitness read from cassandra.yaml.
SETTINGS = (*fitness.SETTINGS, *_FLAGS, *_LEVELS, *_TIMEOUTS, _PAGE,
            _INDEXES, _STORAGE, _PURGING, _AUTHENTICATOR, _AUTHORIZER,
            _ENCRYPTION)

_DURATION = re.compile(r'(\d+)(ms|s|m|h|d)')
_SECONDS = {'ms': 0.001, 's': 1, 'm': 60, 'h': 3600, 'd': 86400}


def answers(found: facts.Facts, settings: store_settings.Settings
            ) -> fitness.Verdict:
    """Judge whether every local node answered, and told its settings."""
    silent = [each.address for each in found.asked if each.clock is None]
    if silent:
        return fitness.warning(
            f'Nothing is known of {", ".join(silent)}, which did not answer: '
            'check "nodetool status".')
    if any(each.settings is None for each in found.asked):
        return fitness.warning(
            'What is in cassandra.yaml was not checked, because the role '
            f'{settings.username!r} may not read it: GRANT SELECT ON '
            f'KEYSPACE system_views TO {settings.username}.')
    return fitness.FINE


def can_judge(found: facts.Facts) -> bool:
    """Return whether cassandra.yaml of any node could be read."""
    return any(each.settings is not None for each in found.asked)


def purging(found: facts.Facts, settings: store_settings.Settings
            ) -> fitness.Verdict:
    """Judge when the state of old lightweight transactions is removed."""
    return _told([
        f'{_PURGING} is {value} on {address}'
        for address, value in found.values(_PURGING).items()
        if value != 'repaired'],
        'set it to repaired and run repairs every day')


def guardrails(found: facts.Facts, settings: store_settings.Settings
               ) -> fitness.Verdict:
    """Judge what guardrails switch off.

    Guardrails do not hold for superusers, so the queries that ``fitness``
    tries may work although other roles cannot run them.
    """
    said = [f'{name} is false on {address}, so {so}'
            for name, so in _FLAGS.items()
            for address, value in found.values(name).items()
            if value == 'false']
    for name, options in _LEVELS.items():
        used = {getattr(settings, option) for option in options}
        said += [f'{name} is {value} on {address}'
                 for address, value in found.values(name).items()
                 if used & set(re.findall(r'\w+', value))]
    said += [f'{_PAGE} is {value} on {address}, below {PAGE}'
             for address, value in found.values(_PAGE).items()
             if value not in _UNSET and int(value) < PAGE]
    said += [f'{_INDEXES} is {value} on {address}, so a query may be refused '
             'while compaction is behind'
             for address, value in found.values(_INDEXES).items()
             if value not in _UNSET]
    return _told(said, 'change it in cassandra.yaml')


def storage(found: facts.Facts, settings: store_settings.Settings
            ) -> fitness.Verdict:
    """Judge the format of the files: is it still that of older versions?"""
    return _told([
        f'{_STORAGE} is {value} on {address}'
        for address, value in found.values(_STORAGE).items()
        if value != 'NONE'],
        'set it to NONE once no node of an older version is left')


def access(found: facts.Facts, settings: store_settings.Settings
           ) -> fitness.Verdict:
    """Judge whether a stranger can read or change the state."""
    said = [f'{address} asks for no password'
            for address, value in found.values(_AUTHENTICATOR).items()
            if _allows_all(value)]
    said += [f'{address} lets every role do everything'
             for address, value in found.values(_AUTHORIZER).items()
             if _allows_all(value)]
    said += [f'{address} speaks to clients without TLS'
             for address, value in found.values(_ENCRYPTION).items()
             if value == 'false']
    return _told(said, 'see authenticator, authorizer and '
                       'client_encryption_options in cassandra.yaml')


def _allows_all(name: str) -> bool:
    """Return whether an authenticator or authorizer allows everything.

    ``name``: its class.
    """
    return not name or name.rpartition('.')[2].startswith('AllowAll')


def timeouts(found: facts.Facts, settings: store_settings.Settings
             ) -> fitness.Verdict:
    """Judge whether a node gives up before its client does."""
    ours = settings.request_timeout
    return _told([
        f'{name} is {value} on {address}, longer than [cassandra] '
        f'request_timeout, {ours:g} s'
        for name in _TIMEOUTS
        for address, value in found.values(name).items()
        if _seconds(value) > ours],
        'make the node give up first, or the outcome of its writes must be '
        'looked up')


def _seconds(duration: str) -> float:
    """Return a duration such as 1800ms or 1m30s in seconds."""
    return sum(int(number) * _SECONDS[unit]
               for number, unit in _DURATION.findall(duration))


def repairs(found: facts.Facts, session: store_session.Session
            ) -> fitness.Verdict:
    """Judge whether the keyspace was repaired within REPAIR_WITHIN."""
    replication = found.replication or {}
    copies = replication.get(session.settings.local_datacenter, '1')
    if copies.partition('/')[0] == '1':
        return fitness.FINE
    remedy = (f'run "nodetool repair" on keyspace '
              f'{session.settings.keyspace!r} every day')
    try:
        last = facts.last_repair(session)
    except errors.StoreAccessDenied:
        return fitness.warning(
            'Repairs were not checked, because the role '
            f'{session.settings.username!r} may not read about them: GRANT '
            'SELECT ON KEYSPACE system_distributed TO '
            f'{session.settings.username}.')
    except errors.SchedulerError as exc:
        return fitness.warning(str(exc))
    if last is None:
        return fitness.warning(f'No repair is known of: {remedy}.')
    if datetime.datetime.now(datetime.UTC) - last > REPAIR_WITHIN:
        return fitness.warning(
            f'The last repair ended on {last:%Y-%m-%d at %H:%M} UTC: '
            f'{remedy}.')
    return fitness.FINE


def _told(said: Sequence[str], remedy: str) -> fitness.Verdict:
    """Return a warning with all that was said, or FINE."""
    if not said:
        return fitness.FINE
    return fitness.warning(f'{"; ".join(said)}: {remedy}.')
