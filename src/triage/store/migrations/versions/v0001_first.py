"""Incidents, their revisions, the decisions on them and the verdicts of people."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("seq", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("incident_id", sa.String(255), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_incidents"),
        sa.UniqueConstraint("source", "incident_id", name="uq_incidents_source_incident_id"),
    )
    op.create_index("ix_incidents_incident_id_source", "incidents", ["incident_id", "source"])
    op.create_index("ix_incidents_source_seq", "incidents", ["source", "seq"])
    op.create_table(
        "revisions",
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("incident_id", sa.String(255), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "incident_id", "revision", name="pk_revisions"),
        sa.ForeignKeyConstraint(
            ["source", "incident_id"], ["incidents.source", "incidents.incident_id"], name="fk_revisions_incidents"
        ),
    )
    op.create_table(
        "decisions",
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("incident_id", sa.String(255), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("degraded", sa.Text(), nullable=False),
        sa.Column("predictions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "incident_id", "revision", name="pk_decisions"),
        sa.ForeignKeyConstraint(
            ["source", "incident_id", "revision"],
            ["revisions.source", "revisions.incident_id", "revisions.revision"],
            name="fk_decisions_revisions",
        ),
    )
    op.create_table(
        "feedback",
        sa.Column("seq", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("incident_id", sa.String(255), nullable=False),
        sa.Column("target", sa.String(255), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("given_by", sa.String(255), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_feedback"),
        sa.ForeignKeyConstraint(
            ["source", "incident_id"], ["incidents.source", "incidents.incident_id"], name="fk_feedback_incidents"
        ),
    )
    op.create_index("ix_feedback_source_incident_id", "feedback", ["source", "incident_id"])


def downgrade() -> None:
    for table in ("feedback", "decisions", "revisions", "incidents"):
        op.drop_table(table)
