# SPDX-License-Identifier: Apache-2.0
"""Shortens each log record of the Cassandra driver to one line.

The driver logs each failed attempt to connect with a traceback. A service
that waits for Cassandra would fill its log with them. Nothing is hidden: a
record keeps its level and says what happened.
"""

import logging

from cassandra_scheduler.store import failures


class OneLine(logging.Filter):
    """Passes every record, and writes its exception into its message.

    A record at DEBUG keeps its traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record for all handlers; return True: it passes."""
        if record.levelno <= logging.DEBUG or not record.exc_info:
            return True
        said = record.getMessage().rstrip(' :')
        exc = record.exc_info[1]
        # logging.exception() outside an except block has no exception.
        record.msg, record.args = (
            f'{said}: {failures.brief(exc)}' if exc else said), ()
        record.exc_info = record.exc_text = None
        return True


_ONE_LINE = OneLine()


def shorten() -> None:
    """Add the filter to each logger of the driver that exists now.

    A filter works for its own logger only, not for those below it. A second
    call changes nothing.
    """
    for name in list(logging.root.manager.loggerDict):
        if name == 'cassandra' or name.startswith('cassandra.'):
            logging.getLogger(name).addFilter(_ONE_LINE)
