"""The history of the tables, for Alembic. ``Database.migrate`` applies it; there is no alembic.ini to keep."""
