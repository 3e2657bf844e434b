"""The tables of metering: servers as they were seen, runs that ended, and what each read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "metered_servers",
        sa.Column("person", sa.String(255), primary_key=True),
        sa.Column("laboratory", sa.String(30), primary_key=True),
        sa.Column("started", sa.Float, primary_key=True),
        sa.Column("seen", sa.Float, nullable=False),
        sa.Column("cpus", sa.Float, nullable=False),
        sa.Column("memory_bytes", sa.Float, nullable=False),
    )
    op.create_table(
        "metered_runs",
        sa.Column("run", sa.String(25), primary_key=True),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("laboratory", sa.String(30), nullable=False),
        sa.Column("ended", sa.Float, nullable=False),
        sa.Column("wall_s", sa.Float, nullable=False),
        sa.Column("cpu_s", sa.Float, nullable=False),
        sa.Column("memory_bytes", sa.Float, nullable=False),
    )
    op.create_index("metered_runs_ended", "metered_runs", ["ended"])
    op.create_table(
        "metered_reads",
        sa.Column("run", sa.String(25), primary_key=True),
        sa.Column("source", sa.String(40), primary_key=True),
        sa.Column("tier", sa.String(10), primary_key=True),
        sa.Column("reads", sa.Integer, nullable=False),
        sa.Column("bytes", sa.Float, nullable=False),
    )


def downgrade() -> None:
    """Go back."""
    for table in ("metered_reads", "metered_runs", "metered_servers"):
        op.drop_table(table)
