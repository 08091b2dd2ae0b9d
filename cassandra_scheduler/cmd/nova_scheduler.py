# SPDX-License-Identifier: Apache-2.0
"""``nova-cassandra-scheduler``: nova-scheduler with a configured driver.

Takes the flags and the configuration files of nova-scheduler.
"""

from stevedore import named

from cassandra_scheduler.cmd import launching
from cassandra_scheduler.model import errors

NAMESPACE = 'nova.scheduler.driver'


def main():
    """Run nova-scheduler with the manager that [scheduler] driver names."""
    launching.run('nova-scheduler', 'scheduler',
                  lambda conf: manager_of(conf.scheduler.driver))


def manager_of(driver):
    """Return the manager class of a driver; raises InvalidSettings."""
    found = named.NamedExtensionManager(
        NAMESPACE, [driver], on_load_failure_callback=_refuse,
        warn_on_missing_entrypoint=False)
    if driver not in found:
        raise errors.InvalidSettings(
            f'[scheduler] driver {driver!r} is not installed. Installed are '
            f'{", ".join(sorted(found.entry_points_names()))}.')
    return found[driver].plugin


def _refuse(manager, entry_point, exc):
    raise errors.InvalidSettings(
        f'[scheduler] driver {entry_point.name!r} cannot be loaded: {exc}')
