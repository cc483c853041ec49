"""The tables of a database brought up to what this version knows, or the database refused. No rows are read."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from triage.errors import SettingsError
from triage.store.dialects import is_server

__all__ = ["upgrade_schema"]

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number that nobody else locks in a database of ours.
_MIGRATING = 7_215_001


def upgrade_schema(engine: Engine) -> None:
    """Run the migrations that are missing, all in one transaction.

    Raises
    ------
    SettingsError
        A version that is not known here made the tables: a newer one, or no triage at all.
    """
    if not _is_current(engine):
        _migrate(engine)


def _is_current(engine: Engine) -> bool:
    """Tell whether the newest migration has been run; which that is stands in its file's name."""
    newest = max(path.name for path in (_MIGRATIONS / "versions").glob("v????_*.py"))[1:5]
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [newest]


def _migrate(engine: Engine) -> None:
    # Start-up cost: 10 MB of memory, for what most starts have no need of.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    # A per cent sign would be read as the start of a placeholder.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    with engine.begin() as connection:
        _wait_for_turn(connection)
        current = MigrationContext.configure(connection).get_current_heads()
        strange = sorted(set(current) - known)
        if strange:
            where = engine.url.render_as_string(hide_password=True)
            raise SettingsError(
                f"{where} has the schema {', '.join(strange)}; this version knows up to {scripts.get_current_head()}. "
                "Start the newer version that wrote it, or set another database_url."
            )
        if set(current) != set(scripts.get_heads()):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _wait_for_turn(connection: Connection) -> None:
    """Let one process at a time migrate; on SQLite the transaction itself sees to that."""
    if is_server(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATING})
