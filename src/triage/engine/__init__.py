"""Events in, answers out: the one path of live service and of labelling files. No input or output of its own."""

from triage.engine.answering import Engine
from triage.engine.loaded import LoadedModel

__all__ = ["Engine", "LoadedModel"]
