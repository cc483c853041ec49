"""By what alerts are grouped, as the settings say."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.bootstrap.grouping import read_dependencies, to_grouping
from triage.decide.grouping import Condition, GroupingRules, PauseRules
from triage.errors import SettingsError
from triage.settings import Settings

CONDITION = {"match": {"source": "alertmanager", "alertname": "Slow"}, "n": 3, "within_s": 600}


def test_alerts_are_grouped_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    rules = to_grouping(Settings(home=tmp_path))
    assert rules is not None
    assert (rules.window_s, rules.entities) == (GroupingRules().window_s, GroupingRules().entities)
    assert to_grouping(Settings(home=tmp_path, grouping={"enabled": False})) is None


def test_dependencies_are_read_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("caller,callee\nweb, api\n\napi,db,extra\n", encoding="utf-8")
    rules = to_grouping(Settings(home=tmp_path, grouping={"dependencies": "calls.csv", "scopes": ["team"]}))
    assert rules is not None
    assert dict(rules.topology.near("web")) == {"api": 1, "db": 2}
    assert rules.scopes == ("team",)


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({"windows": 3}, "grouping.windows"),
        ({"window_s": "long"}, "grouping.window_s"),
        ({"entities": "host"}, "grouping.entities"),
        ({"enabled": 1}, "grouping.enabled"),
        ({"dependencies": 3}, "grouping.dependencies"),
        ({"window_s": 0}, "window"),
        ({"pause": True}, "grouping.pause"),
        ({"pause": "act", "pause_share": 2}, "share to spare"),
        ({"pause_longest_s": "10m"}, "grouping.pause_longest_s"),
        ({"dependencies": "none.csv"}, r"none\.csv"),
        ({"conditions": CONDITION}, r"grouping\.conditions: must be one or more tables; write \[\[grouping\.cond"),
        ({"conditions": [CONDITION, {"n": 2}]}, r"grouping\.conditions\.2\.match: must be given"),
        ({"conditions": [CONDITION | {"n": True}]}, r"grouping\.conditions\.1\.n: must be a whole number"),
        ({"conditions": [CONDITION | {"n": 1}]}, r"grouping\.conditions\.1: A condition must wait for 2 to 100 "),
        ({"conditions": [CONDITION | {"within_s": "10m"}]}, r"grouping\.conditions\.1\.within_s: must be a number"),
        ({"conditions": [CONDITION | {"match": {}}]}, r"grouping\.conditions\.1: A condition must match at least one"),
        ({"conditions": [CONDITION | {"match": {"alertname": ""}}]}, r"grouping\.conditions\.1\.match\.alertname"),
        ({"conditions": [CONDITION | {"critical": 1}]}, r"grouping\.conditions\.1\.critical: must be true or false"),
        ({"conditions": [CONDITION | {"needed": 3}]}, r"grouping\.conditions\.1\.needed: is not known here"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, table: dict[str, object], where: str) -> None:
    with pytest.raises(SettingsError, match=where):
        to_grouping(Settings(home=tmp_path, grouping=table))


def test_line_without_two_names_is_named(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("caller,callee\nweb\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="Lines 2 do not"):
        read_dependencies(tmp_path / "calls.csv")


def test_matrix_of_calls_is_read_by_its_header(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("service,web,db\nweb,0.0,1.0\ndb,0.0,0.0\n", encoding="utf-8")
    topology = read_dependencies(tmp_path / "calls.csv")
    assert (topology.called_by("Web"), topology.called_by("db")) == (("db",), ())


def test_nothing_waits_unless_the_settings_say_so(tmp_path: Path) -> None:
    rules = to_grouping(Settings(home=tmp_path))
    assert rules is not None
    assert rules.pauses is None
    table = {"pause": "act", "pause_share": 0.8, "pause_longest_s": 300, "pause_miss_risk": 0.2}
    rules = to_grouping(Settings(home=tmp_path, grouping=table))
    assert rules is not None
    assert rules.pauses == PauseRules(True, 0.8, 300.0, 0.2, exempt=("triage.watch",))
    rules = to_grouping(Settings(home=tmp_path, grouping={"pause": "suggest"}))
    assert rules is not None
    assert rules.pauses is not None
    assert not rules.pauses.acts


def test_conditions_are_read_in_their_order(tmp_path: Path) -> None:
    table = {"conditions": [CONDITION, {"match": {"team": "dba"}, "n": 2, "within_s": 1.5, "critical": True}]}
    rules = to_grouping(Settings(home=tmp_path, grouping=table))
    assert rules is not None
    assert rules.conditions == (
        Condition((("alertname", "Slow"), ("source", "alertmanager")), 3, 600.0),
        Condition((("team", "dba"),), 2, 1.5, critical=True, exempt=("triage.watch",)),
    )
