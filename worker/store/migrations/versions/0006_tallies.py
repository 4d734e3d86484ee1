"""What the quality of a batch is told from: a tally of each document, and beside each decision what had been read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("documents", sa.Column("tally", sa.JSON()))
    op.add_column("decisions", sa.Column("read", sa.Text()))
    op.add_column("decisions", sa.Column("read_confidence", sa.Double()))
    op.add_column("decisions", sa.Column("read_accepted", sa.Boolean()))
