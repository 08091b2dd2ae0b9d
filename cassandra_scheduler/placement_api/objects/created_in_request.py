# SPDX-License-Identifier: Apache-2.0
"""What a request has created and not yet written.

Upstream writes projects, users and consumers as they are created, before it
knows whether the allocations fit. Here they are written with the allocations;
until then whoever made them finds them here, and nobody else does.
"""


def find(context, kind, key):
    """Return what this request created under that key, or None."""
    return vars(context).get('_unwritten', {}).get((kind, key))


def note(context, kind, key, created):
    """Let ``find`` return what was created; False if it would already."""
    notes = vars(context).setdefault('_unwritten', {})
    return notes.setdefault((kind, key), created) is created


def forget(context, kind, key):
    """Forget what was written since, or given up."""
    vars(context).get('_unwritten', {}).pop((kind, key), None)
