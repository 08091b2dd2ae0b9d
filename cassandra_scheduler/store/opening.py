# SPDX-License-Identifier: Apache-2.0
"""Wires the store of one cloud: every table family over one session."""

import dataclasses

from cassandra_scheduler.store import catalogue
from cassandra_scheduler.store.cluster import fitness
from cassandra_scheduler.store import consumers
from cassandra_scheduler.store import full_scan
from cassandra_scheduler.store import host_cells
from cassandra_scheduler.store import intents as store_intents
from cassandra_scheduler.store import lookups
from cassandra_scheduler.store import query
from cassandra_scheduler.store import scan
from cassandra_scheduler.store.schema import check
from cassandra_scheduler.store import server_groups
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import transaction_records
from cassandra_scheduler.store import transactions
from cassandra_scheduler.store import tree_rows
from cassandra_scheduler.store import tree_writer
from cassandra_scheduler.store import trees


@dataclasses.dataclass(frozen=True, slots=True)
class Store:
    """The table families of one cloud. Nothing is connected before use."""
    session: store_session.Session
    cloud: str
    columns: tuple
    searchable: object
    trees: trees.Trees
    query: query.CandidateQuery
    scan: scan.Scan
    provider_trees: lookups.LookupTable
    provider_names: lookups.LookupTable
    consumer_homes: lookups.LookupTable
    catalogue: catalogue.Catalogue
    consumers: consumers.Consumers
    transactions: transactions.Transactions
    writer: tree_writer.TreeWriter
    server_groups: server_groups.ServerGroups
    full_scan: full_scan.FullScan
    host_cells: host_cells.HostCells

    def write_tree(self, tree_id, compose, **how):
        """Write what is composed of one tree; see ``tree_writer``."""
        return self.writer.write_tree(tree_id, compose, **how)

    def write_trees(self, consumers, compose, **how):
        """Write what is composed of several trees; see ``tree_writer``."""
        return self.writer.write_trees(consumers, compose, **how)

    def check(self):
        """Raise SchemaMismatch or StoreUnfit unless services can work here.

        See ``schema.check`` and ``cluster.fitness``.
        """
        fitness.check_cluster(self.session)
        check.check(self.session, self.columns)
        fitness.check_statements(self)


def open_store(settings, resource_types=(), *, session=None):
    """Return the Store for ``settings`` with these resource types.

    ``resource_types`` are objects with ``columns`` and ``searchable(tree)``;
    ``session`` defaults to the one that this process shares.
    """
    session = session or store_session.shared_session(settings)
    cloud = settings.cloud
    columns = tuple(column for resource_type in resource_types
                    for column in resource_type.columns)

    def searchable(tree):
        values = {}
        for resource_type in resource_types:
            values.update(resource_type.searchable(tree))
        return values

    rows = tree_rows.TreeRows(session, cloud, columns=columns,
                              searchable=searchable)
    candidate_query = query.CandidateQuery(session, cloud, columns,
                                           rows=rows)
    records = transaction_records.TransactionRecords(session, cloud)
    intents = store_intents.Intents(rows, records)
    all_trees = trees.Trees(rows, intents)
    consumer_homes = lookups.consumer_homes(session, cloud)
    all_transactions = transactions.Transactions(all_trees, intents, records,
                                                 consumer_homes)
    writer = tree_writer.TreeWriter(all_trees, all_transactions)
    return Store(session=session,
                 cloud=cloud,
                 columns=columns,
                 searchable=searchable,
                 trees=all_trees,
                 query=candidate_query,
                 scan=scan.Scan(candidate_query),
                 provider_trees=lookups.provider_trees(session, cloud),
                 provider_names=lookups.provider_names(session, cloud),
                 consumer_homes=consumer_homes,
                 catalogue=catalogue.Catalogue(session, cloud),
                 consumers=consumers.Consumers(all_trees, consumer_homes,
                                               writer),
                 transactions=all_transactions,
                 writer=writer,
                 server_groups=server_groups.ServerGroups(session, cloud),
                 full_scan=full_scan.FullScan(session, rows, records),
                 host_cells=host_cells.HostCells(session, cloud))
