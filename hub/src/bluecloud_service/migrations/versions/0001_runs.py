"""The table of runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(25), primary_key=True),
        sa.Column("submission", sa.String(20), nullable=False),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("laboratory", sa.String(30), nullable=False),
        sa.Column("notebook", sa.String(255), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("same", sa.String(64), nullable=False),
        sa.Column("cpus", sa.Float, nullable=False),
        sa.Column("memory_bytes", sa.Float, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("settled", sa.Integer, nullable=False),
        sa.Column("cause", sa.String(24), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("unit", sa.String(128), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("cells", sa.Integer, nullable=False),
        sa.Column("cells_done", sa.Integer, nullable=False),
        sa.Column("submitted", sa.Float, nullable=False),
        sa.Column("started", sa.Float),
        sa.Column("ended", sa.Float),
    )
    op.create_index("runs_of_person", "runs", ["person", "submitted", "id"])
    op.create_index("runs_of_laboratory", "runs", ["laboratory", "submitted"])
    op.create_index("runs_unsettled", "runs", ["settled", "state"])
    op.create_index("runs_of_submission", "runs", ["submission"])
    op.create_index("runs_alike", "runs", ["same", "state"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("runs")
