"""What an alert waits for before it opens a record; what waits on a record is found whoever it is for."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BEFORE = "ix_outbox_destination_thread_source_thread_id_seq"
_AFTER = "ix_outbox_thread_source_thread_id_destination_seq"


def upgrade() -> None:
    op.add_column("group_members", sa.Column("pause", sa.Text()))
    op.drop_index(_BEFORE, "outbox")
    op.create_index(_AFTER, "outbox", ["thread_source", "thread_id", "destination", "seq"])


def downgrade() -> None:
    op.drop_index(_AFTER, "outbox")
    op.create_index(_BEFORE, "outbox", ["destination", "thread_source", "thread_id", "seq"])
    op.drop_column("group_members", "pause")
