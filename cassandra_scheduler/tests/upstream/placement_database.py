# SPDX-License-Identifier: Apache-2.0
"""What stands where placement's tests make an SQL database.

Placement's fixtures, and Nova's on top of them, reach their database through
``placement.tests.fixtures.Database`` alone.
"""

import fixtures
from placement import deploy
from placement.objects import resource_class
from placement.objects import trait

from cassandra_scheduler.conf import registration
from cassandra_scheduler.placement_api.http import opening
from cassandra_scheduler.store import settings
from cassandra_scheduler.tests.upstream import clouds


class Database(fixtures.Fixture):
    """The cloud of the running test, with the standard names in it.

    Same parameters as the fixture it stands for.
    """

    def __init__(self, conf_fixture, set_config=False):
        super().__init__()
        self.conf = conf_fixture.conf
        # Placement does not start without the option, and never opens it.
        conf_fixture.config(connection='sqlite://',
                            group='placement_database')

    def _setUp(self):
        clouds.configure(self.conf)
        opening.use(settings.Settings(
            **registration.store_settings(self.conf)))
        trait._TRAITS_SYNCED = False
        resource_class._RESOURCE_CLASSES_SYNCED = False
        deploy.update_database(self.conf)
