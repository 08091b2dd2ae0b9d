# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.consumer``.

A consumer exists as long as it holds something. So ``create`` and ``update``
only note what shall be written: the row is written, or not, together with the
allocations, in one step.
"""

from placement import exception
from placement.objects import consumer
from placement.objects import project as project_obj
from placement.objects import user as user_obj

from cassandra_scheduler.placement_api.objects import created_in_request
from cassandra_scheduler.placement_api import timestamps


class Consumer(consumer.Consumer):
    """A consumer; its id is its uuid.

    ``row`` is its home row as it was read, None for one that shall be
    created; ``lookup_write_id`` is who wrote the locator that led to it.
    """

    row = None
    lookup_write_id = None

    @classmethod
    def get_by_uuid(cls, ctx, uuid):
        found = ctx.store.consumers.find(uuid)
        if found is not None:
            return cls.of(ctx, found)
        created = created_in_request.find(ctx, cls, uuid)
        if created is None:
            raise exception.ConsumerNotFound(uuid=uuid)
        return created

    @classmethod
    def of(cls, ctx, found):
        """Return the object for a consumer that the store has found."""
        made = cls.from_row(ctx, found.consumer)
        made.row = found.consumer
        made.lookup_write_id = found.lookup_row.write_id
        return made

    @classmethod
    def from_row(cls, ctx, row):
        """Return the object for a home row."""
        return cls(
            ctx, id=row.uuid, uuid=row.uuid, generation=row.generation,
            consumer_type_id=row.consumer_type,
            created_at=timestamps.moment(row.created_ms),
            updated_at=timestamps.moment(row.updated_ms),
            project=project_obj.Project(
                ctx, id=row.project_id, external_id=row.project_id),
            user=user_obj.User(
                ctx, id=row.user_id, external_id=row.user_id))

    @property
    def tree_ids(self):
        """Return the ids of all trees in which it holds something."""
        return {self.row.home} | self.row.also_in if self.row else set()

    def create(self):
        if not created_in_request.note(self._context, Consumer, self.uuid,
                                       self):
            raise exception.ConsumerExists(uuid=self.uuid)
        self.id = self.uuid
        self.generation = 0

    def update(self):
        """Do nothing yet: the next replacement writes the attributes."""

    def increment_generation(self):
        """Do nothing: every replacement writes the next generation."""

    def delete(self):
        """Forget it if it was not written: what holds nothing is nothing."""
        self.forget()

    def forget(self):
        """Let the request find it in the store alone, if it is there."""
        created_in_request.forget(self._context, Consumer, self.uuid)


def delete_consumers_if_no_allocations(ctx, consumer_uuids):
    """Do nothing: what holds nothing does not exist."""
