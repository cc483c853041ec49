"""One frozen `Settings`, built once from `triage.toml` and TRIAGE_* variables and passed down; no import reads it."""

from triage.settings.sources import load_settings
from triage.settings.values import ColumnRoles, Origin, SettingRow, Settings, is_loopback, mask_password

__all__ = ["ColumnRoles", "Origin", "SettingRow", "Settings", "is_loopback", "load_settings", "mask_password"]
