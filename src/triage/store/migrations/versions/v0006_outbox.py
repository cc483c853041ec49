"""What is to be delivered, what has been, and destinations that want nothing any more."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("destination", sa.String(63), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("incident_id", sa.String(255), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("was_tried", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.BigInteger()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("edit", sa.Text()),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
        sa.ForeignKeyConstraint(
            ["source", "incident_id", "revision"],
            ["revisions.source", "revisions.incident_id", "revisions.revision"],
            name="fk_outbox_revisions",
        ),
    )
    op.create_index("ix_outbox_destination_state_due_at_seq", "outbox", ["destination", "state", "due_at", "seq"])
    op.create_index(
        "ix_outbox_destination_source_incident_id_seq", "outbox", ["destination", "source", "incident_id", "seq"]
    )
    op.create_index("ix_outbox_state_seq", "outbox", ["state", "seq"])
    op.create_table(
        "deliveries",
        sa.Column("destination", sa.String(63), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("incident_id", sa.String(255), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(255), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("destination", "source", "incident_id", name="pk_deliveries"),
    )
    op.create_table(
        "destinations",
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_destinations"),
    )


def downgrade() -> None:
    for table in ("destinations", "deliveries", "outbox"):
        op.drop_table(table)
