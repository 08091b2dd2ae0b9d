# SPDX-License-Identifier: Apache-2.0
"""The order in which ranked candidates are claimed.

Two schedulers that see the same hosts must not both claim the same one
first. So equal weights are shuffled, and the first candidate is drawn from
the best few if the options say so.
"""

from collections.abc import Iterable
import random as random_module

from cassandra_scheduler.scheduling import placement_request


def order(weighted: Iterable[tuple[float, placement_request.Candidate]], *,
          tolerance: float, subset: int, random: random_module.Random
          ) -> list[placement_request.Candidate]:
    """Return the candidates of (weight, candidate) pairs, first to claim.

    ``weighted`` is sorted, the best first. Equal weights come in random
    order; so do all within ``tolerance`` of the best. The first is drawn
    from the best ``subset``. Does what Nova's options [filter_scheduler]
    shuffle_best_same_weighed_hosts and host_subset_size say.
    """
    shuffled = sorted(((-weight, random.random(), candidate)
                       for weight, candidate in weighted),
                      key=lambda entry: entry[:2])
    if tolerance and shuffled:
        limit = shuffled[0][0] + tolerance
        near = [entry for entry in shuffled if entry[0] <= limit]
        random.shuffle(near)
        shuffled[:len(near)] = near
    ordered = [candidate for _weight, _draw, candidate in shuffled]
    if subset > 1 and len(ordered) > 1:
        first = random.randrange(min(subset, len(ordered)))
        ordered.insert(0, ordered.pop(first))
    return ordered
