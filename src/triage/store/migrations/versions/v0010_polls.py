"""How far trackers have been read, and incidents by what a destination calls them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "polls",
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_polls"),
    )
    op.create_index("ix_deliveries_destination_ref", "deliveries", ["destination", "ref"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_destination_ref", "deliveries")
    op.drop_table("polls")
