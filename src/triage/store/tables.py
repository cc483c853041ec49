"""The tables as the code uses them; `migrations` makes them. Kept to what SQLite and PostgreSQL both have.

In one module though it is long: keys lead from table to table, and whoever changes one sees here what hangs on it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

__all__ = [
    "NO_OUTLOOK",
    "UtcDateTime",
    "automatic_labels",
    "changes",
    "decisions",
    "deliveries",
    "destinations",
    "feedback",
    "group_members",
    "groups",
    "incidents",
    "keyed_answers",
    "label_verdicts",
    "metadata",
    "metric_batches",
    "outbox",
    "outcomes",
    "revisions",
    "unlabelled",
    "warnings",
    "watcher_snapshots",
    "withdrawals",
]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC, also where the database knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102  # SQLAlchemy's signature
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Names, so that later migrations can drop a constraint on any database.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# What answers from before there were outlooks said; see `triage.flow.outlook_document`.
NO_OUTLOOK = '{"risks":{},"duration":null,"precedents":[],"duplicate":null}'

# SQLite numbers rows by itself only in a column of exactly this type.
_Sequence = BigInteger().with_variant(Integer, "sqlite")

incidents = Table(
    "incidents",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("source", String(255), nullable=False),
    Column("incident_id", String(255), nullable=False),
    # The one that is in force, which a late one does not change; and how many there are.
    Column("revision", Integer, nullable=False),
    Column("revisions", Integer, nullable=False, server_default="1"),
    UniqueConstraint("source", "incident_id"),
    Index(None, "incident_id", "source"),
    Index(None, "source", "seq"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("source", String(255), primary_key=True),
    Column("incident_id", String(255), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("opened_at", UtcDateTime),
    Column("as_of", UtcDateTime),
    Column("digest", String(64), nullable=False),
    Column("labels", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False, server_default="open"),
    ForeignKeyConstraint(["source", "incident_id"], ["incidents.source", "incidents.incident_id"]),
)

decisions = Table(
    "decisions",
    metadata,
    Column("source", String(255), primary_key=True),
    Column("incident_id", String(255), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("answered_at", UtcDateTime),
    Column("degraded", Text, nullable=False),
    Column("predictions", Text, nullable=False),
    Column("outlook", Text, nullable=False, server_default=NO_OUTLOOK),
    ForeignKeyConstraint(
        ["source", "incident_id", "revision"], ["revisions.source", "revisions.incident_id", "revisions.revision"]
    ),
)

feedback = Table(
    "feedback",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("source", String(255), nullable=False),
    Column("incident_id", String(255), nullable=False),
    Column("target", String(255), nullable=False),
    Column("label", Text, nullable=False),
    Column("given_by", String(255), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(["source", "incident_id"], ["incidents.source", "incidents.incident_id"]),
    Index(None, "source", "incident_id"),
)

changes = Table(
    "changes",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("source", String(255), nullable=False),
    Column("change_id", String(255), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("occurred_at", UtcDateTime),
    Column("summary", Text, nullable=False),
    Column("labels", Text, nullable=False),
    UniqueConstraint("source", "change_id"),
)

# Numbered by the flow, whose order of applying them is that of the numbers.
metric_batches = Table(
    "metric_batches",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("points", Integer, nullable=False),
    Column("columns", LargeBinary, nullable=False),
)

# One row: the state after the batch `seq`, without which that and all earlier ones are still needed.
watcher_snapshots = Table(
    "watcher_snapshots",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=False),
    Column("origin", Text, nullable=False),
    Column("last_ns", BigInteger, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("state", LargeBinary, nullable=False),
)

warnings = Table(
    "warnings",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("warning_id", String(255), nullable=False),
    Column("entity", String(255), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("score", Float(53), nullable=False),
    Column("causes", Text, nullable=False),
    Column("why", Text, nullable=False),
    # Empty where it began a problem of its own, which is open until all of its parts are over.
    Column("part_of", String(255), nullable=False, server_default=""),
    Column("ended_at", UtcDateTime),
    Column("size", Integer, nullable=False, server_default="1"),
    Column("similarity", Float(53), nullable=False, server_default="1"),
    Column("reasons", Text, nullable=False, server_default="[]"),
    # JSON; a warning without an early-warning model has none.
    Column("forecast", Text),
    # JSON, of those that a series is about to reach its limit.
    Column("saturation", Text),
    UniqueConstraint("warning_id"),
    Index(None, "entity", "seq"),
    Index(None, "closed_at", "seq"),
    Index(None, "part_of", "seq"),
)

# What has not been delivered: it waits, is being sent, or is dead. Sent in the order of `seq`, record by record.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("destination", String(63), nullable=False),
    Column("source", String(255), nullable=False),
    Column("incident_id", String(255), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("was_tried", Boolean, nullable=False),
    # While it waits: the next attempt. While it is sent: when it was claimed. Once it is dead: since when.
    Column("due_at", UtcDateTime, nullable=False),
    Column("claimed_by", BigInteger),
    Column("reason", Text, nullable=False),
    Column("edit", Text),
    # The incident whose record at the destination it is about: its own, or that of the one that began its group.
    Column("thread_source", String(255), nullable=False, server_default=""),
    Column("thread_id", String(255), nullable=False, server_default=""),
    ForeignKeyConstraint(
        ["source", "incident_id", "revision"], ["revisions.source", "revisions.incident_id", "revisions.revision"]
    ),
    Index(None, "destination", "state", "due_at", "seq"),
    Index(None, "thread_source", "thread_id", "destination", "seq"),
    Index(None, "state", "seq"),
)

# Up to which revision a destination knows an incident, and what it calls it.
deliveries = Table(
    "deliveries",
    metadata,
    Column("destination", String(63), primary_key=True),
    Column("source", String(255), primary_key=True),
    Column("incident_id", String(255), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("ref", String(255), nullable=False),
    Column("delivered_at", UtcDateTime, nullable=False),
    Index(None, "destination", "ref"),
)

# Those that said that they want nothing any more.
destinations = Table(
    "destinations",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("disabled_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
)

# Revisions that went on without labels, in the order in which they came; gone once labels follow.
unlabelled = Table(
    "unlabelled",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("source", String(255), nullable=False),
    Column("incident_id", String(255), nullable=False),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("source", "incident_id", "revision"),
)

# What was answered on requests that came with a key; see `triage.flow.KeyedAnswers`.
keyed_answers = Table(
    "keyed_answers",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
    Index(None, "stored_at"),
)

# How far each tracker has been read; see `triage.flow.Polls`.
polls = Table(
    "polls",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("mark", Text, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
)

# How incidents ended, a row for each thing that became known; of two about the same the later known counts.
outcomes = Table(
    "outcomes",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("source", String(255), nullable=False),
    Column("incident_id", String(255), nullable=False),
    Column("name", String(255), nullable=False),
    Column("value", Text, nullable=False),
    Column("known_at", UtcDateTime, nullable=False),
    Column("given_by", String(255), nullable=False),
    Column("is_ours", Boolean, nullable=False),
    ForeignKeyConstraint(["source", "incident_id"], ["incidents.source", "incidents.incident_id"]),
    Index(None, "source", "incident_id", "seq"),
)

# Incidents that are one problem, as their members make them.
groups = Table(
    "groups",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("group_id", String(32), nullable=False),
    Column("lead_source", String(255), nullable=False),
    Column("lead_id", String(255), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("size", Integer, nullable=False),
    Column("open", Integer, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("touched_at", UtcDateTime, nullable=False),
    UniqueConstraint("group_id"),
    Index(None, "ended_at", "seq"),
)

# `change` numbers all that came in on members: whoever has seen everything up to one asks for what is after it.
group_members = Table(
    "group_members",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("group_id", String(32), nullable=False),
    Column("source", String(255), nullable=False),
    Column("incident_id", String(255), nullable=False),
    Column("change", BigInteger, nullable=False),
    Column("entity", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("fingerprint", String(32), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("similarity", Float(53), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("touched_at", UtcDateTime, nullable=False),
    # JSON; nothing waits, nor should, where there is none.
    Column("pause", Text),
    ForeignKeyConstraint(["source", "incident_id"], ["incidents.source", "incidents.incident_id"]),
    UniqueConstraint("source", "incident_id"),
    Index(None, "group_id", "seq"),
    Index(None, "change"),
    Index(None, "fingerprint", "seq"),
)

# The first that people said of a label which was automatic, or would have been; see `triage.flow.Oversight`.
label_verdicts = Table(
    "label_verdicts",
    metadata,
    Column("source", String(255), primary_key=True),
    Column("incident_id", String(255), primary_key=True),
    Column("target", String(255), primary_key=True),
    Column("model", String(63), nullable=False),
    Column("version", String(63), nullable=False),
    Column("label", Text, nullable=False),
    Column("is_audit", Boolean, nullable=False),
    Column("is_right", Boolean, nullable=False),
    Column("known_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(["source", "incident_id"], ["incidents.source", "incidents.incident_id"]),
    Index(None, "model", "version"),
)

# How many labels were set automatically.
automatic_labels = Table(
    "automatic_labels",
    metadata,
    Column("model", String(63), primary_key=True),
    Column("version", String(63), primary_key=True),
    Column("target", String(255), primary_key=True),
    Column("label", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
)

# Labels of a model's target, or with an empty label whole targets, that are not automatic any more.
withdrawals = Table(
    "withdrawals",
    metadata,
    Column("model", String(63), primary_key=True),
    Column("version", String(63), primary_key=True),
    Column("target", String(255), primary_key=True),
    Column("label", Text, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
)
