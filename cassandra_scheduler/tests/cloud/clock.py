# SPDX-License-Identifier: Apache-2.0
"""Says what is being done, with the time since the start."""

import time


class Clock:
    """Tells a Screen what is being done, with the time so far."""

    def __init__(self, screen):
        self._screen, self._begin = screen, time.monotonic()
        self._text = self._timed = None

    def __str__(self):
        minutes, seconds = divmod(int(time.monotonic() - self._begin), 60)
        return f'{minutes:2}:{seconds:02}'

    def tell(self, text, done=None, of=None, *, detail=''):
        """Say what is being done now, and how much of it is done."""
        if text != self._text:
            self._text, self._timed = text, f'{self} {text}'
            if self._screen.console.is_terminal:
                self._screen.say(self._timed)
        self._screen.tell(self._timed, done, of, detail=detail)

    def say(self, text):
        """Print a line that stays."""
        self._screen.say(text)
