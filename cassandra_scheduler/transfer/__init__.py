# SPDX-License-Identifier: Apache-2.0
"""Copies a cloud between upstream's SQL database and ours, both ways.

Promises: both sides are read into the same frozen values and compared, and
only differences are written. So the next run completes an interrupted one, and
a run after a complete one changes nothing. Refuses: to remove what only the
target has, unless it is asked to. Read ``running`` first, then ``content``.
"""
