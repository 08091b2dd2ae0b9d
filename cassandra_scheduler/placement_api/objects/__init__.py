# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for the modules of ``placement.objects``, one for each.

They keep the names of upstream. The work is done in ``providers`` and in the
store.
"""
