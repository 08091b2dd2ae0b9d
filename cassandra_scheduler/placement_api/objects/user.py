# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.user``: a user is its external id."""

from placement import exception
from placement.objects import user

from cassandra_scheduler.placement_api.objects import created_in_request


class User(user.User):
    """A user; it exists as soon as a consumer names it.

    The store has no table of users. A request knows the users that it has
    created itself, and may create any other.
    """

    @classmethod
    def get_by_external_id(cls, ctx, external_id):
        created = created_in_request.find(ctx, cls, external_id)
        if created is None:
            raise exception.UserNotFound(external_id=external_id)
        return created

    def create(self):
        if not created_in_request.add(self._context, User, self.external_id,
                                      self):
            raise exception.UserExists(external_id=self.external_id)
        self.id = self.external_id
