# SPDX-License-Identifier: Apache-2.0
"""The whole cloud: what runs where, started in order and ended together.

    this process        neighbours: Glance, Neutron, Keystone, over HTTP
      placement_process Placement API, over HTTP
      nova_process      nova-api over HTTP; conductor, schedulers, computes
                        with messages in memory
"""

import dataclasses
import pathlib

from cassandra_scheduler.demo import children
from cassandra_scheduler.demo import configuring
from cassandra_scheduler.demo import decisions
from cassandra_scheduler.demo import ground
from cassandra_scheduler.demo import neighbours
from cassandra_scheduler.demo import serving
from cassandra_scheduler.demo import tokens

_PACKAGE = __package__


@dataclasses.dataclass(frozen=True, slots=True)
class Urls:
    """Where the services of a cloud listen."""
    nova: str
    placement: str
    keystone: str


class Cloud:
    """A cloud with its files in ``folder``; ``settings`` say which store."""

    def __init__(self, folder: pathlib.Path, settings):
        self._folder = folder
        self._settings = settings
        self._children = children.Children(folder)

    def start(self, computes, *, tell):
        """Start everything with so many computes; return the Urls.

        ``tell(text, done, of)`` hears what goes on. Raises SchedulerError in
        one line; ``stop`` must be called all the same.
        """
        glance = serving.serve(neighbours.glance)
        neutron = serving.serve(neighbours.neutron)
        configuring.placement(self._folder, self._settings)
        placement = self._children.start(
            f'{_PACKAGE}.placement_process', tell=tell)['placement']
        configuring.nova(self._folder, self._settings, placement=placement,
                         glance=glance, neutron=neutron)
        nova = self._children.start(
            f'{_PACKAGE}.nova_process', computes, tell=tell)['nova']
        keystone = serving.serve(neighbours.keystone({
            'compute': nova, 'placement': placement, 'image': glance,
            'network': neutron}))
        return Urls(nova, placement, f'{keystone}/v3')

    def stop(self):
        """End everything that was started."""
        self._children.stop()

    def check(self):
        """Raise SchedulerError if a part of the cloud has died."""
        self._children.check()
        ground.check(self._settings)

    def decisions(self):
        """Return what the schedulers have decided so far, oldest first."""
        return decisions.read(self._folder)


def client_environment(urls):
    """Return what the ``openstack`` command needs in its environment."""
    user, _, project = tokens.ADMIN.partition(':')
    return {'OS_AUTH_URL': urls.keystone, 'OS_IDENTITY_API_VERSION': '3',
            'OS_USERNAME': user, 'OS_PASSWORD': project,
            'OS_PROJECT_NAME': project, 'OS_USER_DOMAIN_ID': 'default',
            'OS_PROJECT_DOMAIN_ID': 'default'}
