# SPDX-License-Identifier: Apache-2.0
"""Moves a cloud between upstream's SQL database and ours, both ways.

Promises: what both sides say is read into the same frozen values, compared,
and only what differs is written; so a run that was cut off is finished by the
next one, and a run after a whole one changes nothing. Refuses: removing what
only the target has, unless it was asked to. Read ``running`` first, then
``content``.
"""
