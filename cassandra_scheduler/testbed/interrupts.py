# SPDX-License-Identifier: Apache-2.0
"""Ends a run in good order at Ctrl-C, even if it is pressed again."""

import contextlib
import signal

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def once():
    """Raise KeyboardInterrupt in this block at the first signal only.

    The clean-up after the block is not interrupted.
    """
    before = {each: signal.signal(each, _raise) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def ignore():
    """Ignore all signals from now on, while things are cleaned up."""
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def _raise(number, frame):
    ignore()
    raise KeyboardInterrupt
