"""The tables of usage: runs that ended, and the sources that each read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "usage_runs",
        sa.Column("run", sa.String(25), primary_key=True),
        sa.Column("laboratory", sa.String(30), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("ended", sa.Float, nullable=False),
    )
    op.create_index("usage_runs_of_laboratory", "usage_runs", ["laboratory", "month"])
    op.create_table(
        "usage_sources",
        sa.Column("run", sa.String(25), primary_key=True),
        sa.Column("source", sa.String(40), primary_key=True),
        sa.Column("tier", sa.String(10), primary_key=True),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("usage_sources")
    op.drop_table("usage_runs")
