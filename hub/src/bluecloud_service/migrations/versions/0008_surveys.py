"""The tables of surveys: those that were switched on, and what was answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "surveys",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("laboratory", sa.String(30), nullable=False),
        sa.Column("begun", sa.Float, nullable=False),
        sa.Column("ended", sa.Float),
    )
    is_on = sa.text("ended IS NULL")
    op.create_index(
        "surveys_on", "surveys", ["laboratory"], unique=True,
        sqlite_where=is_on, postgresql_where=is_on,
    )  # fmt: skip
    op.create_table(
        "survey_answers",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "survey",
            sa.Integer,
            sa.ForeignKey("surveys.number", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("person", sa.String(64)),
        sa.Column("meets_needs", sa.Integer, nullable=False),
        sa.Column("easy_to_use", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.UniqueConstraint("survey", "person", name="survey_answers_of_person"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("survey_answers")
    op.drop_table("surveys")
