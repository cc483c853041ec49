from __future__ import annotations

from triage.decide.back_off import back_off
from triage.domain import Decision, ModelRef, Prediction, RankedLabel

MODEL = ModelRef("desk", "1")


def prediction(target: str, decision: Decision) -> Prediction:
    return Prediction(target, MODEL, (RankedLabel(f"a {target}", 0.9),), decision, "Why not.")


def whys(kind: Decision, area: Decision, site: Decision) -> list[str]:
    given = [prediction("kind", kind), prediction("area", area), prediction("site", site)]
    return [each.why for each in back_off(given, {"kind": "area", "area": "site"})]


def test_parent_that_may_do_more_stands_in() -> None:
    kind, area, site = whys(Decision.ABSTAIN, Decision.SUGGEST, Decision.SUGGEST)
    assert kind == "Why not. In its place stands area 'a area' (suggest, probability 0.900)."
    assert (area, site) == ("Why not.", "Why not.")


def test_next_one_up_that_may_do_more_stands_in() -> None:
    kind, area, _ = whys(Decision.SUGGEST, Decision.SUGGEST, Decision.AUTO)
    assert "site 'a site'" in kind
    assert "site 'a site'" in area


def test_nothing_stands_in_for_what_is_as_sure_or_has_no_parent_that_was_predicted() -> None:
    assert whys(Decision.AUTO, Decision.AUTO, Decision.AUTO) == ["Why not."] * 3
    alone = [prediction("kind", Decision.ABSTAIN)]
    assert back_off(alone, {"kind": "area"}) == alone
