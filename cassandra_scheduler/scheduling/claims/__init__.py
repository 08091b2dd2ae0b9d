# SPDX-License-Identifier: Apache-2.0
"""What is written when a consumer takes resources, and who cleans up.

    scheduler A              tree of the host            scheduler B
    candidate, version 7 --------+-------- candidate, version 7
    lookup row: home is this tree|         lookup row (of another consumer)
    (the batch below is          |
    prepared meanwhile)          |
    IF version = 7: used,        |
    pending, consumer's row ---->| version 8
                                 |<------- IF version = 7: rejected, and the
                                 |         answer is the row of version 8
                                 |         the filters judge it again
                                 |         it fits: IF version = 8
                                 |         it does not: the next host

Every write, in order. "Dies" is the writer, right after the write:

    write                  if it dies: what is left      who removes it, when
    --- claim (here)
    lookup row             a dangling lookup row         the next creator of
                                                         this consumer, or the
                                                         scheduler's sweep:
                                                         about 16 hours, and
                                                         claim_timeout
    group row (affinity)   a claim that never comes      the next member, after
                                                         it waited PATIENCE_S
    tree: row, used,       a claim that no server uses   the compute service of
      pending                                            the host, after
                                                         claim_timeout
    --- POST and PUT of allocations
    lookup row             a dangling lookup row         as above
    tree: row, used        what the client asked for     the client; nothing is
                                                         pending, so no compute
                                                         service frees it. The
                                                         audit finds it if its
                                                         server is gone.
    --- with several trees (shared pool, evacuation, PUT that moves)
    transaction record     a record that expires         Cassandra, in a day
    intents on the trees   intents, record PENDING       the next reader of a
                                                         tree, after the
                                                         deadline
    record COMMITTED       intents to apply              the next reader
    each tree              a claim that no server uses   as with one tree
    lookup row moves       a forwarding row              the next reader that
                                                         follows it
    --- release, DELETE of allocations, freeing by a compute service
    tree: row goes,        a dangling lookup row         the next creator, or
      used, pending                                      the sweep
    lookup row goes        nothing

Which moves of Nova take which way:

    live migration         POST of two consumers by Nova: what the instance
    cold migration         holds goes to the migration's uuid, all on the
    resize                 source's tree. Then the instance holds nothing, so
                           it makes a plain claim on the destination: lookup
                           row, one tree. No transaction record (but with a
                           shared pool, both are transactions).
    evacuation             the instance keeps what it holds and claims more:
                           several trees, in the order of their ids, with a
                           transaction record.

``claiming`` is the session of one request; ``lookup_rows`` are the lookup
rows of its consumers; ``single`` and ``several`` make the writes;
``group_guard`` keeps the members of a server group in order.
"""
