"""Bundles on disk: stored, verified, loaded. Never imports MLflow: that is ``runs``, which only training imports."""

from triage.registry.bundle import Bundle, read_bundle, write_bundle
from triage.registry.manifest import Manifest, check_name
from triage.registry.shelf import Shelf

__all__ = ["Bundle", "Manifest", "Shelf", "check_name", "read_bundle", "write_bundle"]
