# SPDX-License-Identifier: Apache-2.0
"""A folder that is a machine to devstack: units, programs, configuration."""

import contextlib
import os
import pathlib
import subprocess
import sys

import fixtures
import psutil

from cassandra_scheduler.testbed import ports
from cassandra_scheduler.testbed import processes

HERE = pathlib.Path(__file__).parent
PLUGIN = HERE.parents[3]
VENV = pathlib.Path(sys.executable).parents[1]
STACK_S = 400

# Works below $ROOT whatever it is told, and is no other user.
_SUDO = """\
echo "sudo $*" >>"$CALLS"
while [[ "$1" == -* ]]; do shift; done
words=()
for word in "$@"; do
    case "$word" in
        /bin/systemctl) word=systemctl ;;
        /etc/*|/var/*) word=$ROOT$word ;;
    esac
    words+=("$word")
done
exec env "${words[@]}"
"""
_PROGRAMS = {
    'sudo': _SUDO,
    'systemctl': f'exec {sys.executable} {HERE}/systemctl.py "$@"',
    'systemd-tmpfiles': 'mkdir -p "$ROOT/var/run/uwsgi"',
    'mount': 'echo "${@: -1}" >>"$ROOT/mounts"',
    'umount': 'sed -i "\\|^$1$|d" "$ROOT/mounts"',
    'mountpoint': 'grep -qsx "${@: -1}" "$ROOT/mounts"',
    # There is no Apache.
    'a2ensite': 'exit 0',
    'service': 'exit 0',
    'uuidgen': f'exec {sys.executable} -c "import uuid; print(uuid.uuid4())"',
}


class Host(fixtures.Fixture):
    """A machine below ``root``; ``checkout``: devstack's, or None.

    ``localrc`` are variables as a developer sets them in local.conf.
    """

    def __init__(self, checkout=None, **localrc):
        super().__init__()
        self.checkout = checkout
        self._localrc = localrc

    def _setUp(self):
        self.root = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.units = self.root / 'etc' / 'systemd' / 'system'
        self.data = self.root / 'opt' / 'stack' / 'data'
        self.calls = self.root / 'calls'
        for folder in ('bin', 'files', 'systemd', 'etc/nova',
                       'etc/apache2/sites-available'):
            (self.root / folder).mkdir(parents=True)
        for folder in (self.units, self.data):
            folder.mkdir(parents=True)
        self.calls.touch()
        for name, text in _PROGRAMS.items():
            program = self.root / 'bin' / name
            program.write_text(f'#!/bin/bash\n{text}\n')
            program.chmod(0o755)
        self._prepare_grenade()
        self.placement_port = ports.fresh(('127.0.0.1',), below=1)
        (self.root / 'localrc').write_text(''.join(
            f'{name}="{value}"\n' for name, value in self._localrc.items()))
        self.addCleanup(self._end)

    def _prepare_grenade(self):
        """Let grenade's scripts find what they read, as they would."""
        for path, text in {
                'grenade/grenaderc': '',
                'grenade/functions': f'source {HERE}/grenade.sh',
                'target/functions': '', 'target/stackrc': '',
                'target/lib/tls': '', 'target/lib/apache': '',
                'target/lib/nova': '',
                'target/lib/placement': 'source_libraries'}.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + '\n')

    @property
    def environment(self):
        """The environment in which stack.sh runs on this machine."""
        kept = {name: os.environ[name] for name in
                ('HOME', 'JAVA_HOME', 'TMPDIR') if name in os.environ}
        return {
            **kept, 'ROOT': str(self.root), 'CALLS': str(self.calls),
            'PATH': f'{self.root}/bin:{VENV}/bin:/usr/bin:/bin:/usr/sbin',
            'LC_ALL': 'C.UTF-8', 'PLUGIN': str(PLUGIN), 'VENV': str(VENV),
            'DEVSTACK': str(self.checkout or ''),
            'PLACEMENT_PORT': str(self.placement_port),
            'GRENADE_DIR': f'{self.root}/grenade',
            'BASE_DEVSTACK_DIR': f'{self.root}/target',
            'TARGET_DEVSTACK_DIR': f'{self.root}/target',
            'SYSTEMD_DIR': str(self.units),
            'SYSTEMD_STATE': str(self.root / 'systemd'),
            'SYSTEMD_RUNS': 'cassandra-|placement-api|n-sch'}

    def run(self, *command):
        """Run a script with its arguments; return the finished process."""
        return subprocess.run(
            command, cwd=self.root, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=STACK_S)

    def devstack(self, script):
        """Run stack, unstack or clean; return the finished process."""
        return self.run(HERE / 'devstack.sh', script)

    def grenade(self, script):
        """Run shutdown.sh or upgrade.sh; return the finished process."""
        return self.run(PLUGIN / 'devstack' / 'upgrade' / script)

    def unit(self, name):
        """Return the text of a unit file of devstack's."""
        return (self.units / f'devstack@{name}.service').read_text()

    def log(self, name):
        """Return what a unit has printed."""
        return (self.root / 'systemd' /
                f'devstack@{name}.service.log').read_text()

    def files(self):
        """Return all files, but not what this fixture writes itself."""
        own = {'bin', 'systemd', 'calls', 'mounts', 'localrc'}
        return {str(path.relative_to(self.root))
                for path in self.root.rglob('*') if not path.is_dir() and
                path.relative_to(self.root).parts[0] not in own}

    def processes(self):
        """Return the processes that know this machine's folder."""
        found = []
        for each in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                told = [*each.cmdline(), *each.environ().values()]
                if any(str(self.root) in word for word in told):
                    found.append(each)
        return found

    def _end(self):
        for each in self.processes():
            processes.end(each, seconds=30)
