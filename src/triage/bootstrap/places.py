"""Where things are: settings, the shelf of models, how a file is read. Light, as every command begins here."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from triage.errors import UsageError
from triage.registry import Shelf
from triage.settings import Settings, load_settings

__all__ = ["check_home", "open_shelf", "read_settings"]


def read_settings(**given: str | int | None) -> Settings:
    """Read the settings of this process.

    Parameters
    ----------
    **given
        Options of a command that are settings too; they win over the environment. None is not given.

    Raises
    ------
    SettingsError
        Naming every key that cannot be used.
    """
    options = {f"TRIAGE_{key.upper()}": str(value) for key, value in given.items() if value is not None}
    return load_settings({**os.environ, **options}, Path.cwd())


def check_home(settings: Settings) -> None:
    """Make the home where it is missing, and check that it can be written: before the work, not after it.

    Raises
    ------
    UsageError
        It cannot be.
    """
    for folder in (settings.home, settings.models_dir):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as err:
            raise UsageError(
                f"{folder} cannot be written: {err.strerror}. Grant the right to write, or name another folder by "
                "TRIAGE_HOME."
            ) from err


def open_shelf(settings: Settings) -> Shelf:
    """Return the shelf of models."""
    return Shelf(settings.models_dir)
