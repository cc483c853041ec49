"""How an incident stands at its sender, revision by revision; and changes that senders tell of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # What came in before was all reported as open.
    op.add_column("revisions", sa.Column("state", sa.String(16), nullable=False, server_default="open"))
    op.create_table(
        "changes",
        sa.Column("seq", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("change_id", sa.String(255), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True)),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_changes"),
        sa.UniqueConstraint("source", "change_id", name="uq_changes_source_change_id"),
    )
