# SPDX-License-Identifier: Apache-2.0
"""The Placement API on a real Cassandra, where Placement's suite is blind."""
