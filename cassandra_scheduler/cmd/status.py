# SPDX-License-Identifier: Apache-2.0
"""``cassandra-scheduler-status``: whether Cassandra is fit for production.

Like nova-status and placement-status: ``upgrade check`` prints a table. The
exit status is 0, 1 after a warning, or 2 after a failure. With a failure,
services refuse to start.
"""

import functools
import sys

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from cassandra_scheduler.cmd import store_access
from cassandra_scheduler.conf import registration
from cassandra_scheduler.model import errors
from cassandra_scheduler.store.cluster import advice
from cassandra_scheduler.store.cluster import facts
from cassandra_scheduler.store.cluster import fitness
from cassandra_scheduler.store.schema import check

_CODES = {fitness.Level.FINE: upgradecheck.Code.SUCCESS,
          fitness.Level.WARNING: upgradecheck.Code.WARNING,
          fitness.Level.FAILURE: upgradecheck.Code.FAILURE}
#: Rules on the settings in cassandra.yaml.
_SETTINGS_RULES = (
    ('Paxos', fitness.paxos),
    ('Purging of Paxos state', advice.purging),
    ('Guardrails', advice.guardrails),
    ('Timeouts', advice.timeouts),
    ('Storage format', advice.storage),
    ('Access', advice.access),
)
_NOT_CHECKED = fitness.warning('Not checked: no node shows the settings of '
                               'its cassandra.yaml.')


class Checks(upgradecheck.UpgradeCommands):
    """Asks the cluster once and shows each verdict in the table."""

    def __init__(self, conf):
        self._conf = conf

    def check(self):
        """Print the table; return the exit status."""
        try:
            with store_access.open_session(self._conf) as store:
                verdicts = list(_verdicts(store))
        except (errors.SchedulerError, cfg.Error, ValueError) as exc:
            verdicts = [('Connection', fitness.failure(_one_line(exc)))]
        self._upgrade_checks = tuple(
            (name, functools.partial(_result, verdict))
            for name, verdict in verdicts)
        return super().check()


def _result(verdict, _commands):
    return upgradecheck.Result(_CODES[verdict.level], verdict.text or None)


def _verdicts(store):
    """Yield (name of a check, its verdict)."""
    session, settings = store.session, store.session.settings
    found = facts.read(session, advice.SETTINGS)
    yield 'Nodes and their settings', advice.answers(found, settings)
    yield 'Version of Cassandra', fitness.versions(found.nodes)
    yield 'Replication', fitness.replication(found, settings)
    yield 'Schema', _schema(store)
    yield 'Queries', fitness.queries(store)
    yield 'Conditional writes', fitness.conditional_writes(session)
    yield 'Clocks', fitness.clocks(found, settings)
    yield 'Repairs', advice.repairs(found, session)
    for name, rule in _SETTINGS_RULES:
        yield name, (rule(found, settings) if advice.can_judge(found)
                     else _NOT_CHECKED)


def _schema(store):
    try:
        check.check(store.session, store.columns)
    except errors.SchedulerError as exc:
        return fitness.failure(str(exc))
    return fitness.FINE


def _one_line(exc):
    return ' '.join(str(exc).split())


def main():
    """Run the command; return the exit status."""
    conf = cfg.ConfigOpts()
    registration.register_opts(conf)
    try:
        return upgradecheck.main(conf, 'nova', Checks(conf), sys.argv[1:])
    except cfg.Error as exc:
        print(f'cassandra-scheduler-status: {_one_line(exc)}',
              file=sys.stderr)
        return upgradecheck.Code.FAILURE


if __name__ == '__main__':
    sys.exit(main())
