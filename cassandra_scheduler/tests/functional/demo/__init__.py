# SPDX-License-Identifier: Apache-2.0
"""The demo as a process, on a real Cassandra."""
