# SPDX-License-Identifier: Apache-2.0
"""What was done to answer a request, step by step.

A frozen value that travels with the answer; ``Notes`` is the pencil that
writes it. Read it in the log at DEBUG, or from ``Result.transcript``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
import contextlib
import dataclasses
import time
from typing import Any

from cassandra_scheduler.model import restriction as restriction_model
from cassandra_scheduler.store import query as store_query


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One step: how many came in, how many went out, and how long it took.
    """
    name: str
    came_in: int
    went_out: int
    seconds: float

    def __str__(self) -> str:
        return (f'{self.name} {self.came_in}->{self.went_out} '
                f'{self.seconds * 1000:.1f} ms')


@dataclasses.dataclass(frozen=True, slots=True)
class Transcript:
    """The steps of one request and what they cost.

    ``restrictions`` are those of the last candidate query; ``queries`` is
    how many of them were made; ``leads`` are (what led to rows, how many of
    them were read so); ``rows_read`` are all root rows that were
    read: by them, of sharing trees, and to explain a refusal; ``refusals``
    are (filter, hosts it refused).
    """
    request_id: str
    restrictions: tuple[restriction_model.Restriction, ...] = ()
    rows_read: int = 0
    queries: int = 0
    leads: tuple[tuple[str, int], ...] = ()
    conditional_writes: int = 0
    refusals: tuple[tuple[str, int], ...] = ()
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        refusals = ', '.join(f'{name} {count}'
                             for name, count in self.refusals)
        leads = ', '.join(f'{rows} by {lead}' for lead, rows in self.leads)
        return (f'{self.queries} queries, {self.rows_read} rows'
                f'{f" ({leads})" if leads else ""}, '
                f'{self.conditional_writes} conditional writes'
                f'{"; refused: " + refusals if refusals else ""}; ' +
                '; '.join(str(step) for step in self.steps))


class Notes:
    """Writes a Transcript while a request goes its way."""

    def __init__(self, request_id: str, *,
                 clock: Callable[[], float] = time.perf_counter) -> None:
        self.transcript = Transcript(request_id)
        self._clock = clock

    @contextlib.contextmanager
    def step(self, name: str, came_in: int = 0
             ) -> Iterator[Callable[[int], None]]:
        """Measure a block; it calls what it is given with what went out."""
        went_out: list[int] = []
        began = self._clock()
        try:
            yield went_out.append
        finally:
            self._add_step(name, came_in, went_out[-1] if went_out else 0,
                           began)

    def queries(self, pages: Iterable[store_query.Page],
                restrictions: Sequence[restriction_model.Restriction], *,
                lead: str) -> Iterator[store_query.Page]:
        """Yield the Pages of a scan; note each as a query and its step."""
        began = self._clock()
        for page in pages:
            self._add_step('read', 0, page.rows_read, began)
            self.query(restrictions, page.rows_read, lead=lead)
            yield page
            began = self._clock()

    def query(self, restrictions: Sequence[restriction_model.Restriction],
              rows: int, *, lead: str) -> None:
        """Note one candidate query, the rows it read and what led there."""
        leads = dict(self.transcript.leads)
        leads[lead] = leads.get(lead, 0) + rows
        self._change(restrictions=tuple(restrictions),
                     leads=tuple(leads.items()),
                     queries=self.transcript.queries + 1,
                     rows_read=self.transcript.rows_read + rows)

    def rows(self, count: int) -> None:
        """Note root rows that were read otherwise."""
        self._change(rows_read=self.transcript.rows_read + count)

    def conditional_write(self, count: int = 1) -> None:
        """Note conditional writes that were sent."""
        self._change(
            conditional_writes=self.transcript.conditional_writes + count)

    def refused(self, refusals: Mapping[str, int]) -> None:
        """Note filter -> hosts that it refused."""
        total = dict(self.transcript.refusals)
        for name, count in refusals.items():
            total[name] = total.get(name, 0) + count
        self._change(refusals=tuple(total.items()))

    def _add_step(self, name: str, came_in: int, went_out: int, began: float
                  ) -> None:
        self._change(steps=self.transcript.steps + (Step(
            name, came_in, went_out, self._clock() - began),))

    def _change(self, **changes: Any) -> None:
        self.transcript = dataclasses.replace(self.transcript, **changes)
