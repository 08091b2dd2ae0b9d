# SPDX-License-Identifier: Apache-2.0
"""Words of a row for what an index cannot compare: a host has, or has not.

Sets know CONTAINS only, so a fact becomes a word. Whoever writes a row and
whoever asks for it take the words from here; one side alone must not change.

An amount becomes a word for each power of two that it reaches. Whoever asks
for five asks for the word of four: no host with five is missed, some with
four are read in vain.
"""

import hashlib
import itertools

#: Longer words are cut, and told apart by a digest of the whole.
LONGEST = 160
#: Lengths of the prefixes that are words, by version of the protocol.
LENGTHS = {4: (8, 16, 20, 24, 28, 32), 6: (32, 48, 56, 64, 128)}


def word(kind, *parts):
    """Return the word for a fact of this kind, fit to be stored."""
    text = ':'.join((kind, *parts)).encode('utf-8', 'backslashreplace')
    if len(text) > LONGEST:
        text = text[:LONGEST // 2].decode('utf-8', 'ignore').encode() + (
            hashlib.sha256(text).hexdigest().encode())
    return text.decode()


def hypervisor(names):
    """Return the word for some of an architecture, hypervisor and mode."""
    return word('hypervisor', '|'.join(sorted(set(names))))


def hypervisors(specs):
    """Return all words of a host that supports these.

    ``specs``: (architecture, hypervisor type, mode). Each is found by any
    part of it, but not by parts of two.
    """
    return {hypervisor(some) for spec in specs
            for names in [sorted({name for name in spec
                                  if isinstance(name, str) and name})]
            for size in range(1, len(names) + 1)
            for some in itertools.combinations(names, size)}


def at_least(name, amount):
    """Return the word to ask for by whoever needs this amount."""
    return f'{name}>={1 << (amount.bit_length() - 1)}'


def reached(name, amount):
    """Return the words of a host that has this amount; none for none."""
    return {f'{name}>={1 << power}' for power in range(amount.bit_length())}


def pages(size, kib):
    """Return the words of a NUMA cell with so much free in pages of a size.

    ``size`` and ``kib`` are in KiB; the amount counts in whole GiB, because
    it changes with every instance.
    """
    return {word('numa', 'pages', str(size))} | reached(
        word('numa', 'pages', str(size)), kib >> 20)


def pages_of(size, kib):
    """Return the word to ask for by whoever needs pages of a size."""
    name = word('numa', 'pages', str(size))
    return at_least(name, kib >> 20) if kib >> 20 else name


def networks(version, number):
    """Return the words of a host with this address: networks it is in."""
    return {_network(version, number, length) for length in LENGTHS[version]}


def network_of(version, number, length):
    """Return (word,) of the smallest network known around one, or ()."""
    known = [each for each in LENGTHS[version] if each <= length]
    return (_network(version, number, known[-1]),) if known else ()


def _network(version, number, length):
    return word('network', str(version), str(length),
                f'{number >> (LENGTHS[version][-1] - length):x}')


def address(version, number):
    """Return one number for an address of IPv4 or IPv6."""
    return number if version == 4 else (1 << 32) + number
