# SPDX-License-Identifier: Apache-2.0
"""Stands for ``placement.objects.project``: a project is its external id."""

from placement import exception
from placement.objects import project

from cassandra_scheduler.placement_api.objects import created_in_request


class Project(project.Project):
    """A project; it exists as soon as a consumer names it.

    The store has no table of projects. A request knows the projects that it
    has created itself, and may create any other.
    """

    @classmethod
    def get_by_external_id(cls, ctx, external_id):
        created = created_in_request.find(ctx, cls, external_id)
        if created is None:
            raise exception.ProjectNotFound(external_id=external_id)
        return created

    def create(self):
        if not created_in_request.add(self._context, Project,
                                      self.external_id, self):
            raise exception.ProjectExists(external_id=self.external_id)
        self.id = self.external_id
