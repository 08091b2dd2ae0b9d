# SPDX-License-Identifier: Apache-2.0
"""Nova's and Placement's own functional tests, run on what is ours.

``python -m cassandra_scheduler.tests.upstream REGEX...`` takes the tests
from the installed nova and placement. Their code is untouched: ``swap``
exchanges what they start, ``traps`` fails a test that still reached stock's
host manager or placement's SQL, and ``excluded.txt`` names, with a reason,
every test that is left out. Start with ``runner``.
"""
