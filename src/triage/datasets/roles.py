"""Which column of a table with one row an incident is what, and why the rest is left out. Reads no file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from triage.datasets.aftermath import Course, aftermath, same_as_refused
from triage.datasets.leaks import leak_by_name, leak_by_values
from triage.datasets.numbering import find_id
from triage.datasets.openings import find_time
from triage.datasets.profiles import Profile, profile_all
from triage.datasets.table import ReadOptions, Table
from triage.datasets.times import looks_like_times, read_times
from triage.errors import UsageError
from triage.exports import (
    DESCRIPTION_NAMES,
    TITLE_NAMES,
    Export,
    canonical,
    changed_columns,
    creator_refusal,
    ended_columns,
    first_named,
    is_caller,
    is_opening_field,
    refusal,
    snapshot_refusal,
    target_columns,
)
from triage.training import RefusedColumn

__all__ = ["Roles", "assign_roles"]

# Two classes at least, and no more than a desk could have teams: above that it is a name, not a label.
_FEWEST_CLASSES, _MOST_CLASSES = 2, 200
# A short text comes back in fewer than half of the rows.
_VARIETY_OF_SHORT_TEXT = 0.5
# Texts of two words are read where there are no longer ones: names are as short, and hardly ever the same either.
_WORDS_OF_SHORT_TEXT = 1.8
# Incidents that are not over yet are among the newest: so far down do their gaps lie, on the median.
_NEWEST = 0.7


@dataclass(frozen=True, slots=True)
class Roles:
    """What each column is for.

    Parameters
    ----------
    targets, text, fields : tuple of str
    time, id : str or None
        The time of opening and the identifier.
    known_at : tuple of str
        Times at which the labels were settled; the first that a row gives counts.
    refused : tuple of RefusedColumn
        Every column that is neither text nor field.
    """

    targets: tuple[str, ...]
    text: tuple[str, ...]
    fields: tuple[str, ...]
    time: str | None
    id: str | None
    known_at: tuple[str, ...]
    refused: tuple[RefusedColumn, ...]


def assign_roles(table: Table, options: ReadOptions, export: Export | None) -> Roles:
    """Decide by what the user says, else by what columns are called, else by what they look like.

    Raises
    ------
    UsageError
        When a column is asked for in two roles, or no target is given and there is not exactly one candidate.
    """
    _check_roles_differ(options)
    profiles = profile_all(table)
    time = find_time(table, options, profiles)
    known_at = tuple(name for name in _known_at_columns(table) if name != time)
    id_ = find_id(options, profiles)
    taken = {name for name in (time, id_, *known_at) if name is not None}
    targets = options.targets or _find_targets(table, profiles, taken, export)
    course = _course(table, options, profiles, (time, known_at))
    reasons = {
        name: leak_by_name(name, targets, table.columns)
        or creator_refusal(name, table.columns)
        or _reason(each, targets, course)
        for name, each in profiles.items()
    }
    reasons |= _same_as_refused(profiles, reasons, targets)
    reasons |= _further_values(table, targets)
    reasons |= dict.fromkeys(known_at, "says when the incident ended, not known at opening")
    reasons |= dict.fromkeys(targets, "is a target, and one row an incident cannot say what it was at opening")
    if id_ is not None:
        reasons[id_] = "identifies the incident"
    if time is not None:
        reasons[time] = "is the time of opening; its hour and weekday are read"
    text, fields = options.text, options.fields
    if not options.only_named:
        text = text or _find_text(profiles, reasons, fields)
        if not fields:
            fields = _find_fields(profiles, reasons, text)
            reasons |= _leaks(table, fields, targets)
            fields = tuple(name for name in fields if reasons[name] is None)
    used = {*text, *fields}
    refused = [
        RefusedColumn(name, reasons[name] or _leftover(each, options))
        for name, each in profiles.items()
        if name not in used
    ]
    return Roles(targets, text, fields, time, id_, known_at, tuple(refused))


def _check_roles_differ(options: ReadOptions) -> None:
    seen: dict[str, str] = {}
    for option, column in options.named():
        earlier = seen.setdefault(column, option)
        if earlier != option:
            raise UsageError(
                f"column {column!r} cannot be --{earlier} and --{option} where a row is an incident. Choose one."
            )


def _known_at_columns(table: Table) -> list[str]:
    found = dict.fromkeys((*ended_columns(table.columns), *changed_columns(table.columns)))
    return [column for column in found if looks_like_times(table.labels(column), named=True)]


def _find_targets(
    table: Table, profiles: Mapping[str, Profile], taken: set[str], export: Export | None
) -> tuple[str, ...]:
    if export is not None:
        named = (first_named(table.columns, [name]) for name in export.default_targets)
        usable = tuple(name for name in named if name is not None and profiles[name].n_distinct >= _FEWEST_CLASSES)
        if usable:
            return usable
    called = (_usable(names, profiles, taken) for names in target_columns(table.columns))
    usual = tuple(dict.fromkeys(name for name in called if name is not None))
    if usual:
        return usual
    candidates = [each for each in profiles.values() if each.name not in taken and _could_be_target(each)]
    if len(candidates) == 1:
        return (candidates[0].name,)
    listed = ", ".join(f"{each.name} ({each.n_distinct} values)" for each in candidates) or "none"
    raise UsageError(
        f"{table.path.name}: say what to learn with --target COL[,COL…]. Columns that could be it: {listed}."
    )


def _usable(names: Iterable[str], profiles: Mapping[str, Profile], taken: Collection[str]) -> str | None:
    """Return the first column that has classes; its name may say that it is decided later, as a target's does."""
    free = (profiles[name] for name in names if name not in taken)
    return next((each.name for each in free if _has_classes(each)), None)


