from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.e2e.service import Service

README = Path(__file__).parents[2] / "README.md"
CURL_BLOCKS = [
    block
    for block in re.findall(r"```bash\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    if "curl" in block
]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_lines_of_the_readme_work_as_they_stand(service: Service) -> None:
    answers = []
    for block in CURL_BLOCKS:
        at_this_port = block.replace("http://127.0.0.1:8000", service.url)
        done = subprocess.run(["bash", "-c", at_this_port], capture_output=True, text=True, timeout=60, check=True)
        answers.append(json.loads(done.stdout))
    preview, created, read_back, verdict, warned = answers
    assert preview["status"] == "preview"
    assert created["status"] == "created"
    assert read_back["predictions"] == created["predictions"]
    assert verdict["target"] == "assignment_group"
    assert set(warned) == {"items", "next"}
    for prediction in created["predictions"].values():
        assert 0.0 < prediction["probability"] <= 1.0
        assert prediction["decision"] in {"auto", "suggest", "abstain"}
        assert prediction["why"]
        assert prediction["reasons"]
