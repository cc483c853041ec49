from __future__ import annotations

import subprocess
import sys


def test_help_imports_neither_scikit_learn_nor_pandas_nor_a_web_framework() -> None:
    heavy = ("sklearn", "pandas", "numpy", "fastapi", "mlflow", "sqlalchemy")
    probe = f"import sys, triage.cli.app; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.strip() == "[]"
