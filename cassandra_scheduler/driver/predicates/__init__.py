# SPDX-License-Identifier: Apache-2.0
"""What of Nova's filters the candidate query can say.

A predicate belongs to one class of Nova. It turns a request into restrictions
that no host breaks which the filter would pass; the filter itself is asked
all the same, of fewer hosts. A filter from elsewhere has none, a subclass of
Nova's neither. Start with ``registry``; ``table`` writes what it says into
the documentation.
"""
