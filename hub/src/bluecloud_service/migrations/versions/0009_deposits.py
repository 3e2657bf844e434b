"""The table of deposits: which version of a product went into which repository, and how far."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "deposits",
        sa.Column("product", sa.String(20), sa.ForeignKey("products.id"), primary_key=True),
        sa.Column("repository", sa.String(30), primary_key=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("draft", sa.String(255), nullable=False),
        sa.Column("identifier", sa.String(255), nullable=False),
        sa.Column("doi", sa.String(255), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("deposits")
