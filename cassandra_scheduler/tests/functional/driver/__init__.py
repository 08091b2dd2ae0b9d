# SPDX-License-Identifier: Apache-2.0
"""The RPC manager, on a real Cassandra and Nova's own databases."""
