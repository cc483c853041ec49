"""A ticket history of a company that does not exist: what came in, how it was filed and when it was solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pandas as pd

from triage.errors import UsageError
from triage.simulate.arrivals import Arrival, draw_arrivals
from triage.simulate.dice import Dice
from triage.simulate.endings import draw_ending, draw_hours
from triage.simulate.phrases import Kind, PhraseBook, Site, load_phrases
from triage.simulate.records import TicketRecord, to_frame
from triage.simulate.wording import Report, fill, write_report

__all__ = ["SAMPLE_START", "draw_history", "simulate_tickets"]

# A Monday; fixed, so that a history can be made again.
SAMPLE_START = datetime(2026, 4, 6, tzinfo=UTC)

_CONTACT_TYPES = ("Self-service", "Email", "Phone", "Chat")
_CONTACT_WEIGHTS = (44, 26, 19, 11)
# How often a ticket is filed wrongly when its subject is clear, vague, or about the wrong thing: 4 in 100 over all.
_MISFILED_CLEAR, _MISFILED_VAGUE, _MISFILED_MIXED_UP = 0.002, 0.35, 0.25
# Easy troubles (by effort) end on the phone now and then; the group that would have got them never hears of it.
_EASY, _SOLVED_ON_THE_PHONE = 0.5, 0.15
_EXECUTIVE = 0.03
# Of the tickets about an outage, how many are closed with another one.
_DUPLICATE = 0.4


@dataclass(frozen=True, slots=True)
class _Outage:
    """Something that broke for many at once; a site of None means everywhere."""

    kind: Kind
    site: Site | None


def simulate_tickets(n: int, seed: int, start: datetime) -> pd.DataFrame:
    """Simulate the ticket history of a mid-size company's service desk.

    Parameters
    ----------
    n : int
        How many tickets, at least 1; about 100 come in a week.
    seed : int
        Not negative. The same seed gives the same history on any platform.
    start : datetime
        When the history begins; aware.

    Returns
    -------
    DataFrame
        Oldest first, all columns text: number, opened_at, short_description, description, contact_type, location,
        service, impact, urgency, priority, category, assignment_group, resolved_at, outcome, fix. Times are ISO 8601 in
        UTC; what was not filled in is missing. Priority is an exact function of impact and urgency.

    Raises
    ------
    UsageError
        If `n`, `seed` or `start` is out of range.

    Notes
    -----
    One ticket in five is German, one in twelve says next to nothing, one in 25 names the wrong thing and one in 25 is
    filed wrongly: a model that is right on every ticket has seen the answers.

    Examples
    --------
    >>> simulate_tickets(2, seed=7, start=SAMPLE_START)["number"].to_list()
    ['INC0010001', 'INC0010002']
    """
    if n < 1:
        raise UsageError(f"The number of tickets must be at least 1. Got {n!r}.")
    if seed < 0:
        raise UsageError(f"The seed must not be negative. Got {seed!r}.")
    if start.tzinfo is None:
        raise UsageError(f"The start must say its time zone. Got {start.isoformat()!r}.")
    return to_frame(draw_history(n, seed, start, load_phrases()))


def draw_history(n: int, seed: int, start: datetime, book: PhraseBook) -> list[TicketRecord]:
    """Draw `n` tickets from `start` on, oldest first, in the words of a book; see `simulate_tickets`."""
    arrivals = draw_arrivals(n, start, Dice(seed, stream=0))
    outages = _draw_outages(arrivals, book, Dice(seed, stream=1))
    # Endings have a stream of their own: what they say never changes what came in.
    dice, endings = Dice(seed, stream=2), Dice(seed, stream=3)
    return [_draw_ticket(arrival, outages, book, dice, endings) for arrival in arrivals]


def _draw_outages(arrivals: Sequence[Arrival], book: PhraseBook, dice: Dice) -> list[_Outage]:
    kinds = [kind for kind in book.kinds.values() if kind.outage]
    count = 1 + max((arrival.outage for arrival in arrivals if arrival.outage is not None), default=-1)
    return [_Outage(dice.pick(kinds), dice.pick(book.sites) if dice.chance(0.6) else None) for _ in range(count)]


def _draw_ticket(
    arrival: Arrival, outages: Sequence[_Outage], book: PhraseBook, dice: Dice, endings: Dice
) -> TicketRecord:
    outage = outages[arrival.outage] if arrival.outage is not None else None
    kind = outage.kind if outage else _draw_kind(arrival.progress, book, dice)
    site = (
        outage.site if outage and outage.site else dice.pick_weighted(book.sites, [each.share for each in book.sites])
    )
    is_executive = dice.chance(_EXECUTIVE)
    report = Report(
        kind=kind,
        site=site,
        language="de" if dice.chance(site.german) else "en",
        contact_type=dice.pick_weighted(_CONTACT_TYPES, _CONTACT_WEIGHTS),
        impact=dice.pick_weighted((1, 2, 3), (60, 38, 2) if outage else kind.impact),
        urgency=dice.pick_weighted((1, 2, 3), (64, 34, 2) if outage or is_executive else kind.urgency),
    )
    text = write_report(report, book, dice)
    filed = _draw_filed(kind, text.named, book, dice)
    by_phone = report.contact_type == "Phone" and kind.effort <= _EASY and dice.chance(_SOLVED_ON_THE_PHONE)
    hours = draw_hours(report.impact + report.urgency - 1, dice) * kind.effort
    is_duplicate = outage is not None and endings.chance(_DUPLICATE)
    outcome, fix = draw_ending(kind.words, book.common, report.language, endings, "Duplicate" if is_duplicate else None)
    return TicketRecord(
        opened_at=arrival.opened_at,
        # A minute at least: nobody is quicker.
        resolved_at=arrival.opened_at + timedelta(seconds=max(60, int(hours * 3600))),
        short=text.short,
        full=text.full,
        contact_type=report.contact_type,
        location=site.name,
        service="Executive support" if is_executive else _draw_service(kind, book, dice),
        impact=report.impact,
        urgency=report.urgency,
        category=filed.category,
        group="Service Desk" if by_phone else filed.group.replace("{region}", site.region),
        outcome=outcome,
        fix=fill(fix, site, book.common[report.language], endings),
    )


def _draw_kind(progress: float, book: PhraseBook, dice: Dice) -> Kind:
    kinds = list(book.kinds.values())
    shares = [kind.share[0] + (kind.share[1] - kind.share[0]) * progress for kind in kinds]
    return dice.pick_weighted(kinds, shares)


def _draw_filed(kind: Kind, named: Kind | None, book: PhraseBook, dice: Dice) -> Kind:
    """Draw under which kind the desk files a ticket: it goes by the subject, and does not always notice."""
    if named is not None and named is not kind:
        return named if dice.chance(_MISFILED_MIXED_UP) else kind
    is_misfiled = dice.chance(_MISFILED_VAGUE if named is None else _MISFILED_CLEAR)
    return book.kinds[dice.pick(kind.like)] if is_misfiled else kind


def _draw_service(kind: Kind, book: PhraseBook, dice: Dice) -> str | None:
    """Draw what the requester picks: mostly the right service, often nothing, at times whatever comes first."""
    services = sorted({each.service for each in book.kinds.values()})
    return dice.pick_weighted((kind.service, None, "Other", dice.pick(services)), (58, 22, 12, 8))
