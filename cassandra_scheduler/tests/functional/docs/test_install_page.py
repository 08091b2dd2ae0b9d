# SPDX-License-Identifier: Apache-2.0
"""The installation page, followed as it stands by a shell.

Left out is what its author marked ``:class: installs``: it would put software
onto this machine. Ports are others, so that somebody else may have the usual.
"""

import os
import pathlib
import signal
import subprocess
import sys

from docutils import core
from docutils import nodes
import fixtures
import testtools

import cassandra_scheduler
from cassandra_scheduler.testbed import folders
from cassandra_scheduler.testbed import ports

TOP = pathlib.Path(cassandra_scheduler.__file__).parents[1]
PAGE = TOP / 'doc' / 'source' / 'install' / 'by-hand.rst'
BIN = pathlib.Path(sys.executable).parent
#: Seconds for all of it; on an idle machine it takes a tenth.
PATIENCE = 540


def blocks(text):
    """Return the shell commands of a page as (heading, commands) pairs."""
    # Sphinx's own roles mean nothing here, which is no fault of the page.
    page = core.publish_doctree(text, settings_overrides={
        'report_level': 5, 'file_insertion_enabled': False})
    return [(block.parent.next_node(nodes.title).astext(), block.astext())
            for block in page.findall(nodes.literal_block)
            if 'shell' in block['classes'] and
            'installs' not in block['classes']]


class TestInstallPage(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.home = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.environment = {
            **{name: value for name, value in os.environ.items()
               if not name.startswith(('OS_', 'CASSANDRA_SCHEDULER_'))},
            'HOME': str(self.home), 'PATH': f'{BIN}:{os.environ["PATH"]}',
            'XDG_STATE_HOME': str(self.home / '.local' / 'state'),
            # What was downloaded need not be downloaded again.
            'XDG_CACHE_HOME': str(folders.cache().parent)}
        self.addCleanup(self.run_shell,
                        'cassandra-scheduler local wipe --name trial')

    def run_shell(self, script):
        """Return (exit status, what was printed) of one shell.

        Ends with everything that it has started.
        """
        with subprocess.Popen(
                ['bash', '-eu', '-o', 'pipefail', '-c', script],
                cwd=self.home, env=self.environment, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, start_new_session=True) as shell:
            try:
                said, _ = shell.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(shell.pid, signal.SIGKILL)
                said, _ = shell.communicate()
        return shell.returncode, said

    def test_every_command_runs(self):
        found = blocks(PAGE.read_text())
        self.assertGreater(len(found), 8)
        script = '\n'.join(f"echo '=== {heading}'\n{commands}"
                           for heading, commands in found)
        for usual in (9042, 8778):
            script = script.replace(str(usual), str(
                ports.fresh(['127.0.0.1'], below=2042)))
        status, said = self.run_shell(script)
        self.assertEqual(0, status, said)
        self.assertIn('is ready for schema', said)
        self.assertIn('Starting scheduler node', said)
        self.assertIn('0 findings healed, 0 left, 0 warnings', said)
        self.assertFalse((self.home / 'trial').exists())
