"""Reports are kept by column beside their JSON, for whoever makes tables of very many. What was read before has its JSON alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("results", sa.Column("by_column", sa.LargeBinary()))
