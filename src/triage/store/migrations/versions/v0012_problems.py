"""Warnings that are part of a problem which another one began."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("part_of", sa.String(255), nullable=False, server_default=""),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("size", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("similarity", sa.Float(53), nullable=False, server_default="1"),
        sa.Column("reasons", sa.Text(), nullable=False, server_default="[]"),
    ):
        op.add_column("warnings", column)
    op.execute("UPDATE warnings SET ended_at = closed_at")
    op.create_index("ix_warnings_part_of_seq", "warnings", ["part_of", "seq"])


def downgrade() -> None:
    op.drop_index("ix_warnings_part_of_seq", "warnings")
    for column in ("reasons", "similarity", "size", "ended_at", "part_of"):
        op.drop_column("warnings", column)
