# SPDX-License-Identifier: Apache-2.0
"""Placement's own REST layer on our store.

Promises: upstream's handlers, schemas, policies and microversions, unmodified,
with one module here per module of ``placement.objects``. Refuses: SQL, and a
second meaning of anything Placement means. Read ``manifest`` next: it lists
every name that is exchanged.
"""
