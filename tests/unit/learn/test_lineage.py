from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import UsageError
from triage.learn.answers import to_network
from triage.learn.bags import NO_BAG
from triage.learn.heads import Head
from triage.learn.lineage import Lineage, find_parents, parent_reason, to_lineage, to_links
from triage.learn.lineage_kernel import agree
from triage.measure.calibration import Calibration, softmax

KINDS = ["vpn", "wifi", "ssd", "ram", "tape"]
AREA = {"vpn": "net", "wifi": "net", "ssd": "disk", "ram": "disk", "tape": "disk"}
SITE = {"net": "north", "disk": "north", "mail": "south"}


def head(target: str, classes: tuple[str, ...]) -> Head:
    return Head(target, classes, np.zeros((0, len(classes)), np.float32), np.zeros(len(classes)), Calibration())


HEADS = [head("kind", ("ram", "ssd", "tape", "vpn", "wifi")), head("area", ("disk", "mail", "net"))]
LINEAGE = (Lineage("kind", "area", tuple((kind, area, 1.0) for kind, area in sorted(AREA.items()))),)
GOES = np.array([[AREA[kind] == area for area in HEADS[1].classes] for kind in HEADS[0].classes])


def agreed(kinds: list[float], areas: list[float], lineage: tuple[Lineage, ...] = LINEAGE) -> tuple[np.ndarray, ...]:
    both = np.array([*kinds, *areas], np.float64)
    agree(to_links(lineage, HEADS), np.array([0, 5, 8]), both, np.empty(8))
    return both[:5], both[5:]


def drawn(seed: int, n: int = 5) -> np.ndarray:
    return softmax(3.0 * np.random.default_rng(seed).normal(size=(1, n))).ravel()


def test_target_follows_the_one_that_its_labels_imply() -> None:
    kinds = KINDS * 20
    areas = [AREA[kind] for kind in kinds]
    assert find_parents({"kind": kinds, "area": areas}) == {"kind": "area"}
    # Slips are forgiven, chance is not.
    slipped = ["net" if at % 33 == 0 else area for at, area in enumerate(areas)]
    assert find_parents({"kind": kinds, "area": slipped}) == {"kind": "area"}
    blind = np.random.default_rng(0).choice(["net", "disk"], len(kinds)).tolist()
    assert find_parents({"kind": kinds, "area": blind}) == {}


def test_labels_of_one_ticket_and_a_label_that_nearly_all_have_prove_nothing() -> None:
    assert find_parents({"number": [f"n{at}" for at in range(60)], "area": ["net", "disk"] * 30}) == {}
    default = ["2"] * 97 + ["1"] * 3
    assert find_parents({"kind": KINDS * 20, "impact": default}) == {}


def test_target_follows_the_nearest_of_a_line() -> None:
    areas = [*(AREA[kind] for kind in KINDS * 20), *["mail"] * 40]
    kinds = [*KINDS * 20, *["smtp", "imap"] * 20]
    sites = [SITE[area] for area in areas]
    targets = {"kind": kinds, "area": areas, "site": sites}
    assert find_parents(targets) == {"area": "site", "kind": "area"}
    assert [each.child for each in to_lineage(find_parents(targets), targets)] == ["area", "kind"]


def test_given_parent_needs_no_evidence_but_must_be_there_and_above() -> None:
    targets: dict[str, list[str | None]] = {"kind": [*KINDS], "area": [None] * 5}
    assert find_parents(targets, {"kind": "area"}) == {"kind": "area"}
    with pytest.raises(UsageError, match="area, kind"):
        find_parents(targets, {"kind": "region"})
    with pytest.raises(UsageError, match="follow itself"):
        find_parents(targets, {"kind": "area", "area": "kind"})


@given(st.integers(0, 10_000))
def test_likeliest_label_goes_with_the_parents_likeliest(seed: int) -> None:
    kinds, areas = agreed(drawn(seed).tolist(), drawn(seed + 1, 3).tolist())
    # Nothing is known to be of the kind "mail": then any label may be right.
    if areas.argmax() != 1:
        assert GOES[kinds.argmax(), areas.argmax()]
    assert areas.sum() == pytest.approx(1.0)
    assert kinds.sum() == pytest.approx(1.0 - areas[1])


def test_labels_have_what_theirs_of_the_parent_has_and_keep_their_shares() -> None:
    kinds, areas = agreed([0.1, 0.2, 0.1, 0.3, 0.3], [0.5, 0.1, 0.4])
    opinion = np.sqrt([0.5 * 0.4, 0.4 * 0.6])
    assert areas[[0, 2]] == pytest.approx(opinion / opinion.sum() * 0.9)
    assert kinds[:3].sum() == pytest.approx(areas[0])
    assert kinds[1] / kinds[0] == pytest.approx(2.0)


def test_label_of_two_parents_goes_with_either() -> None:
    links = (*LINEAGE[0].links[:-1], ("wifi", "disk", 0.4), ("wifi", "net", 0.6))
    kinds, areas = agreed([0.01, 0.01, 0.01, 0.01, 0.96], [0.9, 0.05, 0.05], (Lineage("kind", "area", links),))
    assert [int(kinds.argmax()), int(areas.argmax())] == [4, 0]


def test_without_lineage_nothing_changes() -> None:
    both = np.array([*drawn(1), *drawn(2, 3)])
    before = both.tobytes()
    agree(to_network(HEADS, NO_BAG).links, np.array([0, 5, 8]), both, np.empty(0))
    assert both.tobytes() == before


def test_rare_pairs_of_labels_are_slips() -> None:
    kinds, areas = ["vpn"] * 100, ["net"] * 97 + ["disk"] * 3
    assert to_lineage({"kind": "area"}, {"kind": kinds, "area": areas})[0].links == (("vpn", "net", 1.0),)


def test_reason_is_what_the_other_target_adds_to_the_log_odds() -> None:
    apart, both = np.array([0.5, 0.25, 0.25]), np.array([0.2, 0.7, 0.1])
    reason = parent_reason("area", "net", apart, both)

    def against_mean(chances: np.ndarray) -> float:
        return math.log(chances[1]) - float(np.log(chances).mean())

    assert reason.contribution == pytest.approx(against_mean(both) - against_mean(apart))
    assert reason[:3] == ("target", "area", "net")
