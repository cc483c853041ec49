"""A ticket history of a company that does not exist: what came in, how it was filed and when it was solved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from triage.errors import UsageError
from triage.simulate.arrivals import Arrival, draw_arrivals
from triage.simulate.dice import Dice
from triage.simulate.phrases import Kind, PhraseBook, Site, load_phrases
from triage.simulate.wording import Report, write_report

__all__ = ["SAMPLE_START", "simulate_tickets", "write_sample"]

# A Monday; fixed, so that the committed sample can be made again.
SAMPLE_START = datetime(2026, 4, 6, tzinfo=UTC)

_LEVELS = {1: "1 - High", 2: "2 - Medium", 3: "3 - Low"}
# ITIL's 3 x 3 matrix in ServiceNow's words: priority = impact + urgency - 1.
_PRIORITIES = {1: "1 - Critical", 2: "2 - High", 3: "3 - Moderate", 4: "4 - Low", 5: "5 - Planning"}
_CONTACT_TYPES = ("Self-service", "Email", "Phone", "Chat")
_CONTACT_WEIGHTS = (44, 26, 19, 11)
# How often a ticket is filed wrongly when its subject is clear, vague, or about the wrong thing: 4 in 100 over all.
_MISFILED_CLEAR, _MISFILED_VAGUE, _MISFILED_MIXED_UP = 0.002, 0.35, 0.25
# Easy troubles (by effort) end on the phone now and then; the group that would have got them never hears of it.
_EASY, _SOLVED_ON_THE_PHONE = 0.5, 0.15
_EXECUTIVE = 0.03
# Hours to resolve by priority: evenly spaced quantiles from the quickest to the slowest.
_HOURS_TO_RESOLVE: Mapping[int, Sequence[float]] = {
    1: (0.2, 0.8, 1.6, 3.0, 6.0, 18.0),
    2: (0.3, 1.8, 4.0, 9.0, 22.0, 80.0),
    3: (0.3, 4.0, 12.0, 28.0, 60.0, 240.0),
    4: (0.5, 9.0, 30.0, 70.0, 140.0, 460.0),
    5: (2.0, 24.0, 70.0, 130.0, 240.0, 700.0),
}


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
        service, impact, urgency, priority, category, assignment_group, resolved_at. Times are ISO 8601 in UTC; what was
        not filled in is missing. Priority is an exact function of impact and urgency.

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
    book = load_phrases()
    arrivals = draw_arrivals(n, start, Dice(seed, stream=0))
    outages = _draw_outages(arrivals, book, Dice(seed, stream=1))
    dice = Dice(seed, stream=2)
    rows = [_draw_ticket(arrival, outages, book, dice) for arrival in arrivals]
    return pd.DataFrame([{"number": f"INC{10_001 + at:07d}", **row} for at, row in enumerate(rows)])


def write_sample(out: Path, tickets: int = 3000, seed: int = 7, start: datetime = SAMPLE_START) -> Path:
    """Write a simulated history as ``tickets.csv`` into a folder, which is made if need be.

    Parameters
    ----------
    out : Path
        The folder.
    tickets, seed, start : int, int, datetime
        See `simulate_tickets`. The defaults make the sample that comes with the project, byte for byte.

    Returns
    -------
    Path
        The file: csv in UTF-8, one line a ticket, lines ending in a single newline character.

    Raises
    ------
    UsageError
        If an argument is out of range, or the file cannot be written.
    """
    frame = simulate_tickets(tickets, seed, start)
    file = out / "tickets.csv"
    try:
        out.mkdir(parents=True, exist_ok=True)
        # As bytes: text mode would turn newlines into the platform's own.
        file.write_bytes(frame.to_csv(index=False, lineterminator="\n").encode())
    except OSError as err:
        raise UsageError(f"The sample cannot be written to {file}: {err.strerror}.") from err
    return file


def _draw_outages(arrivals: Sequence[Arrival], book: PhraseBook, dice: Dice) -> list[_Outage]:
    kinds = [kind for kind in book.kinds.values() if kind.outage]
    count = 1 + max((arrival.outage for arrival in arrivals if arrival.outage is not None), default=-1)
    return [_Outage(dice.pick(kinds), dice.pick(book.sites) if dice.chance(0.6) else None) for _ in range(count)]


def _draw_ticket(arrival: Arrival, outages: Sequence[_Outage], book: PhraseBook, dice: Dice) -> dict[str, str | None]:
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
    priority = report.impact + report.urgency - 1
    hours = dice.along(_HOURS_TO_RESOLVE[priority]) * kind.effort
    return {
        "opened_at": _to_text(arrival.opened_at),
        "short_description": text.short,
        "description": text.full or None,
        "contact_type": report.contact_type,
        "location": site.name,
        "service": "Executive support" if is_executive else _draw_service(kind, book, dice),
        "impact": _LEVELS[report.impact],
        "urgency": _LEVELS[report.urgency],
        "priority": _PRIORITIES[priority],
        "category": filed.category,
        "assignment_group": "Service Desk" if by_phone else filed.group.replace("{region}", site.region),
        # A minute at least: nobody is quicker.
        "resolved_at": _to_text(arrival.opened_at + timedelta(seconds=max(60, int(hours * 3600)))),
    }


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


def _to_text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
