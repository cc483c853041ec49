"""Alembic runs this file to migrate the connection that `triage.store.schema` hands it. It must not open one itself."""

from alembic import context

from triage.store.tables import metadata


def migrate() -> None:
    """Run the migrations that are missing."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        # SQLite alters a table by copying it; and its transactions hold schema changes, whatever Alembic assumes.
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


# Alembic sets a context up before it runs this file. A plain import, as by a collector of doctests, has none.
if hasattr(context, "config"):
    migrate()
