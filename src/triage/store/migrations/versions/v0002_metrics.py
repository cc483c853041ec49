"""Batches of metrics, the state of what watches them, and the warnings that came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "metric_batches",
        sa.Column("seq", _SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("columns", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_metric_batches"),
    )
    op.create_table(
        "watcher_snapshots",
        sa.Column("seq", _SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("last_ns", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_watcher_snapshots"),
    )
    op.create_table(
        "warnings",
        sa.Column("seq", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("warning_id", sa.String(255), nullable=False),
        sa.Column("entity", sa.String(255), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("score", sa.Float(53), nullable=False),
        sa.Column("causes", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_warnings"),
        sa.UniqueConstraint("warning_id", name="uq_warnings_warning_id"),
    )
    op.create_index("ix_warnings_entity_seq", "warnings", ["entity", "seq"])
    op.create_index("ix_warnings_closed_at_seq", "warnings", ["closed_at", "seq"])


def downgrade() -> None:
    for table in ("warnings", "watcher_snapshots", "metric_batches"):
        op.drop_table(table)
