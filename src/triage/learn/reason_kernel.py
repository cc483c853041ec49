"""Names the largest exact contributions to each head's likeliest label, in one pass. Ranks no labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.answer_arrays import APART, FIELD, MOST_TIED, NEAR, WORD, Found, Network, Room
from triage.learn.name_kernel import name_features, share_out
from triage.learn.rank_kernel import rank
from triage.learn.row_kernel import weigh_label
from triage.learn.unit_kernel import add_through_units

__all__ = ["explain"]

_Row = tuple[NDArray[np.int32], NDArray[np.float64]]


@compiled
def explain(network: Network, row: _Row, n_fields: int, room: Room, place: tuple[Found, int], n_reasons: int) -> int:
    """Write the reasons for each head's likeliest label; return how many there are by now."""
    found, at = place
    n_found, n_names = name_features(room.scratch, room.names)
    n_amounts = n_names + n_fields
    for head in range(len(network.scales)):
        label = network.borders[head] + found.best[at, head, 0]
        _contribute(network, row, (label, head), room)
        amounts = room.amounts[:n_amounts]
        amounts[:n_names] = 0.0
        share_out(room.names, n_found, room.added, amounts)
        for field in range(n_fields):
            # A row ends with one feature a field.
            amounts[n_names + field] = room.added[len(row[0]) - n_fields + field]
        n_picked, found.is_tied[at, head] = _pick(amounts, room, found.most_reasons)
        for picked in range(n_picked):
            number = room.picked[picked]
            _write_span(room, number, n_names, found.spans[n_reasons])
            found.amounts[n_reasons] = amounts[number]
            n_reasons += 1
        found.ends[at, head] = n_reasons
    return n_reasons


@compiled
def _contribute(network: Network, row: _Row, label: tuple[int, int], room: Room) -> None:
    """Fill in what each feature of the row adds: by itself, and through the units that are above 0.

    As long as the same units are above 0, the levels are linear in the features. What the units' biases add belongs to
    no feature.
    """
    column, head = label
    weigh_label((network.weights, network.means), row, label, network.scales[head], room.added)
    n_active = 0
    for unit in range(len(room.levels)):
        through = network.centred[column, unit] if room.levels[unit] > 0.0 else np.float32(0.0)
        room.through[unit] = through * network.scales[head]
        n_active += through != 0.0
    # A head without outputs of units is linear.
    if n_active:
        add_through_units(network.layer, (row[0], room.steps), room.through, room.added)


@compiled
def _pick(amounts: NDArray[np.float64], room: Room, most: int) -> tuple[int, bool]:
    """Pick the largest amounts by size, largest first; return how many, and whether some are of the same size.

    If so, all that are as large as the last one are picked, in no order, as far as there is room for them.
    """
    kept = min(most, len(amounts))
    if kept == 0:
        return 0, False
    sizes, largest = room.sizes[: len(amounts)], room.largest[:kept]
    for number in range(len(amounts)):
        sizes[number] = abs(amounts[number])
    rank(sizes, room.picked[:kept], largest)
    n_large = 0
    for number in range(len(amounts)):
        n_large += sizes[number] >= largest[kept - 1]
    is_tied = n_large > kept
    for place in range(1, kept):
        is_tied |= largest[place] == largest[place - 1]
    if not is_tied:
        return kept, False
    n_large = 0
    for number in range(len(amounts)):
        if sizes[number] >= largest[kept - 1] and n_large < most + MOST_TIED:
            room.picked[n_large] = number
            n_large += 1
    return n_large, True


@compiled
def _write_span(room: Room, number: int, n_names: int, span: NDArray[np.int32]) -> None:
    if number >= n_names:
        span[0] = FIELD + number - n_names
        return
    first, second = room.names.first[number], room.names.second[number]
    span[0] = WORD if second < 0 else NEAR if second == first + 1 else APART
    span[1], span[2] = room.scratch.begins[first], room.scratch.ends[first]
    if second >= 0:
        span[3], span[4] = room.scratch.begins[second], room.scratch.ends[second]
