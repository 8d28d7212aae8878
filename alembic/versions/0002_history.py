"""Packed history: hours of samples and their rollups, a partition for each day, and one row a week."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TABLES = ("history", "history_recent", "history_week")


def _packed() -> list[sa.Column[object]]:
    """Many columns in one value; `ends` says where that of each series ends."""
    return [
        sa.Column("series", ARRAY(sa.Integer), nullable=False),
        sa.Column("ends", ARRAY(sa.Integer), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    ]


def upgrade() -> None:
    """Make the tables of packed history."""
    op.create_table(
        "history_series",
        sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
        sa.Column("place", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "history",
        sa.Column("at", _MOMENT, primary_key=True),
        sa.Column("machine_id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("tier", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("part", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("started", _MOMENT, nullable=False),
        sa.Column("ended", _MOMENT, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("sources", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("firsts", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("lasts", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("axis", sa.LargeBinary, nullable=False),
        *_packed(),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_table(
        "history_recent",
        sa.Column("at", _MOMENT, primary_key=True),
        sa.Column("machine_id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("part", sa.SmallInteger, primary_key=True, autoincrement=False),
        *_packed(),
    )
    op.create_table(
        "history_week",
        sa.Column("at", _MOMENT, primary_key=True),
        sa.Column("machine_id", sa.SmallInteger, primary_key=True, autoincrement=False),
        *_packed(),
    )
    for table in _TABLES:
        # packed already; and only what is stored plainly can be read in parts
        op.execute(f"ALTER TABLE {table} ALTER body SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE history ALTER axis SET STORAGE EXTERNAL")


def downgrade() -> None:
    """Remove packed history; its samples are lost."""
    for table in (*_TABLES, "history_series"):
        op.drop_table(table)
