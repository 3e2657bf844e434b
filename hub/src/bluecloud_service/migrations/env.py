"""Alembic's own way in: the connection comes from `bluecloud_service.database`."""

from __future__ import annotations

from alembic import context

from bluecloud_service.runs.index import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table="service_version",  # JupyterHub's lies in the same database
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
