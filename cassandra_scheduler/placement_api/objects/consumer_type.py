# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.consumer_type``."""

from placement import exception
from placement.objects import consumer_type

from cassandra_scheduler.placement_api.providers import custom_names
from cassandra_scheduler.store import catalogue


class ConsumerType(consumer_type.ConsumerType):
    """A consumer type; kept in the cloud's catalogue."""

    def create(self):
        entry = custom_names.create(
            self._context.store, catalogue.CONSUMER_TYPE, self.name)
        if entry is None:
            # The next look-up must find what the other request created.
            self._context.ct_cache.clear()
            raise exception.ConsumerTypeExists(name=self.name)
        custom_names.fill(self, entry)
        self._context.ct_cache.clear()
