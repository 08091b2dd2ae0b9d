# SPDX-License-Identifier: Apache-2.0

"""Doors for people and init systems.

Promises: each module parses its arguments, wires the rooms together and
runs; an error reaches the person as one line that says what to do.
Refuses: decisions of its own. Read next: the room that a command names.
"""
