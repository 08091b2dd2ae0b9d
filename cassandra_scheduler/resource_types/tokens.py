# SPDX-License-Identifier: Apache-2.0
"""Capability tokens: facts about a host that a query can look for.

A query can compare a set of texts by CONTAINS only. So each fact becomes a
token in a set. The writer of a row and the query both make their tokens here;
never change one side alone.

An amount becomes a token for each power of two that it reaches. A query for
five looks for the token of four. It finds every host with five, and some
hosts with four that do not fit.
"""

import hashlib
import itertools

#: Longer tokens are cut and end with a digest of the whole.
LONGEST = 160
#: Lengths of the network prefixes that have tokens, by version of IP.
LENGTHS = {4: (8, 16, 20, 24, 28, 32), 6: (32, 48, 56, 64, 128)}


def token(kind, *parts):
    """Return the token for a fact of this kind, short enough to store."""
    text = ':'.join((kind, *parts)).encode('utf-8', 'backslashreplace')
    if len(text) > LONGEST:
        text = text[:LONGEST // 2].decode('utf-8', 'ignore').encode() + (
            hashlib.sha256(text).hexdigest().encode())
    return text.decode()


def hypervisor(names):
    """Return the token of an architecture, hypervisor type and mode.

    Or of some of these three.
    """
    return token('hypervisor', '|'.join(sorted(set(names))))


def hypervisors(specs):
    """Return all tokens of a host that supports these ``specs``.

    Each is (architecture, hypervisor type, mode). A query finds a spec by any
    of its parts, but not by parts of two specs.
    """
    return {hypervisor(some) for spec in specs
            for names in [sorted({name for name in spec
                                  if isinstance(name, str) and name})]
            for size in range(1, len(names) + 1)
            for some in itertools.combinations(names, size)}


def at_least(name, amount):
    """Return the token to look for if a request needs this amount."""
    return f'{name}>={1 << (amount.bit_length() - 1)}'


def reached(name, amount):
    """Return the tokens of a host that has this amount; none for 0."""
    return {f'{name}>={1 << power}' for power in range(amount.bit_length())}


def pages(size, kib):
    """Return the tokens of a NUMA cell with free pages of a size.

    ``size`` of a page and ``kib``, free in such pages, are in KiB. Only whole
    GiB count, because the amount changes with every instance.
    """
    return {token('numa', 'pages', str(size))} | reached(
        token('numa', 'pages', str(size)), kib >> 20)


def pages_of(size, kib):
    """Return the token to look for if a request needs pages of a size."""
    name = token('numa', 'pages', str(size))
    return at_least(name, kib >> 20) if kib >> 20 else name


def networks(version, number):
    """Return the tokens of the networks that an address is in."""
    return {_network(version, number, length) for length in LENGTHS[version]}


def network_of(version, number, length):
    """Return (token,) of the smallest network around one, or ()."""
    known = [each for each in LENGTHS[version] if each <= length]
    return (_network(version, number, known[-1]),) if known else ()


def _network(version, number, length):
    return token('network', str(version), str(length),
                 f'{number >> (LENGTHS[version][-1] - length):x}')


def address(version, number):
    """Return one number for an address of IPv4 or IPv6."""
    return number if version == 4 else (1 << 32) + number
