# SPDX-License-Identifier: Apache-2.0
"""The part of Nova's filters that the candidate query can decide.

A predicate belongs to one of Nova's classes. It turns a request into
restrictions. Every host that the filter passes satisfies them; the filter
itself still runs, on fewer hosts. A subclass and a filter from elsewhere have
no predicate. Start with ``registry``; ``table`` writes the documentation
from it.
"""
