# SPDX-License-Identifier: Apache-2.0
"""Moves a provider and all below it from one tree to another.

    1 one transaction over both trees moves the providers and, for every
      consumer that holds something of them, its amounts
    2 the providers' locators follow; until then they lead to the old tree
"""

from oslo_log import log as logging
import webob.exc

LOG = logging.getLogger(__name__)


def move(store, rp, from_tree, to_tree):
    """Move a provider with its subtree into another tree."""
    raise webob.exc.HTTPNotImplemented(
        'Moving a provider to another provider tree is not possible yet.')
