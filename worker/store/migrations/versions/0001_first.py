"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    _batches_and_sources()
    _documents()
    _results()
    _decisions()
    _review_items()


def _batches_and_sources() -> None:
    op.create_table(
        "batches",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", sa.String(500), nullable=False, unique=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("interactive", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
    )
    op.create_table(
        "sources",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
    )
    op.create_table(
        "replies",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("body", sa.Text()),
        sa.Column("created_at", sa.Double(), nullable=False),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", ID, primary_key=True),
        sa.Column("batch_id", ID, sa.ForeignKey("batches.id"), nullable=False),
        sa.Column("parent_id", ID, sa.ForeignKey("documents.id")),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("sources.sha256")),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("queue", sa.String(20), nullable=False),
        sa.Column("interactive", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(120)),
        sa.Column("lease_until", sa.Double()),
        sa.Column("pipeline_version", sa.String(64)),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("cells_accepted", sa.Integer(), nullable=False),
        sa.Column("cells_review", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(40)),
        sa.Column("error_message", sa.Text()),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("queued_at", sa.Double()),
        sa.Column("started_at", sa.Double()),
        sa.Column("finished_at", sa.Double()),
        sa.Column("inbox_path", sa.LargeBinary()),
        sa.Column("settled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.UniqueConstraint("batch_id", "key"),
    )
    op.create_index("ix_documents_batch_status", "documents", ["batch_id", "status", "id"])
    op.create_index("ix_documents_status", "documents", ["status", "queued_at"])
    op.create_index("ix_documents_parent", "documents", ["parent_id", "status"])
    op.create_index("ix_documents_unsettled", "documents", ["settled", "status"])
    op.create_index("ix_documents_sha256", "documents", ["sha256"])


def _results() -> None:
    op.create_table(
        "results",
        sa.Column("id", ID, primary_key=True),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("sources.sha256"), nullable=False),
        sa.Column("named", sa.String(32), nullable=False),
        sa.Column("pipeline_version", sa.String(64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("is_report", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("organ", sa.Text()),
        sa.Column("region", sa.String(12)),
        sa.Column("year", sa.Integer()),
        sa.Column("form", sa.String(8)),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.UniqueConstraint("sha256", "named", "pipeline_version", "part"),
    )
    op.create_index("ix_results_organ", "results", ["organ", "year"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", ID, primary_key=True),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("sources.sha256"), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document_id", ID, sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("cell", sa.String(120), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text()),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.UniqueConstraint("sha256", "part", "version"),
    )


def _review_items() -> None:
    op.create_table(
        "review_items",
        sa.Column("id", ID, primary_key=True),
        sa.Column("document_id", ID, sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("batch_id", ID, sa.ForeignKey("batches.id"), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("cell", sa.String(120)),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("organ", sa.String(200)),
        sa.Column("year", sa.Integer()),
        sa.Column("rank", sa.Integer(), nullable=False),
    )
    op.create_index("ix_review_all", "review_items", ["rank", "id"])
    op.create_index("ix_review_batch", "review_items", ["batch_id", "rank", "id"])
    op.create_index("ix_review_code", "review_items", ["code", "rank", "id"])
    op.create_index("ix_review_organ", "review_items", ["organ", "rank", "id"])
    op.create_index("ix_review_document", "review_items", ["document_id", "part", "cell"])
