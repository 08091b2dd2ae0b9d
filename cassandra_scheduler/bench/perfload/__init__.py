# SPDX-License-Identifier: Apache-2.0
"""Upstream's two load tests, against ours and against upstream's Placement.

Promises: the same clouds, the same requests by the same client, the same WSGI
server for both, one request here and the next there, so that whatever else
the machine does is in both. Refuses: a figure when the two do not answer with
the same candidates. Read ``clouds`` first, then ``running``.
"""
