# SPDX-License-Identifier: Apache-2.0

"""The tests, by what they need.

unit needs nothing; contract and functional need a Cassandra, which
fixtures finds; upstream and gabbi run the suites of Nova and Placement. What
takes long has a short form, see sizes. Read next: CONTRIBUTING.rst, one line
per tox environment.
"""
