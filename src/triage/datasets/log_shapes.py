"""Which columns of an event log are case, moment and step where no name says it: by what values do from row to row."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.datasets.profiles import Profile, profile_all
from triage.datasets.table import Table
from triage.datasets.times import looks_like_times
from triage.exports import any_word, canonical, is_caller, is_handler, target_columns

__all__ = ["find_case", "find_moment", "find_step", "says_step", "values_a_case"]

# Logs tell of a case a few times, not hundreds of times as tables tell of a team.
_ROWS_A_CASE = (1.5, 60.0)
_LEAST_CASES = 20
_MOST_STEPS = 60
# Of cases, how many begin with one of the usual first steps, fewer where the name says that it is the step; and how
# much rarer these are later: a process begins somewhere, what comes to a person's or a device's tickets does not.
_BEGIN_ALIKE, _BEGIN_ALIKE_IF_NAMED, _ALONE_THERE = 0.8, 0.5, 3.0
_SAYS_CASE = re.compile(
    r"""(?:^|_)(?:case | trace | fall | vorgangs? | dossier | caso | chamado | meldings? | storings? | sagen?s |
    arendes?) (?:_?(?:id|nr|no|nummer|number|numero|key))?$
    | ^(?:id|no|numero)_(?:del?_)?(?:caso|chamado|ticket|incidente?|dossier)$
    | (?:^|_)(?:номер|заявк|обращени)""",
    re.VERBOSE,
)
_SAYS_CASE_UNSPACED = re.compile("工单|编号|番号|번호")
# What a log calls the step that a row tells of, before anything else that changes from row to row.
_SAYS_STEP = any_word(
    r"""activity | event(?:_(?:type|name))? | action | stage | step | phase | transition | concept_name | change_type |
    aktivitat | aktion | ereignis | schritt | vorgangsschritt | etape | evenement | actividad | evento | accion |
    etapa | fase | atividade | acao | attivita | azione | activiteit | действие | событие | этап | стадия"""
)


def find_case(table: Table) -> str | None:
    """Return the column that by its name holds the case, each in a few rows; None where there is none."""
    called = [name for name in table.columns if _says_case(canonical(name)) and not _is_person(name)]
    return next((name for name in called if _could_be_case(table, name)), None)


def find_moment(table: Table, case: str) -> str | None:
    """Return the first column of times that by their shape are times and change within cases."""
    times = (name for name in table.columns if name != case and looks_like_times(table.labels(name), named=False))
    return next((name for name in times if values_a_case(table, name, case) >= _ROWS_A_CASE[0]), None)


def values_a_case(table: Table, column: str, case: str) -> float:
    """Return how many different values of a column a case has, on the mean."""
    pairs = pd.DataFrame({"case": table.labels(case), "value": table.labels(column)}).dropna().drop_duplicates()
    return len(pairs) / max(pairs["case"].nunique(), 1)


def find_step(table: Table, case: str, moments: pd.Series, others: Iterable[str]) -> str | None:
    """Return the column of the step, or the state, that each row of a log tells of; None where there is none.

    Parameters
    ----------
    table : Table
    case : str
        The column of the case.
    moments : Series of datetime64[ns, UTC]
        When each row was written.
    others : iterable of str
        Columns that have another role.

    Notes
    -----
    It is no number, its values change within most cases, and nearly all cases begin with the same few of them, which
    later rows hardly have. Of several such columns one that is called so comes first, else the one with the most cases
    that begin alike.
    """
    profiles = profile_all(table)
    ids = pd.Series(table.labels(case), dtype=object)
    order = np.lexsort((np.arange(len(table)), moments.to_numpy(dtype="datetime64[ns]").view(np.int64)))
    is_first = np.zeros(len(table), bool)
    is_first[order[~ids.iloc[order].duplicated().to_numpy()]] = True
    # Whoever takes calls is the first of most cases, and who is to have them changes with every step.
    taken = {case, *others, *filter(_is_person, table.columns), *target_columns(table.columns)[0]}
    free = [each for name, each in profiles.items() if name not in taken and _could_be_step(each)]
    changing = [each for each in free if values_a_case(table, each.name, case) >= _ROWS_A_CASE[0]]
    found = [(says_step(each.name), _alike(each, is_first), each.name) for each in changing]
    fitting = [each for each in found if each[1] >= (_BEGIN_ALIKE_IF_NAMED if each[0] else _BEGIN_ALIKE)]
    return max(fitting, key=lambda each: each[:2])[2] if fitting else None


def says_step(column: str) -> bool:
    """Return whether a column is called as logs call the step of a row."""
    return _SAYS_STEP.search(canonical(column)) is not None


def _is_person(name: str) -> bool:
    return is_caller(name) or is_handler(name)


def _says_case(name: str) -> bool:
    return _SAYS_CASE.search(name) is not None or _SAYS_CASE_UNSPACED.search(name) is not None


def _could_be_case(table: Table, name: str) -> bool:
    cells = table.labels(name)
    given = cells[pd.notna(cells)]
    n_cases = len(pd.unique(given))
    return n_cases >= _LEAST_CASES and _ROWS_A_CASE[0] <= len(given) / n_cases <= _ROWS_A_CASE[1]


def _could_be_step(each: Profile) -> bool:
    if not each.is_category or each.is_times or not 1 < each.n_distinct <= _MOST_STEPS:
        return False
    # Counts begin alike, at nought.
    return not all(cell.isdecimal() for cell in pd.unique(each.cells[each.given]))


def _alike(each: Profile, is_first: NDArray[np.bool_]) -> float:
    """Return the share of cases that begin with the usual first steps; 0 where these are as common later."""
    first, later = pd.Series(each.cells[is_first]), pd.Series(each.cells[~is_first])
    often, rest = first.value_counts(normalize=True), later.value_counts(normalize=True)
    usual = [step for step, share in often.items() if share >= _ALONE_THERE * rest.get(step, 0.0)]
    return float(often.reindex(usual).sum())
