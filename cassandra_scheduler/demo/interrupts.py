# SPDX-License-Identifier: Apache-2.0
"""Lets Ctrl-C end a run in good order, however often it is pressed."""

import contextlib
import signal

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def once():
    """Raise KeyboardInterrupt in this block at the first signal only.

    What runs after it, to put things away, is not interrupted again.
    """
    before = {each: signal.signal(each, _raise) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def ignore():
    """Let nothing interrupt what is put away from now on."""
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def _raise(number, frame):
    ignore()
    raise KeyboardInterrupt
