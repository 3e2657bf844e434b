"""The tables of releases: what was published, what people are given, and who moved that when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "releases",
        sa.Column("laboratory", sa.String(30), primary_key=True),
        sa.Column("digest", sa.String(71), primary_key=True),
        sa.Column("image", sa.String(300), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("origin", sa.String(12), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made", sa.Float, nullable=False),
        sa.Column("based_on", sa.String(71), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("not_before", sa.Float, nullable=False),
        sa.Column("report", sa.Integer, nullable=False),
    )
    op.create_index("releases_in_state", "releases", ["state", "not_before"])
    op.create_table(
        "release_channels",
        sa.Column("laboratory", sa.String(30), primary_key=True),
        sa.Column("audience", sa.String(10), primary_key=True),
        sa.Column("digest", sa.String(71)),
        sa.Column("written", sa.String(300), nullable=False),
    )
    op.create_table(
        "release_moves",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("laboratory", sa.String(30), nullable=False),
        sa.Column("audience", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("before", sa.String(71)),
        sa.Column("after", sa.String(71)),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("release_moves_of", "release_moves", ["laboratory", "id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("release_moves")
    op.drop_table("release_channels")
    op.drop_table("releases")
