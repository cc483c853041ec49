"""What monitors and people write to the service desk about incidents of the estate. It does not see the metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.simulate.dice import Dice
from triage.simulate.endings import draw_ending
from triage.simulate.phrases import Kind, PhraseBook, Words
from triage.simulate.records import TicketRecord
from triage.simulate.services import Service, ServiceBook, Symptom
from triage.simulate.wording import Report, fill, mistype, write_report

__all__ = ["Breakdown", "draw_reports"]

_CATEGORY = "Business apps"
_CONTACT_TYPES = ("Self-service", "Email", "Phone", "Chat")
_CONTACT_WEIGHTS = (30, 22, 33, 15)
# Who looks after the machines rather than after what runs on them.
_PLATFORM, _PLATFORM_KINDS = "Platform", ("db", "cache", "worker")
_GERMAN_MONITOR = 0.2
# A monitor's ticket comes some seconds after its incident; two notes in a hundred are typed in by hand, with typos.
_FORWARDED_S, _EDITED = (5, 90), 0.02
# How many people write, by symptom: evenly spaced quantiles.
_PEOPLE: Mapping[str, Sequence[float]] = {
    "slow": (0, 0.6, 1.4, 2.5, 4),
    "errors": (0, 1, 1.8, 3, 6),
    "backlog": (0, 0.5, 1.2, 2, 3),
    "down": (0.5, 1.4, 2.2, 4, 8),
}
_LIMITS = {"slow": ("500", "800", "2000"), "errors": ("1", "2", "5"), "backlog": ("200", "300", "500"), "down": ("0",)}
_METRICS = {
    "slow": ("latency_ms", "response time"),
    "errors": ("error_rate",),
    "backlog": ("queue_depth",),
    "down": ("up",),
}


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An incident of the estate, as far as a report may know of it.

    Parameters
    ----------
    incident : str or None
        Its id, kept as truth with each report; None for one of which no metrics are kept.
    entity, entity_kind, service : str
        Where it is.
    symptom, fault : str
        What is seen of it, and what it turns out to be: only the fix tells of that.
    opened_at, resolved_at : datetime
        UTC.
    """

    incident: str | None
    entity: str
    entity_kind: str
    service: str
    symptom: str
    fault: str
    opened_at: datetime
    resolved_at: datetime


def draw_reports(breakdown: Breakdown, book: PhraseBook, services: ServiceBook, dice: Dice) -> list[TicketRecord]:
    """Draw the ticket of the monitor and those of the people who notice.

    Parameters
    ----------
    breakdown : Breakdown
        What happened.
    book, services : PhraseBook, ServiceBook
        The words.
    dice : Dice
        Where chance comes from.

    Returns
    -------
    list of TicketRecord
        The monitor's first; people write while it lasts.
    """
    service, symptom = services.services[breakdown.service], services.symptoms[breakdown.symptom]
    alarm = _draw_alarm(breakdown, service, symptom, (book, services), dice)
    # Rounded up or down by chance, so that a half means every other time.
    count = int(dice.along(_PEOPLE[breakdown.symptom]) + dice.uniform())
    kind = Kind(
        name=f"{breakdown.service} {breakdown.symptom}",
        category=_CATEGORY,
        group=service.group,
        service=service.service,
        share=(0.0, 0.0),
        impact=symptom.impact,
        urgency=symptom.urgency,
        effort=1.0,
        outage=True,
        like=("customer portal", "orders"),
        words={
            language: {"things": service.things[language], **symptom.words[language]}
            for language in sorted(symptom.words)
        },
    )
    people = [_draw_complaint(breakdown, kind, alarm, book, dice) for _ in range(count)]
    return [alarm, *people]


def _draw_alarm(
    breakdown: Breakdown, service: Service, symptom: Symptom, books: tuple[PhraseBook, ServiceBook], dice: Dice
) -> TicketRecord:
    book, services = books
    language = "de" if dice.chance(_GERMAN_MONITOR) else "en"
    limit = dice.pick(_LIMITS[breakdown.symptom])
    subject = (
        dice.pick(symptom.words[language]["alarms"])
        .replace("{metric}", dice.pick(_METRICS[breakdown.symptom]))
        .replace("{limit}", limit)
    )
    state = "Seit" if language == "de" else "Firing since"
    note = f"{state} {breakdown.opened_at:%H:%M} UTC. Host {{entity}}, service {breakdown.service}."
    if dice.chance(_EDITED):
        note = mistype(note, dice)
    words: Words = {"fixes": services.fixes[breakdown.fault][language]}
    outcome, fix = draw_ending(
        {language: words, "en": {"fixes": services.fixes[breakdown.fault]["en"]}}, book.common, language, dice, "Solved"
    )
    opened_at = breakdown.opened_at + timedelta(seconds=_FORWARDED_S[0] + dice.below(_FORWARDED_S[1] - _FORWARDED_S[0]))
    return TicketRecord(
        opened_at=opened_at,
        resolved_at=max(breakdown.resolved_at, opened_at) + timedelta(minutes=1 + dice.below(30)),
        short=subject.replace("{entity}", breakdown.entity),
        full=note.replace("{entity}", breakdown.entity),
        contact_type="Monitoring",
        location=None,
        service=service.service,
        impact=dice.pick_weighted((1, 2, 3), symptom.impact),
        urgency=dice.pick_weighted((1, 2, 3), symptom.urgency),
        category=_CATEGORY,
        group=_PLATFORM if breakdown.entity_kind in _PLATFORM_KINDS else service.group,
        outcome=outcome,
        fix=fix.replace("{entity}", breakdown.entity),
        incident=breakdown.incident,
    )


def _draw_complaint(
    breakdown: Breakdown, kind: Kind, alarm: TicketRecord, book: PhraseBook, dice: Dice
) -> TicketRecord:
    site = dice.pick_weighted(book.sites, [each.share for each in book.sites])
    language = "de" if dice.chance(site.german) else "en"
    report = Report(
        kind=kind,
        site=site,
        language=language,
        contact_type=dice.pick_weighted(_CONTACT_TYPES, _CONTACT_WEIGHTS),
        impact=dice.pick_weighted((1, 2, 3), kind.impact),
        urgency=dice.pick_weighted((1, 2, 3), kind.urgency),
    )
    text = write_report(report, book, dice)
    share = dice.uniform()
    # From two minutes on, most of them early; a ticket is closed with the monitor's, or soon after.
    lasts_s = (breakdown.resolved_at - breakdown.opened_at).total_seconds()
    opened_at = breakdown.opened_at + timedelta(seconds=int(120 + (lasts_s - 120) * share * share))
    is_duplicate = dice.chance(0.6)
    outcome, fix = (
        draw_ending(kind.words, book.common, language, dice, "Duplicate") if is_duplicate else ("Solved", alarm.fix)
    )
    return TicketRecord(
        opened_at=opened_at,
        resolved_at=alarm.resolved_at + timedelta(minutes=1 + dice.below(120)),
        short=text.short,
        full=text.full,
        contact_type=report.contact_type,
        location=site.name,
        service=dice.pick_weighted((kind.service, None, "Other"), (62, 25, 13)),
        impact=report.impact,
        urgency=report.urgency,
        category=_CATEGORY,
        group=kind.group,
        outcome=outcome,
        fix=fill(fix, site, book.common[language], dice),
        incident=breakdown.incident,
    )
