# SPDX-License-Identifier: Apache-2.0
"""What the reporter writes, read back from a real Cassandra."""
