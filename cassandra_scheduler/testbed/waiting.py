# SPDX-License-Identifier: Apache-2.0
"""Waits until a condition is true."""

from collections.abc import Callable
from typing import Any

import tenacity

from cassandra_scheduler import testbed


def poll(question: Callable[[], Any], *, seconds: float, pause: float = 0.1,
         done: Callable[[Any], bool] = bool) -> Any:
    """Ask again and again; return the first answer for which ``done`` holds.

    Returns the last answer when the time is over.
    """
    return tenacity.Retrying(
        stop=tenacity.stop_after_delay(seconds),
        wait=tenacity.wait_fixed(pause),
        retry=tenacity.retry_if_result(lambda answer: not done(answer)),
        retry_error_callback=lambda state: state.outcome.result())(question)


def wait_for(what: str, question: Callable[[], Any], *, seconds: float,
             pause: float = 0.2) -> Any:
    """Ask again and again; return the first true answer.

    Raises TestbedError, which names ``what``, when the time is over.
    """
    answer = poll(question, seconds=seconds, pause=pause)
    if not answer:
        raise testbed.TestbedError(f'{what} took more than {seconds} s.')
    return answer
