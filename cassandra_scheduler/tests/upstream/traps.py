# SPDX-License-Identifier: Apache-2.0
"""What a test must not reach, and a memory of who reached it.

A guarded callable raises when it is called. Nova swallows many exceptions
and logs them, so each call is also remembered, and the test that made it
fails at its end.
"""

import functools
import threading
import traceback

#: Frames kept of a call; enough to see which line of which room it came from.
FRAMES = 40


class StockReached(AssertionError):
    """A test ran code that this project must replace."""


class Traps:
    """Guards on the attributes of upstream's classes and objects."""

    def __init__(self):
        self._lock = threading.Lock()
        self._reached = []
        self._undo = []

    def guard(self, owner, name, what):
        """Make ``owner.name`` raise StockReached, under the name ``what``.

        Raises AttributeError if there is no such attribute: a guard on a name
        that upstream has changed would guard nothing.
        """
        original = getattr(owner, name)
        self._undo.append(_restoring(owner, name))

        @functools.wraps(original)
        def trap(*args, **kwargs):
            self.spring(what)

        setattr(owner, name, trap)

    def spring(self, what):
        """Remember who reached something, and raise StockReached."""
        self._remember(what)
        raise StockReached(f'{what} was reached')

    def undo_by(self, undo):
        """Call ``undo()`` as well when everything is put back."""
        self._undo.append(undo)

    def release(self):
        """Put everything back as it was."""
        while self._undo:
            self._undo.pop()()

    def forget(self):
        """Forget what was reached so far: another test begins."""
        with self._lock:
            self._reached.clear()

    def check(self):
        """Raise StockReached if something was reached since ``forget``."""
        with self._lock:
            reached = list(self._reached)
            self._reached.clear()
        if reached:
            raise StockReached(
                f'{len(reached)} times; the first: {reached[0]}')

    def _remember(self, what):
        calls = ''.join(traceback.format_stack(limit=FRAMES)[:-3])
        with self._lock:
            self._reached.append(f'{what}, called from\n{calls}')


def _restoring(owner, name):
    """Return a call that undoes a setattr of ``owner.name``."""
    if name in vars(owner):
        return functools.partial(setattr, owner, name, vars(owner)[name])
    return functools.partial(delattr, owner, name)
