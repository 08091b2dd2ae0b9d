# SPDX-License-Identifier: Apache-2.0
"""Keeps what the Cassandra driver logs to one line a record.

The driver logs every attempt to connect that fails with its traceback, and a
service that waits for Cassandra would fill its log with them. Nothing is
silenced: a record keeps its level and says what happened.
"""

import logging

from cassandra_scheduler.store import failures


class OneLine(logging.Filter):
    """Lets every record pass, with its exception told in a few words.

    At DEBUG a traceback stays: there somebody has asked for it.
    """

    def filter(self, record):
        """Change the record for all handlers; return that it may pass."""
        if record.levelno <= logging.DEBUG or not record.exc_info:
            return True
        said = record.getMessage().rstrip(' :')
        exc = record.exc_info[1]
        # logging.exception() outside of any handler brings no exception.
        record.msg, record.args = (
            f'{said}: {failures.brief(exc)}' if exc else said), ()
        record.exc_info = record.exc_text = None
        return True


_ONE_LINE = OneLine()


def shorten():
    """Give every logger of the driver that exists by now the filter.

    A filter concerns its own logger only, not those below it; a second time
    changes nothing.
    """
    for name in list(logging.root.manager.loggerDict):
        if name == 'cassandra' or name.startswith('cassandra.'):
            logging.getLogger(name).addFilter(_ONE_LINE)
