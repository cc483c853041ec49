"""When a series reaches its limit, of warnings that it is about to."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("warnings", sa.Column("saturation", sa.Text()))


def downgrade() -> None:
    op.drop_column("warnings", "saturation")
