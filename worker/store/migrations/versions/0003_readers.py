"""Cells that one person has read are kept from that person until a second one has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("review_items", sa.Column("reader", sa.String(200)))
