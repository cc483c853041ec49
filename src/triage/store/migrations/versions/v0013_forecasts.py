"""What was to be expected when a warning was opened."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("warnings", sa.Column("forecast", sa.Text()))


def downgrade() -> None:
    op.drop_column("warnings", "forecast")
