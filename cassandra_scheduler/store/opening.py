# SPDX-License-Identifier: Apache-2.0
"""Wires the store of one cloud: every table family over one session."""

from collections.abc import Collection, Mapping, Sequence
import dataclasses
from typing import Protocol

from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.model import tree as tree_model
from cassandra_scheduler.store import catalogue as store_catalogue
from cassandra_scheduler.store.cluster import fitness
from cassandra_scheduler.store import consumers as store_consumers
from cassandra_scheduler.store import full_scan as store_full_scan
from cassandra_scheduler.store import host_cells as store_host_cells
from cassandra_scheduler.store import intents as store_intents
from cassandra_scheduler.store import lookups
from cassandra_scheduler.store import outcome
from cassandra_scheduler.store import query as store_query
from cassandra_scheduler.store import retrying
from cassandra_scheduler.store import scan as store_scan
from cassandra_scheduler.store.schema import check
from cassandra_scheduler.store import server_groups as store_server_groups
from cassandra_scheduler.store import session as store_session
from cassandra_scheduler.store import settings as store_settings
from cassandra_scheduler.store import transaction_records
from cassandra_scheduler.store import transactions as store_transactions
from cassandra_scheduler.store import tree_rows
from cassandra_scheduler.store import tree_writer
from cassandra_scheduler.store import trees as store_trees


@dataclasses.dataclass(frozen=True, slots=True)
class Store:
    """The table families of one cloud. Nothing is connected before use."""
    session: store_session.Session
    cloud: str
    columns: tuple[restriction_model.Column, ...]
    searchable: tree_rows.Searchable
    trees: store_trees.Trees
    query: store_query.CandidateQuery
    scan: store_scan.Scan
    provider_trees: lookups.LookupTable
    provider_names: lookups.LookupTable
    consumer_homes: lookups.LookupTable
    catalogue: store_catalogue.Catalogue
    consumers: store_consumers.Consumers
    transactions: store_transactions.Transactions
    writer: tree_writer.TreeWriter
    server_groups: store_server_groups.ServerGroups
    full_scan: store_full_scan.FullScan
    host_cells: store_host_cells.HostCells

    def write_tree(self, tree_id: str, compose: tree_writer.ComposeOne, *,
                   consumers: Collection[str] = (),
                   deadline_s: float = retrying.DEADLINE_S
                   ) -> outcome.TreeOutcome:
        """Write what is composed of one tree; see ``tree_writer``."""
        return self.writer.write_tree(tree_id, compose, consumers=consumers,
                                      deadline_s=deadline_s)

    def write_trees(self, consumers: tree_writer.ConsumersOfTrees,
                    compose: tree_writer.ComposeSeveral, *,
                    deadline_s: float = retrying.DEADLINE_S
                    ) -> outcome.Outcome[tree_writer.TreesById,
                                         tree_writer.StatesById]:
        """Write what is composed of several trees; see ``tree_writer``."""
        return self.writer.write_trees(consumers, compose,
                                       deadline_s=deadline_s)

    def check(self) -> None:
        """Raise SchemaMismatch or StoreUnfit unless services can work here.

        See ``schema.check`` and ``cluster.fitness``.
        """
        fitness.check_cluster(self.session)
        check.check(self.session, self.columns)
        fitness.check_statements(self)


class StoredType(Protocol):
    """A resource type, as far as the store needs it."""

    @property
    def columns(self) -> Sequence[restriction_model.Column]:
        """The columns of the root row that it wants."""

    def searchable(self, tree: tree_model.Tree) -> Mapping[str, object]:
        """Return column -> value of a tree."""


def open_store(settings: store_settings.Settings,
               resource_types: Sequence[StoredType] = (), *,
               session: store_session.Session | None = None) -> Store:
    """Return the Store for ``settings`` with these resource types.

    ``session`` defaults to the one that this process shares.
    """
    session = session or store_session.shared_session(settings)
    cloud = settings.cloud
    columns = tuple(column for resource_type in resource_types
                    for column in resource_type.columns)

    def searchable(tree: tree_model.Tree) -> Mapping[str, object]:
        values: dict[str, object] = {}
        for resource_type in resource_types:
            values.update(resource_type.searchable(tree))
        return values

    rows = tree_rows.TreeRows(session, cloud, columns=columns,
                              searchable=searchable)
    candidate_query = store_query.CandidateQuery(session, cloud, columns,
                                                 rows=rows)
    records = transaction_records.TransactionRecords(session, cloud)
    intents = store_intents.Intents(rows, records)
    all_trees = store_trees.Trees(rows, intents)
    consumer_homes = lookups.consumer_homes(session, cloud)
    all_transactions = store_transactions.Transactions(
        all_trees, intents, records, consumer_homes)
    writer = tree_writer.TreeWriter(all_trees, all_transactions)
    return Store(session=session,
                 cloud=cloud,
                 columns=columns,
                 searchable=searchable,
                 trees=all_trees,
                 query=candidate_query,
                 scan=store_scan.Scan(candidate_query),
                 provider_trees=lookups.provider_trees(session, cloud),
                 provider_names=lookups.provider_names(session, cloud),
                 consumer_homes=consumer_homes,
                 catalogue=store_catalogue.Catalogue(session, cloud),
                 consumers=store_consumers.Consumers(
                     all_trees, consumer_homes, writer),
                 transactions=all_transactions,
                 writer=writer,
                 server_groups=store_server_groups.ServerGroups(session,
                                                                cloud),
                 full_scan=store_full_scan.FullScan(session, rows, records),
                 host_cells=store_host_cells.HostCells(session, cloud))
