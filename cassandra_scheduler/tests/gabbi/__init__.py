# SPDX-License-Identifier: Apache-2.0
"""Placement's own tests of its REST API, run on our store.

``python -m cassandra_scheduler.tests.gabbi [REGEX...]`` takes the gabbi files
from the installed placement. They are untouched; nothing is excluded.
"""
