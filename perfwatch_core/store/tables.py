"""The tables, as SQLAlchemy sees them; the migrations under `alembic/` make them, a test holds both together.

Loaded only where it is worth its 21 MB (PSS): in the process that migrates and in tests. The store thread
runs all day beside the user's work and knows a dozen statements, which are text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMES = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_name)s_key",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}
Moment = DateTime(timezone=True)


class Table(DeclarativeBase):
    """What all tables share: how constraints are named."""

    metadata = MetaData(naming_convention=_NAMES)


class MachineRow(Table):
    """A machine that stores here; `key` is a keyed hash of its machine-id."""

    __tablename__ = "machines"
    id: Mapped[int] = mapped_column(SmallInteger, Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    first_seen: Mapped[datetime] = mapped_column(Moment, server_default=func.now())


class User(Table):
    """Who may log in; `password_hash` is bcrypt's own text."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    username: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    must_change: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    password_changed_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now())
    last_login: Mapped[datetime | None] = mapped_column(Moment)


class BatchRow(Table):
    """Up to thirty seconds of samples, column-wise; `store/batch.py` has the layout.

    No foreign key on `machine_id`: checking it would lock, and so rewrite, the machine's row at each commit.
    """

    __tablename__ = "metrics_batch"
    __table_args__ = (Index(None, "machine_id", "started"),)
    source: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    first_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    started: Mapped[datetime] = mapped_column(Moment)
    ended: Mapped[datetime] = mapped_column(Moment)
    sample_count: Mapped[int] = mapped_column(Integer)
    machine_id: Mapped[int] = mapped_column(SmallInteger)
    samples: Mapped[dict[str, Any]] = mapped_column(JSON)


class LiveSample(Table):
    """The newest sample of a machine that somebody follows; unlogged: after a crash it is worth nothing."""

    __tablename__ = "live_sample"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)
    machine_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Moment)
    interval: Mapped[float | None] = mapped_column(Double)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class ConfigEntry(Table):
    """One setting that was changed while running."""

    __tablename__ = "config"
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    updated_at: Mapped[datetime] = mapped_column(Moment, server_default=func.now(), onupdate=func.now())


class ArchivePolicy(Table):
    """How long samples are kept, and how finely; one row for the whole database."""

    __tablename__ = "archive_policy"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("retention_days BETWEEN 1 AND 3650", name="retention"),
        CheckConstraint("downsample_after_days BETWEEN 0 AND 3650", name="downsample"),
        CheckConstraint("downsample_interval IN ('1m', '5m', '1h')", name="interval"),
    )
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, server_default=text("1"), autoincrement=False)
    retention_days: Mapped[int] = mapped_column(Integer, server_default=text("30"))
    archive_enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    downsample_after_days: Mapped[int] = mapped_column(Integer, server_default=text("30"))
    downsample_interval: Mapped[str] = mapped_column(Text, server_default=text("'1m'"))
    size_limit_bytes: Mapped[int | None] = mapped_column(BigInteger)
    last_archive_run: Mapped[datetime | None] = mapped_column(Moment)


class Views(DeclarativeBase):
    """What is read like a table and never written; kept apart so that alembic does not try to make it."""


class MetricsSnapshot(Views):
    """The raw samples in the contract's shape, one row for each sample and type, without nulls."""

    __tablename__ = "metrics_snapshot"
    machine_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    timestamp: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    metric_type: Mapped[str] = mapped_column(Text, primary_key=True)
    metric_data: Mapped[dict[str, Any]] = mapped_column(JSONB)


class HistorySeries(Table):
    """The number of a place in the samples' JSON, a JSON list of its keys; the same for all machines."""

    __tablename__ = "history_series"
    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    place: Mapped[str] = mapped_column(Text, unique=True)


class _Packed:
    """Columns of many series in one value: that of `series[i]` ends at byte `ends[i]` of `body`."""

    at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    machine_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    series: Mapped[list[int]] = mapped_column(ARRAY(Integer), sort_order=1)
    ends: Mapped[list[int]] = mapped_column(ARRAY(Integer), sort_order=1)
    body: Mapped[bytes] = mapped_column(LargeBinary, sort_order=1)


class History(_Packed, Table):
    """An hour's samples (tier 0), or a day's five-minute rollup (tier 1); a partition for each UTC day.

    `step` is 0 for samples, else the seconds of a downsampled bucket. The samples numbered `firsts[i]` to
    `lasts[i]` of `sources[i]` are in here.
    """

    __tablename__ = "history"
    __table_args__ = ({"postgresql_partition_by": "RANGE (at)"},)
    tier: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    started: Mapped[datetime] = mapped_column(Moment)
    ended: Mapped[datetime] = mapped_column(Moment)
    step: Mapped[int] = mapped_column(Integer)
    sources: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    firsts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    lasts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    axis: Mapped[bytes] = mapped_column(LargeBinary)


class HistoryRecent(_Packed, Table):
    """Five-minute rollups of packed hours that are not yet part of their day's."""

    __tablename__ = "history_recent"
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)


class HistoryWeek(_Packed, Table):
    """Half-hourly rollups of seven days, counted from 1970-01-01."""

    __tablename__ = "history_week"
