# SPDX-License-Identifier: Apache-2.0
"""Placement's own REST layer on our store.

Promises: upstream's handlers, schemas, policies and microversions, unmodified;
``objects`` has one module for each module of ``placement.objects``. Refuses:
SQL, and any answer that upstream would not give. Read ``http.exchange`` next:
it lists every name of upstream that is replaced.
"""
