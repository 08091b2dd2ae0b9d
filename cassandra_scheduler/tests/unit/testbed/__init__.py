# SPDX-License-Identifier: Apache-2.0
"""The testbed without a Cassandra: files, processes, refusals."""
