# SPDX-License-Identifier: Apache-2.0
"""The operator's command, ``cassandra-scheduler``.

Its commands come from the entry points ``cassandra_scheduler.commands``. The
library imports all of them at once, so a command must do nothing when it is
imported. A command that must run before the Cassandra driver is imported,
such as ``bench``, runs in its own process.
"""

import importlib.metadata
import sys

from cliff import app
from cliff import commandmanager

from cassandra_scheduler.model import errors


class Application(app.App):
    """Finds a command, runs it and turns errors into one line."""

    # Commands show their progress themselves; the console shows warnings.
    DEFAULT_VERBOSE_LEVEL = 0

    def __init__(self):
        """Describe the command; import and read nothing yet."""
        super().__init__(
            description='Look after Nova scheduling on Apache Cassandra.',
            version=importlib.metadata.version('cassandra_scheduler'),
            command_manager=commandmanager.CommandManager(
                'cassandra_scheduler.commands'),
            deferred_help=True)

    def clean_up(self, cmd, result, err):
        """Log that an unexpected error is a bug; cliff has printed it."""
        expected = (errors.SchedulerError, OSError, KeyboardInterrupt)
        if isinstance(err, Exception) and not isinstance(err, expected):
            self.LOG.error('This is a bug (%s). --debug shows where.',
                           type(err).__name__)


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    return Application().run(arguments or ['help'])


if __name__ == '__main__':
    sys.exit(main())
