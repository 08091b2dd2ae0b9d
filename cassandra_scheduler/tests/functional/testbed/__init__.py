# SPDX-License-Identifier: Apache-2.0
"""The testbed with a Cassandra: local clusters of a test."""
