# SPDX-License-Identifier: Apache-2.0
"""Between a real SQL database and a real Cassandra."""
