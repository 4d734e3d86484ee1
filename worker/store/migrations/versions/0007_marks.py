"""What is noted bears a mark, so that what is noted again while it is being compared is not crossed out; and is taken by one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("changed_years", sa.Column("mark", sa.String(32), nullable=False, server_default=""))
    op.add_column("changed_years", sa.Column("taken_until", sa.Double(), nullable=False, server_default="0"))
