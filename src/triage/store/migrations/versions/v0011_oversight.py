"""What people say of automatic labels, how many there are, and what was withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "label_verdicts",
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("incident_id", sa.String(255), nullable=False),
        sa.Column("target", sa.String(255), nullable=False),
        sa.Column("model", sa.String(63), nullable=False),
        sa.Column("version", sa.String(63), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("is_audit", sa.Boolean(), nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "incident_id", "target", name="pk_label_verdicts"),
        sa.ForeignKeyConstraint(
            ["source", "incident_id"], ["incidents.source", "incidents.incident_id"], name="fk_label_verdicts_incidents"
        ),
    )
    op.create_index("ix_label_verdicts_model_version", "label_verdicts", ["model", "version"])
    counted = [sa.Column("n", sa.BigInteger(), nullable=False)]
    withdrawn = [
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    ]
    for name, columns in (("automatic_labels", counted), ("withdrawals", withdrawn)):
        op.create_table(
            name,
            sa.Column("model", sa.String(63), nullable=False),
            sa.Column("version", sa.String(63), nullable=False),
            sa.Column("target", sa.String(255), nullable=False),
            sa.Column("label", sa.Text(), nullable=False),
            *columns,
            sa.PrimaryKeyConstraint("model", "version", "target", "label", name=f"pk_{name}"),
        )


def downgrade() -> None:
    for name in ("withdrawals", "automatic_labels", "label_verdicts"):
        op.drop_table(name)
