# SPDX-License-Identifier: Apache-2.0
"""How a child process tells its parent what goes on: lines of JSON.

    child                                   parent
    {"step": "starting computes", ...} ---> shows it
    {"ready": {...}} ---------------------> goes on
    {"failed": "one line"} ---------------> says so and ends
    (works until its input ends) <--------- ends, however it ends
"""

import json
import os
import sys
import traceback


class Teller:
    """The child's side. Only it writes to the parent from then on."""

    def __init__(self):
        """Take the way to the parent; print() goes to the log instead."""
        self._lines = os.fdopen(os.dup(1), 'w')
        os.dup2(2, 1)

    def step(self, text, done=None, of=None):
        """Say what is being done, and how far it is."""
        self._tell(step=text, done=done, of=of)

    def ready(self, **facts):
        """Say that everything is up."""
        self._tell(ready=facts)

    def failed(self, reason):
        """Say in one line why it cannot work."""
        self._tell(failed=' '.join(str(reason).split()))

    def _tell(self, **message):
        print(json.dumps(message), file=self._lines, flush=True)


def run(work):
    """Run a child: ``work(teller)``, then wait until the parent goes.

    Ends the process: threads of services would keep it alive otherwise.
    """
    teller = Teller()
    try:
        work(teller)
        sys.stdin.buffer.read()
    except ImportError as exc:
        _fail(teller, f'{exc}: install test-requirements.txt, or run '
                      '"tox -e demo"')
    except Exception as exc:
        _fail(teller, f'{type(exc).__name__}: {exc}')
    os._exit(0)


def _fail(teller, reason):
    teller.failed(reason)
    traceback.print_exc()
    os._exit(1)
