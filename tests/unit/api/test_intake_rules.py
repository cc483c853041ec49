"""The settings of the intake as the routes use them."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.api.intake_rules import to_intake_rules
from triage.errors import SettingsError
from triage.settings import load_settings


def rules_of(tmp_path: Path, toml: str) -> object:
    (tmp_path / "triage.toml").write_text(toml)
    return to_intake_rules(load_settings({}, tmp_path))


def test_tables_are_maps_but_for_jiras(tmp_path: Path) -> None:
    toml = '[intake.zabbix]\nid = "event.id"\n[intake.jira.labels]\nimpact = "customfield_10010"\n'
    (tmp_path / "triage.toml").write_text(toml + '[settings]\nentity_labels = "pod, host"\n')
    rules = to_intake_rules(load_settings({}, tmp_path))
    assert list(rules.maps) == ["zabbix"]
    assert rules.jira_labels == {"impact": "customfield_10010"}
    assert rules.series.of("m", {"host": "h", "pod": "p"})[0] == "p"


@pytest.mark.parametrize(
    ("toml", "where"),
    [
        ("[intake]\nzabbix = 7\n", "intake.zabbix"),
        ("[intake.zabbix]\nident = 'x'\n", "intake.zabbix.ident"),
        ("[settings]\nentity_labels = 'a,,b'\n", "entity_labels"),
    ],
)
def test_what_cannot_be_used_is_named_by_key(tmp_path: Path, toml: str, where: str) -> None:
    with pytest.raises(SettingsError) as caught:
        rules_of(tmp_path, toml)
    assert where in [problem.where for problem in caught.value.problems]
