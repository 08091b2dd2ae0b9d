# SPDX-License-Identifier: Apache-2.0
"""Many clients of one Placement API, each of which keeps its own books.

``landscape`` is what they work on, ``client`` what each of them knows,
``deeds`` what they do.
"""
