# SPDX-License-Identifier: Apache-2.0
"""The mini-cloud against a stock Placement; these need no Cassandra."""
