"""One training run in named steps, and the evaluation of what came out. Owns its ports; touches no file itself."""

from triage.training.ports import Bundle, Card, History, ModelShelf, RefusedColumn, RunLog, RunRecord

__all__ = ["Bundle", "Card", "History", "ModelShelf", "RefusedColumn", "RunLog", "RunRecord"]
