# SPDX-License-Identifier: Apache-2.0

"""Several rooms together, on a real Cassandra."""
