"""The tables of feedback: threads, and the words in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("laboratory", sa.String(30), nullable=False),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("version", sa.String(100), nullable=False),
        sa.Column("notebook", sa.String(255), nullable=False),
        sa.Column("run", sa.String(25), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("made", sa.Float, nullable=False),
        sa.Column("changed", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
    )
    op.create_index("feedback_of_person", "feedback", ["person", "changed"])
    op.create_index("feedback_of_laboratory", "feedback", ["laboratory", "changed"])
    op.create_table(
        "feedback_words",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "thread",
            sa.String(20),
            sa.ForeignKey("feedback.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("author", sa.String(255), nullable=False),
        sa.Column("is_manager", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("feedback_words_of_thread", "feedback_words", ["thread", "number"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("feedback_words")
    op.drop_table("feedback")
