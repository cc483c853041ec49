"""The command line: parses, calls, prints. The same functions as the service and the notebooks stand behind it."""

from triage.cli.app import main

__all__ = ["main"]
