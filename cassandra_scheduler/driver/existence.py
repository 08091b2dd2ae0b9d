# SPDX-License-Identifier: Apache-2.0
"""Finds the claims of instances that do not exist.

An instance is a build request before it has a cell, then a record in that
cell's database. An instance that is in none of these databases does not
exist, if all of them have answered. If a database that may know it does not
answer, the instance may exist.
"""

from nova import context as nova_context
from nova.db.main import api as main_database
from nova.db.main import models
from nova import exception
from nova import objects
from oslo_db import exception as db_exception
from oslo_log import log as logging

from cassandra_scheduler.model import errors

LOG = logging.getLogger(__name__)


def gone(uuids):
    """Return those of the uuids that certainly belong to no instance.

    Asks the API database and the database of every cell. Raises
    SchedulerError, in one line, when the API database does not answer.
    """
    context = nova_context.get_admin_context()
    missing, silent = set(uuids), set()
    try:
        for cell in objects.CellMappingList.get_all(context):
            try:
                missing -= _in_cell(context, cell, missing)
            except db_exception.DBError as exc:
                LOG.warning('Cell %(cell)s does not say which instances '
                            'it has: %(error)s',
                            {'cell': cell.identity,
                             'error': type(exc).__name__})
                silent.add(cell.uuid)
        return frozenset(missing - _expected(context, missing, silent))
    except db_exception.DBError as exc:
        raise errors.SchedulerError(
            f"Nova's API database does not answer ({type(exc).__name__}): "
            'check [api_database] connection.') from None


def _in_cell(context, cell, uuids):
    """Return those with a record in a cell, also hidden or soft-deleted.
    """
    with nova_context.target_cell(context, cell) as targeted:
        return _records(targeted, uuids) if uuids else set()


@main_database.pick_context_manager_reader
def _records(context, uuids):
    # A search of Nova needs [database] connection; a scheduler has none.
    instance = models.Instance
    return {uuid for uuid, in context.session.query(instance.uuid).filter(
        instance.uuid.in_(uuids), instance.deleted == 0)}


def _expected(context, uuids, silent):
    """Return those that may still be built, or are in a silent cell."""
    found, mapped = set(), {}
    if uuids:
        mapped = {mapping.instance_uuid: mapping.cell_mapping for mapping in
                  objects.InstanceMappingList.get_by_instance_uuids(
                      context, sorted(uuids))}
    for uuid in uuids:
        cell = mapped.get(uuid)
        if silent and (cell is None or cell.uuid in silent):
            found.add(uuid)
            continue
        try:
            objects.BuildRequest.get_by_instance_uuid(context, uuid)
            found.add(uuid)
        except exception.BuildRequestNotFound:
            pass
    return found
