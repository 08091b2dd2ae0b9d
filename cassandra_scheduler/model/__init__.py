# SPDX-License-Identifier: Apache-2.0
"""The words of the project and the rules on them.

Frozen values made of the standard library only: what a provider tree is, what
a consumer holds in it, what a request asks for, and the one rule that says
whether an amount fits. Nothing here reads, writes, sleeps or knows Nova.
Start with ``tree``; ``capacity`` is the rule every other room calls.
"""
