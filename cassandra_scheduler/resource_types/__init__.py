# SPDX-License-Identifier: Apache-2.0
"""What can be scheduled: one class per type, loaded by stevedore.

A type lists its columns on a tree's root row, computes their values from the
tree, and turns a request into restrictions on them. It reads and writes
nothing. Start with ``base``; ``compute`` is what Nova schedules.
"""
