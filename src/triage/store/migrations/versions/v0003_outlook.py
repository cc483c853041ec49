"""What an answer says beside its predictions: risks, duration, precedents, duplicate."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    nothing = '{"risks":{},"duration":null,"precedents":[],"duplicate":null}'
    op.add_column("decisions", sa.Column("outlook", sa.Text(), nullable=False, server_default=nothing))


def downgrade() -> None:
    with op.batch_alter_table("decisions") as batch:
        batch.drop_column("outlook")
