# SPDX-License-Identifier: Apache-2.0
"""The local room without a Cassandra: files, processes, refusals."""
