# SPDX-License-Identifier: Apache-2.0

"""Options, as oslo.config knows them.

Promises: every option has a help text written for operators, with units.
Refuses: a global CONF; callers register on their own and pass plain values
inwards. Read next: registration.
"""
