"""Long documents are read by ranges of pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("documents", sa.Column("first_page", sa.Integer()))
    op.add_column("documents", sa.Column("last_page", sa.Integer()))
    op.add_column("documents", sa.Column("content", sa.String(64)))
