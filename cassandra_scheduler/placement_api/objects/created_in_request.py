# SPDX-License-Identifier: Apache-2.0
"""Objects that a request has created but not yet written.

Upstream writes projects, users and consumers when they are created, before
it knows whether the allocations fit. Here they are written together with the
allocations. Until then the request context keeps them, and only this request
can find them.
"""


def find(context, kind, key):
    """Return the object that this request created under a key, or None."""
    return vars(context).get('_created', {}).get((kind, key))


def add(context, kind, key, created):
    """Keep an object for ``find``; False if the key has one already."""
    objects = vars(context).setdefault('_created', {})
    return objects.setdefault((kind, key), created) is created


def remove(context, kind, key):
    """Remove an object that was written, or was given up."""
    vars(context).get('_created', {}).pop((kind, key), None)
