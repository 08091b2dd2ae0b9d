# SPDX-License-Identifier: Apache-2.0
"""A stock Placement on SQLite, in a process of its own.

It reads one JSON object a line, {"providers": [...], "queries": [...]}, fills
an empty database with the providers and writes one line: for each query the
body that GET /allocation_candidates answers with.
"""

import json
import sys

import microversion_parse
import os_traits
from oslo_config import cfg
from placement import conf as placement_conf
from placement import context as placement_context
from placement.db.sqlalchemy import migration
from placement.db.sqlalchemy import models
from placement import db_api
from placement import deploy
from placement.handlers import allocation_candidate as handler
from placement import lib
from placement import microversion
from placement.objects import allocation_candidate
from placement.objects import inventory
from placement.objects import resource_provider
from placement.objects import trait
import webob

VERSION = microversion_parse.Version(1, 39)
VERSION.max_version = VERSION
_FILLED = (models.Allocation, models.Inventory,
           models.ResourceProviderTrait, models.ResourceProviderAggregate,
           models.PlacementAggregate, models.ResourceProvider)


def configuration():
    """Return Placement's options for a database in memory."""
    conf = cfg.ConfigOpts()
    placement_conf.register_opts(conf)
    conf.set_default('connection', 'sqlite://', group='placement_database')
    conf([], default_config_files=[], default_config_dirs=[])
    return conf


def prepare(conf):
    """Create the tables, the standard names and the traits of ours."""
    db_api.configure(conf)
    migration.create_schema(db_api.get_placement_engine())
    deploy.update_database(conf)


def answer(conf, scenario):
    """Return the bodies that answer the queries of one scenario."""
    _empty()
    ids = {}
    for given in scenario['providers']:
        ids[given['uuid']] = _create(_context(conf), given)
    with db_api.get_placement_engine().begin() as connection:
        for uuid, name, units in scenario['used']:
            connection.execute(models.Allocation.__table__.insert().values(
                resource_provider_id=ids[uuid], consumer_id=uuid, used=units,
                resource_class_id=_context(conf).rc_cache.id_from_string(
                    name)))
    return [_candidates(_context(conf), query)
            for query in scenario['queries']]


def _context(conf):
    return placement_context.RequestContext(config=conf)


def _empty():
    with db_api.get_placement_engine().begin() as connection:
        for model in _FILLED:
            connection.execute(model.__table__.delete())


def _create(context, given):
    provider = resource_provider.ResourceProvider(
        context, uuid=given['uuid'], name=given['name'])
    if given['parent']:
        provider.parent_provider_uuid = given['parent']
    provider.create()
    provider.set_inventory([
        inventory.Inventory(context, resource_provider=provider,
                            resource_class=name, **fields)
        for name, fields in given['inventories'].items()])
    provider.set_traits([_trait(context, name) for name in given['traits']])
    provider.set_aggregates(given['aggregates'])
    return provider.id


def _trait(context, name):
    known = context.trait_cache.get_all()
    if os_traits.is_custom(name) and name not in {
            attributes.name for attributes in known}:
        trait.Trait(context, name=name).create()
    return trait.Trait.get_by_name(context, name)


def _candidates(context, query):
    request = webob.Request.blank(f'/allocation_candidates?{query}')
    request.environ[microversion.MICROVERSION_ENVIRON] = VERSION
    params = lib.RequestWideParams.from_request(request)
    groups = lib.RequestGroup.dict_from_request(request, params)
    for name in ('CUSTOM_NOWHERE', 'CUSTOM_GOLD', 'CUSTOM_IRON'):
        _trait(context, name)
    found = allocation_candidate.AllocationCandidates.get_by_requests(
        context, groups, params)
    return handler._transform_allocation_candidates(found, groups, VERSION)


def main():
    """Answer until the input ends."""
    conf = configuration()
    prepare(conf)
    for line in sys.stdin:
        print(json.dumps(answer(conf, json.loads(line)), default=list),
              flush=True)


if __name__ == '__main__':
    main()
