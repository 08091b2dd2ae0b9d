# SPDX-License-Identifier: Apache-2.0

"""Options, as oslo.config knows them.

Promises: every option has a help text written for operators, with units.
Refuses: a global CONF. Callers register the options and pass plain values to
the inner rooms. Read next: registration.
"""
