# SPDX-License-Identifier: Apache-2.0
"""Whether a Cassandra can be worked with: its versions, settings, clocks.

Promises: ``facts`` only reads, ``fitness`` and ``advice`` only judge what was
read. What ``fitness`` calls a failure stops a service at its start; what is
merely unwise is said by the status command alone. Read ``fitness`` next.
"""
