"""The table of stored logins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "credentials",
        sa.Column("person", sa.String(255), primary_key=True),
        sa.Column("source", sa.String(30), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("stored", sa.Float, nullable=False),
        sa.Column("expires", sa.Float),
        sa.Column("fetched", sa.Float),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("credentials")
