# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.consumer``.

A consumer exists as long as it holds something. So ``create`` and ``update``
write nothing: the row is written together with the allocations.
"""

from placement import exception
from placement.objects import consumer
from placement.objects import project as project_obj
from placement.objects import user as user_obj

from cassandra_scheduler.model import consumer as consumer_model
from cassandra_scheduler.placement_api.objects import created_in_request
from cassandra_scheduler.placement_api.providers import allocation_writes
from cassandra_scheduler.store import tree_codec


class Consumer(consumer.Consumer):
    """A consumer; its id is its uuid.

    ``row`` is its home row as it was read, None for a consumer that does not
    exist yet; ``lookup_write_id`` is the write id of its lookup row.
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
        """Return the object of a FoundConsumer."""
        made = cls.from_row(ctx, found.consumer)
        made.row = found.consumer
        made.lookup_write_id = found.lookup_row.write_id
        return made

    @classmethod
    def from_row(cls, ctx, row):
        """Return the object of a home row."""
        return cls(
            ctx, id=row.uuid, uuid=row.uuid, generation=row.generation,
            consumer_type_id=row.consumer_type,
            created_at=tree_codec.moment(row.created_ms),
            updated_at=tree_codec.moment(row.updated_ms),
            project=project_obj.Project(
                ctx, id=row.project_id, external_id=row.project_id),
            user=user_obj.User(
                ctx, id=row.user_id, external_id=row.user_id))

    @property
    def known(self):
        """Return the KnownConsumer of this object."""
        return allocation_writes.KnownConsumer(
            consumer_model.ConsumerSpec(
                self.uuid, self.project.external_id, self.user.external_id,
                self.consumer_type_id),
            self.generation, self.row, self.lookup_write_id)

    def create(self):
        if not created_in_request.add(self._context, Consumer, self.uuid,
                                      self):
            raise exception.ConsumerExists(uuid=self.uuid)
        self.id = self.uuid
        self.generation = 0

    def update(self):
        """Do nothing: the next write of allocations writes it as well."""

    def increment_generation(self):
        """Do nothing: every write of allocations increments it."""

    def delete(self):
        """Make the request look for it in the store only.

        Nothing is deleted there: a consumer without allocations does not
        exist.
        """
        created_in_request.remove(self._context, Consumer, self.uuid)


def delete_consumers_if_no_allocations(ctx, consumer_uuids):
    """Do nothing: a consumer without allocations does not exist."""
