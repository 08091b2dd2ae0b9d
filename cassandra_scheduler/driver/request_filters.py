# SPDX-License-Identifier: Apache-2.0
"""Nova's request filters, as they are, on a RequestSpec."""

import time

from nova.scheduler import request_filter
import os_traits

#: Seconds for which it is remembered that all computes are new enough.
REMEMBERED = 60.0


class RequestFilters:
    """Runs Nova's request filters and asks all cells less often.

    The last of them requires the trait OWNER_NOVA once every nova-compute is
    new enough, and asks every cell about it for every request. Services grow
    newer, so a yes is kept for a while; a no is not.
    """

    def __init__(self, *, clock=time.monotonic):
        self._clock = clock
        self._until = None

    def process(self, context, spec):
        """Let the filters change ``spec``; raises RequestFilterFailed.

        Requests with PCI devices are left to Nova alone, which puts the
        trait on groups of theirs as well.
        """
        known = self._until is not None and self._clock() < self._until
        if known and not (spec.pci_requests and spec.pci_requests.requests):
            spec.root_required.add(os_traits.OWNER_NOVA)
        request_filter.process_reqspec(context, spec)
        if not known and os_traits.OWNER_NOVA in spec.root_required:
            self._until = self._clock() + REMEMBERED
