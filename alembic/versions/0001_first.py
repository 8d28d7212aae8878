"""The first schema: machines, users, samples, settings, policy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NOW = sa.func.now()

# The value at one place of a batch for its sample number `position` (from 0); NULL where it was not known.
_PICK = """
CREATE FUNCTION perfwatch_picked(node jsonb, "position" integer) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
    SELECT CASE jsonb_typeof(node)
        WHEN 'array' THEN nullif(
            node -> CASE jsonb_array_length(node) WHEN 1 THEN 0 ELSE "position" END, 'null'
        )
        WHEN 'object' THEN (
            SELECT jsonb_object_agg(key, picked)
            FROM (SELECT key, perfwatch_picked(value, "position") AS picked FROM jsonb_each(node)) AS fields
            WHERE picked IS NOT NULL
        )
        ELSE nullif(node, 'null')
    END
$body$
"""
# One row for each sample and type of the batches that a condition picks.
_ROWS = """
SELECT batch.machine_id, batch.started + moment.value::bigint * interval '1 microsecond' AS "timestamp",
       type.key AS metric_type, picked.value AS metric_data
FROM metrics_batch AS batch
CROSS JOIN LATERAL (SELECT batch.samples::jsonb AS body OFFSET 0) AS whole
CROSS JOIN LATERAL jsonb_each(whole.body -> 'data') AS type
CROSS JOIN LATERAL jsonb_array_elements_text(whole.body -> 'at') WITH ORDINALITY AS moment (value, number)
CROSS JOIN LATERAL (SELECT perfwatch_picked(type.value, moment.number::integer - 1) AS value) AS picked
WHERE picked.value IS NOT NULL
"""
_VIEW = f"CREATE VIEW metrics_snapshot AS {_ROWS}"
# The view's rows of a span, found by the index on (machine_id, started): a planner cannot turn a condition on a
# computed timestamp into one on `started`. No batch spans more than 300 s. The server puts this function's text
# into the query that calls it, so further conditions reach the table too.
_BETWEEN = f"""
CREATE FUNCTION metrics_between(since timestamptz, until timestamptz)
RETURNS TABLE (machine_id smallint, "timestamp" timestamptz, metric_type text, metric_data jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
{_ROWS} AND batch.started >= since - interval '300 s' AND batch.started < until AND batch.ended >= since
AND batch.started + moment.value::bigint * interval '1 microsecond' >= since
AND batch.started + moment.value::bigint * interval '1 microsecond' < until
$body$
"""


def upgrade() -> None:
    """Make all tables of the first version."""
    op.create_table(
        "machines",
        sa.Column("id", sa.SmallInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("first_seen", _MOMENT, nullable=False, server_default=_NOW),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
        sa.Column("username", sa.Text, nullable=False, unique=True),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("password_changed_at", _MOMENT, nullable=False, server_default=_NOW),
        sa.Column("created_at", _MOMENT, nullable=False, server_default=_NOW),
        sa.Column("last_login", _MOMENT),
    )
    _samples()
    _settings()


def _samples() -> None:
    op.create_table(
        "metrics_batch",
        sa.Column("source", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("first_number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("started", _MOMENT, nullable=False),
        sa.Column("ended", _MOMENT, nullable=False),
        sa.Column("sample_count", sa.Integer, nullable=False),
        sa.Column("machine_id", sa.SmallInteger, nullable=False),
        sa.Column("samples", sa.JSON, nullable=False),
    )
    op.create_index(None, "metrics_batch", ["machine_id", "started"])
    # rows are only ever added: vacuuming them for that alone would rewrite every page
    op.execute("ALTER TABLE metrics_batch SET (autovacuum_vacuum_insert_threshold = -1)")
    op.execute(_PICK)
    op.execute(_VIEW)
    op.execute(_BETWEEN)
    op.create_table(
        "live_sample",
        sa.Column("machine_id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("interval", sa.Double),
        sa.Column("data", sa.JSON, nullable=False),
        prefixes=["UNLOGGED"],
    )


def _settings() -> None:
    op.create_table(
        "config",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", postgresql.JSONB, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False, server_default=_NOW),
    )
    policy = op.create_table(
        "archive_policy",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False, server_default=sa.text("1")),
        sa.Column("retention_days", sa.Integer, nullable=False, server_default=sa.text("30")),
        sa.Column("archive_enabled", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("downsample_after_days", sa.Integer, nullable=False, server_default=sa.text("30")),
        sa.Column("downsample_interval", sa.Text, nullable=False, server_default=sa.text("'1m'")),
        sa.Column("size_limit_bytes", sa.BigInteger),
        sa.Column("last_archive_run", _MOMENT),
        sa.CheckConstraint("id = 1", name="single"),
        sa.CheckConstraint("retention_days BETWEEN 1 AND 3650", name="retention"),
        sa.CheckConstraint("downsample_after_days BETWEEN 0 AND 3650", name="downsample"),
        sa.CheckConstraint("downsample_interval IN ('1m', '5m', '1h')", name="interval"),
    )
    op.execute(policy.insert().values(id=1))


def downgrade() -> None:
    """Remove everything; all samples are lost."""
    op.execute("DROP FUNCTION metrics_between(timestamptz, timestamptz)")
    op.execute("DROP VIEW metrics_snapshot")
    op.execute("DROP FUNCTION perfwatch_picked(jsonb, integer)")
    for table in ("archive_policy", "config", "live_sample", "metrics_batch", "users", "machines"):
        op.drop_table(table)