def _has_classes(each: Profile) -> bool:
    return _FEWEST_CLASSES <= each.n_distinct <= _MOST_CLASSES and each.is_category and not each.is_times


def _could_be_target(each: Profile) -> bool:
    how_it_ended = canonical(each.name).endswith("_final")
    spoken_against = refusal(each.name) is not None and not how_it_ended
    return _has_classes(each) and not spoken_against


def _find_text(
    profiles: Mapping[str, Profile], reasons: Mapping[str, str | None], fields: Iterable[str]
) -> tuple[str, ...]:
    free = {name: each for name, each in profiles.items() if reasons[name] is None and name not in set(fields)}
    called = (first_named(free, TITLE_NAMES), first_named(free, DESCRIPTION_NAMES))
    shaped = (name for name, each in free.items() if each.is_text)
    found = tuple(dict.fromkeys(name for name in (*called, *shaped) if name is not None))
    if found or fields:
        return found
    short = [each for each in free.values() if _is_short_text(each)]
    return tuple(each.name for each in sorted(short, key=lambda each: -each.words)[:1])


def _is_short_text(each: Profile) -> bool:
    return (
        each.words >= _WORDS_OF_SHORT_TEXT
        and each.n_distinct >= _VARIETY_OF_SHORT_TEXT * each.n_given
        and not (each.is_times or is_caller(each.name) or is_opening_field(each.name))
    )


def _find_fields(
    profiles: Mapping[str, Profile], reasons: Mapping[str, str | None], text: Iterable[str]
) -> tuple[str, ...]:
    free = (each for name, each in profiles.items() if reasons[name] is None and name not in set(text))
    return tuple(each.name for each in free if each.n_distinct > 1 and (each.is_category or _is_known_field(each)))


def _further_values(table: Table, targets: Iterable[str]) -> dict[str, str]:
    """Return the columns that the file calls as it does a target: further values of it."""
    called = dict(zip(table.columns, table.header, strict=True))
    there = [target for target in targets if target in called]
    return {
        column: f"holds further values of the target {target}"
        for target in there
        for column, name in called.items()
        if name == called[target] and column not in there
    }


def _leaks(table: Table, fields: Iterable[str], targets: Iterable[str]) -> dict[str, str | None]:
    labels = {target: table.labels(target) for target in targets if target in table.columns}
    # A name that says "at opening" is the file's own word for it.
    judged = (name for name in fields if not canonical(name).endswith("_open"))
    return {name: leak_by_values(table.labels(name), labels) for name in judged}


def _is_known_field(each: Profile) -> bool:
    return is_opening_field(each.name) and each.repeats


def _reason(each: Profile, targets: Iterable[str], course: Course) -> str | None:
    if each.n_given == 0:
        return "empty in every row"
    by_name = refusal(each.name) or snapshot_refusal(each.name, targets)
    if by_name:
        return by_name
    if each.is_times:
        return "a time; only the time of opening is read"
    return aftermath(each, course)


def _same_as_refused(
    profiles: Mapping[str, Profile], reasons: Mapping[str, str | None], targets: Iterable[str]
) -> dict[str, str]:
    free = [each for name, each in profiles.items() if reasons[name] is None and each.repeats and not each.is_text]
    later = [name for name in profiles if refusal(name) is not None and profiles[name].repeats and name not in targets]
    found = ((each.name, same_as_refused(each, profiles, later)) for each in free if each.name not in targets)
    return {name: f"says the same as {other}: {refusal(other)}" for name, other in found if other is not None}


def _course(
    table: Table, options: ReadOptions, profiles: Mapping[str, Profile], named: tuple[str | None, tuple[str, ...]]
) -> Course:
    """Return when incidents were over: by the columns that are called so, else by times that the newest lack."""
    time, known_at = named
    later = [each for each in profiles.values() if each.is_times and each.name != time]
    changed = changed_columns(table.columns)
    ends = [name for name in known_at if name not in changed]
    unnamed = [] if ends else [each.name for each in later if refusal(each.name) is None and each.name not in changed]
    if time is None or not (ends or unnamed):
        return Course(later)
    moments, _ = read_times(table, [time, *ends, *unnamed], options.tz, month_first=options.month_first)
    age = moments[time].rank(pct=True)
    ends = ends or [name for name in unnamed if age[moments[name].isna()].median() >= _NEWEST]
    over = pd.DataFrame({name: moments[name] for name in ends}).max(axis=1) if ends else None
    took = pd.DataFrame({name: moments[name] - moments[time] for name in (*ends, *unnamed)})
    return Course(
        later,
        None if over is None else over.notna().to_numpy(),
        tuple(took[name].dt.total_seconds().to_numpy() for name in took),
    )


def _leftover(each: Profile, options: ReadOptions) -> str:
    if options.fields or options.only_named or (each.is_text and options.text):
        return "not among the columns that were asked for"
    if each.n_distinct == 1:
        return "the same value wherever it is given"
    return f"{each.n_distinct} different values in {len(each.cells)} rows: neither a text nor a category"
