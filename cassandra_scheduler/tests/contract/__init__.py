# SPDX-License-Identifier: Apache-2.0

"""What the store promises, on a real Cassandra."""
