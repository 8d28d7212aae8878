"""Runs the migrations on the connection that `perfwatch_core.store.schema` opened; no other way in."""

from __future__ import annotations

from alembic import context

from perfwatch_core.store.tables import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata)
context.run_migrations()
