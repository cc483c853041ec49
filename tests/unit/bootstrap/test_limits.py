from __future__ import annotations

from pathlib import Path

import pytest

from triage.bootstrap.limits import to_limits
from triage.errors import SettingsError
from triage.settings import load_settings
from triage.watch.limits import Limit


def _read(tmp_path: Path, text: str) -> dict[str, str]:
    (tmp_path / "triage.toml").write_text(text, encoding="utf-8")
    return {"TRIAGE_HOME": str(tmp_path)}


def test_table_declares_limits(tmp_path: Path) -> None:
    text = '[limits]\nhorizon = "90m"\n[limits.metrics]\n"queue_*" = 500\n"swap_*" = false\n'
    environ = _read(tmp_path, text)
    limits = to_limits(load_settings(environ, tmp_path))
    assert limits.horizon_s == 5400.0
    assert limits.of("queue_depth") == Limit(500.0)
    assert limits.of("swap_used_percent") is None


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    environ = _read(tmp_path, '[limits]\nhorizon = 4\nsoon = 1\n[limits.metrics]\n"a" = "b"\n')
    with pytest.raises(SettingsError) as caught:
        to_limits(load_settings(environ, tmp_path))
    assert {problem.where for problem in caught.value.problems} == {
        "limits.horizon",
        "limits.soon",
        "limits.metrics.a",
    }
