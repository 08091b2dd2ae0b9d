# SPDX-License-Identifier: Apache-2.0
"""The operator's command, ``cassandra-scheduler``.

Its commands come from the entry points ``cassandra_scheduler.commands``. The
library imports all of them at once, so none may do anything when it is
imported; one that has to come before the Cassandra driver, as ``bench``, runs
in a process of its own.
"""

import importlib.metadata
import sys

from cliff import app
from cliff import commandmanager

from cassandra_scheduler.model import errors


class Application(app.App):
    """Finds a command, runs it and turns errors into one line."""

    # Progress is the commands' own business; the console shows warnings.
    DEFAULT_VERBOSE_LEVEL = 0

    def __init__(self):
        """Describe the command; nothing is imported or read yet."""
        super().__init__(
            description='Look after Nova scheduling on Apache Cassandra.',
            version=importlib.metadata.version('cassandra_scheduler'),
            command_manager=commandmanager.CommandManager(
                'cassandra_scheduler.commands'),
            deferred_help=True)

    def clean_up(self, cmd, result, err):
        """Say that an error nobody foresaw is a bug; cliff printed it."""
        foreseen = (errors.SchedulerError, OSError, KeyboardInterrupt)
        if isinstance(err, Exception) and not isinstance(err, foreseen):
            self.LOG.error('This is a bug (%s); --debug shows where.',
                           type(err).__name__)


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    return Application().run(arguments or ['help'])


if __name__ == '__main__':
    sys.exit(main())
