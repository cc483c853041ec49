"""As of when a revision speaks, how many an incident has, and how incidents ended."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("revisions", sa.Column("as_of", sa.DateTime(timezone=True)))
    op.add_column("incidents", sa.Column("revisions", sa.Integer(), nullable=False, server_default="1"))
    # Until now the latest revision was the last one.
    op.execute("UPDATE incidents SET revisions = revision")
    op.create_table(
        "outcomes",
        sa.Column("seq", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("incident_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(255), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_outcomes"),
        sa.ForeignKeyConstraint(
            ["source", "incident_id"], ["incidents.source", "incidents.incident_id"], name="fk_outcomes_incidents"
        ),
    )
    op.create_index("ix_outcomes_source_incident_id_seq", "outcomes", ["source", "incident_id", "seq"])


def downgrade() -> None:
    op.drop_table("outcomes")
    with op.batch_alter_table("incidents") as batch:
        batch.drop_column("revisions")
    with op.batch_alter_table("revisions") as batch:
        batch.drop_column("as_of")
