# SPDX-License-Identifier: Apache-2.0

"""What nova-compute loads.

Promises: a compute node describes itself, and writes only what changed.
Refuses: writing about any other host, and deciding anything. Read next:
store, where the description lands.
"""
