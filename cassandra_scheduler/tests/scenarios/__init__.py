# SPDX-License-Identifier: Apache-2.0
"""Nova's unit scenarios for filters and weighers, on hosts from our store.

``python -m cassandra_scheduler.tests.scenarios [REGEX...]`` takes the tests
from the installed nova, untouched. Where they make a host of some attributes,
those are written as a row of Cassandra, and what is read back is judged.
"""
