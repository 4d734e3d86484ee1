"""What Alembic runs: on the connection that it is given, inside its transaction."""

from __future__ import annotations

from alembic import context

from worker.store.records import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
