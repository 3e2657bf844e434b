"""The table of schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "schedules",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("laboratory", sa.String(30), nullable=False),
        sa.Column("notebook", sa.String(255), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("cron", sa.String(100), nullable=False),
        sa.Column("timezone", sa.String(60), nullable=False),
        sa.Column("made", sa.Float, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        sa.Column("last_due", sa.Float),
        sa.Column("last_submission", sa.String(20), nullable=False),
        sa.Column("last_fault", sa.Text, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
    )
    op.create_index("schedules_due", "schedules", ["due"])
    op.create_index("schedules_of_person", "schedules", ["person"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("schedules")
