"""Where things are: settings, the shelf of models, how a file is read. Light, as every command begins here."""

from __future__ import annotations

import os
from pathlib import Path

from triage.registry import Shelf
from triage.settings import Settings, load_settings

__all__ = ["open_shelf", "read_settings"]


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


def open_shelf(settings: Settings) -> Shelf:
    """Return the shelf of models."""
    return Shelf(settings.models_dir)
