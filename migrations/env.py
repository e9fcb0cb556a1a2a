"""Runs the migrations on the connection that passport_api.store.migration hands over."""

from alembic import context

from passport_api.store.migration import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
