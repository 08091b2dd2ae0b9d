# SPDX-License-Identifier: Apache-2.0
"""What an operator does before the first server: zones, traits, flavors."""

from cassandra_scheduler.demo import fleet
from cassandra_scheduler.demo import wishes


def prepare(nova, placement, hosts, *, tell):
    """Make zones, traits and flavors through the two APIs."""
    for number, zone in enumerate(fleet.ZONES):
        tell('making zones', number, len(fleet.ZONES))
        _make_zone(nova, zone, hosts)
    providers = {provider['name']: provider['uuid'] for provider in
                 placement.get('/resource_providers')['resource_providers']}
    placement.put(f'/traits/{fleet.FAST_DISK}')
    for number, host in enumerate(hosts):
        tell('setting traits', number, len(hosts))
        if host.traits:
            _add_traits(placement, providers[host.name], host.traits)
    tell('making flavors')
    for flavor in wishes.FLAVORS:
        _make_flavor(nova, flavor)


def _make_zone(nova, zone, hosts):
    aggregate = nova.post('/os-aggregates', {'aggregate': {
        'name': zone, 'availability_zone': zone}})['aggregate']
    for host in hosts:
        if host.zone == zone:
            nova.post(f'/os-aggregates/{aggregate["id"]}/action',
                      {'add_host': {'host': host.name}})


def _add_traits(placement, provider_uuid, traits):
    path = f'/resource_providers/{provider_uuid}/traits'
    current = placement.get(path)
    placement.put(path, {
        'traits': sorted({*current['traits'], *traits}),
        'resource_provider_generation':
            current['resource_provider_generation']})


def _make_flavor(nova, flavor):
    made = nova.post('/flavors', {'flavor': {
        'name': flavor.name, 'id': flavor.name, 'vcpus': flavor.vcpus,
        'ram': flavor.memory_mb, 'disk': flavor.disk_gb}})['flavor']
    if flavor.trait:
        nova.post(f'/flavors/{made["id"]}/os-extra_specs', {
            'extra_specs': {f'trait:{flavor.trait}': 'required'}})
