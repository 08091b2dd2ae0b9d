# SPDX-License-Identifier: Apache-2.0
"""Finds a Java for Cassandra 5.0, and gives the options that it needs."""

import glob
import os
import re
import shutil
import subprocess

from cassandra_scheduler import testbed
from cassandra_scheduler.testbed import cluster_plan

VERSIONS = (17, 11)
_INSTALL = ('install Java 17 (apt install openjdk-17-jre-headless) '
            'or set JAVA_HOME')
_INSTALLED = '/usr/lib/jvm/*/bin/java'
CONFIG = '-Dcassandra.config='
MAIN_CLASS = 'org.apache.cassandra.service.CassandraDaemon'

# Cassandra reaches into these packages; since Java 16 each must be named.
_EXPORTS = {
    'java.base': 'jdk.internal.misc jdk.internal.ref sun.nio.ch '
                 'java.lang.ref java.lang.reflect',
    'java.management.rmi': 'com.sun.jmx.remote.internal.rmi',
    'java.rmi': 'sun.rmi.registry sun.rmi.server',
    'java.sql': 'java.sql',
    'jdk.unsupported': 'sun.misc',
}
_OPENS = {
    'java.base': 'java.lang java.lang.module java.lang.reflect java.io '
                 'java.nio java.util java.util.concurrent '
                 'java.util.concurrent.atomic sun.nio.ch '
                 'jdk.internal.loader jdk.internal.ref jdk.internal.reflect '
                 'jdk.internal.math jdk.internal.module '
                 'jdk.internal.util.jar',
    'jdk.management': 'com.sun.management.internal',
}
# Where it may, Cassandra locks its first heap in memory, which takes about 3 s
# per GiB. So the heap starts small and grows.
_FIRST_HEAP = '-Xms128M'
_PROPERTIES = {
    'cassandra-foreground': 'yes',
    'jdk.attach.allowAttachSelf': 'true',
    'java.awt.headless': 'true',
    'chronicle.analytics.disable': 'true',
    'chronicle.announcer.disable': 'true',
    # One machine, no other nodes: gossip has nothing to wait for.
    'cassandra.skip_wait_for_gossip_to_settle': '0',
    'cassandra.superuser_setup_delay_ms': '0',
    'cassandra.shutdown_announce_in_ms': '100',
}


def find(installed: str = _INSTALLED) -> str:
    """Return the path of a Java of a fitting version.

    Looks at JAVA_HOME, then PATH, then at the paths that match the pattern
    ``installed``. Raises TestbedError, which names the versions found, if
    none fits.
    """
    unfit = []
    for path in _candidates(installed):
        version = _version(path)
        if version in VERSIONS:
            return path
        unfit.append(f'{path} is ' + (
            f'Java {version}' if version else 'not a working Java'))
    raise testbed.TestbedError(
        'Cassandra needs Java 17 or 11, but '
        f'{", ".join(unfit) or "no java was found"}: {_INSTALL}')


def _candidates(installed):
    found = []
    if os.environ.get('JAVA_HOME'):
        found.append(os.path.join(os.environ['JAVA_HOME'], 'bin', 'java'))
    found.append(shutil.which('java'))
    found.extend(sorted(glob.glob(installed), reverse=True))
    return list(dict.fromkeys(path for path in found if path))


def _version(path):
    try:
        done = subprocess.run([path, '-version'], capture_output=True,
                              text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = re.search(r'version "(?:1\.)?(\d+)', done.stdout + done.stderr)
    return int(said.group(1)) if said else None


def options(plan: cluster_plan.ClusterPlan) -> list[str]:
    """Return the options that the Java of every node gets.

    JMX stays closed: no option names a port for it.
    """
    # The others remove a joining node that they believe to be silent. So
    # several nodes get time for a few rounds of gossip.
    ring_delay_ms = 100 if plan.nodes == 1 else 3000
    chosen = [f'-Dcassandra.ring_delay_ms={ring_delay_ms}',
              '-Xmx' + plan.heap, _FIRST_HEAP, '-Xss256k', '-XX:+UseG1GC',
              '-XX:MaxGCPauseMillis=200', '-XX:+ExitOnOutOfMemoryError',
              '-XX:+PerfDisableSharedMem']
    for option, modules in (('exports', _EXPORTS), ('opens', _OPENS)):
        chosen += [f'--add-{option}={module}/{package}=ALL-UNNAMED'
                   for module, packages in modules.items()
                   for package in packages.split()]
    return chosen + [f'-D{name}={value}'
                     for name, value in _PROPERTIES.items()]
