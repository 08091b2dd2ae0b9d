# SPDX-License-Identifier: Apache-2.0
"""Everything that speaks CQL, and nothing that decides.

One module per table family with its named statements in a ``.cql`` file
beside it. Every method touches one partition or says otherwise. A conditional
write answers with one of three outcomes and is never repeated here. Only
``session`` imports the Cassandra driver. Start with ``opening.Store``, then
``trees``.
"""
