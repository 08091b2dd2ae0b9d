# SPDX-License-Identifier: Apache-2.0

"""The Placement REST API, answered from Cassandra.

Promises: upstream's own request handling, microversions and errors on top
of our store. Refuses: Nova, and a second opinion on Placement's semantics.
Read next: mini_cloud, which answers candidate requests.
"""
