# SPDX-License-Identifier: Apache-2.0
"""The commands as an operator runs them: as processes of their own."""

import pathlib
import subprocess
import sys

import fixtures

from cassandra_scheduler.tests.fixtures import cassandra

BIN = pathlib.Path(sys.executable).parent


class Desk(fixtures.Fixture):
    """A nova.conf, and somebody who runs commands with it.

    ``cassandra`` are further [cassandra] options, ``more`` further text.
    """

    def __init__(self, more='', **cassandra):
        super().__init__()
        self._more = more
        self._cassandra = cassandra

    def _setUp(self):
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.config_file = folder / 'nova.conf'
        settings = cassandra.settings()
        options = {'contact_points': ','.join(settings.contact_points),
                   'port': settings.port, 'keyspace': settings.keyspace,
                   **self._cassandra}
        lines = [f'{name} = {value}' for name, value in options.items()]
        self.config_file.write_text('\n'.join(
            ['[DEFAULT]', 'transport_url = fake://', f'state_path = {folder}',
             '[cassandra]', *lines, self._more, '']))

    def run(self, *command, timeout=90):
        """Run a console script; return the finished process."""
        program, *arguments = command
        return subprocess.run(
            [BIN / program, *arguments, '--config-file', self.config_file],
            capture_output=True, text=True, timeout=timeout)
