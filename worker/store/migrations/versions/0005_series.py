"""Reports are compared with those of the same organ."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. What was read before is compared too."""
    op.create_table(
        "changed_years",
        sa.Column("organ", sa.Text(), primary_key=True),
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
    )
    op.execute(
        "INSERT INTO changed_years (organ, year) "
        "SELECT DISTINCT organ, year FROM results WHERE organ IS NOT NULL AND year IS NOT NULL"
    )
