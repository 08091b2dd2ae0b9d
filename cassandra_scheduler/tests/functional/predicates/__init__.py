# SPDX-License-Identifier: Apache-2.0
"""Predicates against the filters that they stand for, on a real Cassandra."""
