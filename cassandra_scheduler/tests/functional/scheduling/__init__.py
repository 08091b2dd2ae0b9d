# SPDX-License-Identifier: Apache-2.0
"""The decision on a real Cassandra, without Nova."""
