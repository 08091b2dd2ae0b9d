# SPDX-License-Identifier: Apache-2.0
"""The local room with a Cassandra: clusters of its own."""
