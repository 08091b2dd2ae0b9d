# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.consumer_type``."""

from placement import exception
from placement.objects import consumer_type

from cassandra_scheduler.placement_api import custom_names
from cassandra_scheduler.store import catalogue


class ConsumerType(consumer_type.ConsumerType):
    """A consumer type; kept in the cloud's catalogue."""

    def create(self):
        entry = custom_names.create(
            self._context, catalogue.CONSUMER_TYPE, self.name)
        if entry is None:
            # Whoever asks again must see what the other one made.
            self._context.ct_cache.clear()
            raise exception.ConsumerTypeExists(name=self.name)
        custom_names.fill(self, entry)
        self._context.ct_cache.clear()
