"""Revisions that went on unlabelled, until labels follow; and answers by the key of their request."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "unlabelled",
        sa.Column("seq", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("incident_id", sa.String(255), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_unlabelled"),
        sa.UniqueConstraint("source", "incident_id", "revision", name="uq_unlabelled_source_incident_id_revision"),
    )
    op.create_table(
        "keyed_answers",
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_keyed_answers"),
    )
    op.create_index("ix_keyed_answers_stored_at", "keyed_answers", ["stored_at"])


def downgrade() -> None:
    for table in ("keyed_answers", "unlabelled"):
        op.drop_table(table)
