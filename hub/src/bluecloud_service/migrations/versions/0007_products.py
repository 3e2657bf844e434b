"""The table of products: what was proposed, decided, published and withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "products",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("laboratory", sa.String(30), nullable=False),
        sa.Column("slug", sa.String(36), nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("run", sa.String(25), nullable=False),
        sa.Column("proposed_by", sa.String(255), nullable=False),
        sa.Column("proposed", sa.Float, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("title", sa.String(220), nullable=False),
        sa.Column("decided_by", sa.String(255), nullable=False),
        sa.Column("decided", sa.Float),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("embargo", sa.String(10)),
        sa.Column("members_only", sa.Boolean, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("answers", sa.Text, nullable=False),
        sa.Column("checks", sa.Text, nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.UniqueConstraint("laboratory", "slug", "version", name="products_version"),
    )
    op.create_index("products_in_state", "products", ["state", "laboratory"])
    op.create_index("products_of_person", "products", ["proposed_by"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("products")
