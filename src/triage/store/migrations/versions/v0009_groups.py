"""Incidents that are one problem, and messages that are about the record of another incident."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "groups",
        sa.Column("seq", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("lead_source", sa.String(255), nullable=False),
        sa.Column("lead_id", sa.String(255), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.Column("touched_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_groups"),
        sa.UniqueConstraint("group_id", name="uq_groups_group_id"),
    )
    op.create_index("ix_groups_ended_at_seq", "groups", ["ended_at", "seq"])
    op.create_table(
        "group_members",
        sa.Column("seq", _SEQUENCE, autoincrement=True, nullable=False),
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("incident_id", sa.String(255), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("similarity", sa.Float(53), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
        sa.Column("touched_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_group_members"),
        sa.ForeignKeyConstraint(
            ["source", "incident_id"],
            ["incidents.source", "incidents.incident_id"],
            name="fk_group_members_incidents",
        ),
        sa.UniqueConstraint("source", "incident_id", name="uq_group_members_source_incident_id"),
    )
    op.create_index("ix_group_members_group_id_seq", "group_members", ["group_id", "seq"])
    op.create_index("ix_group_members_change", "group_members", ["change"])
    op.create_index("ix_group_members_fingerprint_seq", "group_members", ["fingerprint", "seq"])
    op.add_column("outbox", sa.Column("thread_source", sa.String(255), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("thread_id", sa.String(255), nullable=False, server_default=""))
    op.execute("UPDATE outbox SET thread_source = source, thread_id = incident_id")
    op.drop_index("ix_outbox_destination_source_incident_id_seq", "outbox")
    op.create_index(
        "ix_outbox_destination_thread_source_thread_id_seq",
        "outbox",
        ["destination", "thread_source", "thread_id", "seq"],
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_destination_thread_source_thread_id_seq", "outbox")
    op.create_index(
        "ix_outbox_destination_source_incident_id_seq", "outbox", ["destination", "source", "incident_id", "seq"]
    )
    for column in ("thread_id", "thread_source"):
        op.drop_column("outbox", column)
    for table in ("group_members", "groups"):
        op.drop_table(table)
