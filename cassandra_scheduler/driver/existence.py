# SPDX-License-Identifier: Apache-2.0
"""Which instances do not exist, for whoever finds a claim of one.

An instance is a build request before it has a cell, then a record in that
cell's database. Who is in none of these does not exist, if all of them have
answered; of whom a database that is silent may know, nothing is said.
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
    """Return those of the uuids of which there is no instance for sure.

    Asks the API database and the database of every cell. Raises
    SchedulerError, in one line, when the API database does not answer.
    """
    context = nova_context.get_admin_context()
    wanted, silent = set(uuids), set()
    try:
        for cell in objects.CellMappingList.get_all(context):
            try:
                wanted -= _in_cell(context, cell, wanted)
            except db_exception.DBError as exc:
                LOG.warning('Cell %(cell)s could not be asked for its '
                            'instances: %(error)s',
                            {'cell': cell.identity,
                             'error': type(exc).__name__})
                silent.add(cell.uuid)
        return frozenset(wanted - _expected(context, wanted, silent))
    except db_exception.DBError as exc:
        raise errors.SchedulerError(
            f"Nova's API database did not answer ({type(exc).__name__}): "
            'look at [api_database] connection.') from None


def _in_cell(context, cell, uuids):
    """Return those that have a record in a cell, hidden or deleted softly.
    """
    with nova_context.target_cell(context, cell) as targeted:
        return _records(targeted, uuids) if uuids else set()


@main_database.pick_context_manager_reader
def _records(context, uuids):
    # Nova's own search needs [database] connection, which a scheduler lacks.
    instance = models.Instance
    return {uuid for uuid, in context.session.query(instance.uuid).filter(
        instance.uuid.in_(uuids), instance.deleted == 0)}


def _expected(context, uuids, silent):
    """Return those that may come yet, or be in a cell that is silent."""
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
