"""Imports of sheets

Revision: 0010_sheets, after: 0009_vouchers
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0010_sheets'
down_revision = '0009_vouchers'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('catalogue_imports',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('no', sa.Text(), nullable=False),
    sa.Column('producer_id', sa.BigInteger(), nullable=False),
    sa.Column('by_kind', sa.Text(), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('mode', sa.Text(), nullable=True),
    sa.Column('submit', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('listing', sa.Text(), nullable=True),
    sa.Column('listing_by_user_id', sa.BigInteger(), nullable=True),
    sa.Column('failure', sa.Text(), nullable=True),
    sa.Column('rows_total', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('rows_done', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('products_new', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('products_changed', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('products_unchanged', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('products_bad', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('bad_rows', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('errors', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('runner', sa.Text(), nullable=True),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("listing IN ('running', 'done')", name=op.f('ck_catalogue_imports_listing')),
    sa.CheckConstraint("mode IN ('all', 'good_rows')", name=op.f('ck_catalogue_imports_mode')),
    sa.CheckConstraint("state IN ('waiting', 'checking', 'checked', 'applying', 'applied', 'failed')", name=op.f('ck_catalogue_imports_state')),
    sa.ForeignKeyConstraint(['by_user_id'], ['users.id'], name=op.f('fk_catalogue_imports_by_user_id')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_catalogue_imports_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_imports')),
    sa.UniqueConstraint('no', name=op.f('uq_catalogue_imports_no'))
    )
    op.create_index('ix_catalogue_imports_listing', 'catalogue_imports', ['id'], unique=False, postgresql_where=sa.text("listing = 'running'"))
    op.create_index(op.f('ix_catalogue_imports_producer_id'), 'catalogue_imports', ['producer_id'], unique=False)
    op.create_index('uq_catalogue_imports_under_way', 'catalogue_imports', ['producer_id'], unique=True, postgresql_where=sa.text("state IN ('waiting', 'checking', 'applying')"))
    op.create_table('catalogue_import_errors',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=False),
    sa.Column('sheet', sa.Text(), nullable=False),
    sa.Column('row', sa.BigInteger(), nullable=True),
    sa.Column('column', sa.Text(), nullable=True),
    sa.Column('heading', sa.Text(), nullable=True),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('remedy', sa.Text(), nullable=False),
    sa.Column('product_code', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['catalogue_imports.id'], name=op.f('fk_catalogue_import_errors_import_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_import_errors'))
    )
    op.create_index(op.f('ix_catalogue_import_errors_import_id'), 'catalogue_import_errors', ['import_id'], unique=False)
    op.create_table('catalogue_import_events',
    sa.Column('import_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('from_state', sa.Text(), nullable=True),
    sa.Column('to_state', sa.Text(), nullable=False),
    sa.Column('by_kind', sa.Text(), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['catalogue_imports.id'], name=op.f('fk_catalogue_import_events_import_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_import_events'))
    )
    op.create_index(op.f('ix_catalogue_import_events_import_id'), 'catalogue_import_events', ['import_id'], unique=False)
    op.create_table('catalogue_import_files',
    sa.Column('import_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['catalogue_imports.id'], name=op.f('fk_catalogue_import_files_import_id')),
    sa.PrimaryKeyConstraint('import_id', name=op.f('pk_catalogue_import_files'))
    )
    op.create_index(op.f('ix_catalogue_import_files_created_at'), 'catalogue_import_files', ['created_at'], unique=False)
    op.create_table('catalogue_import_products',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('import_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('rows', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('row_count', sa.BigInteger(), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('version_id', sa.BigInteger(), nullable=True),
    sa.Column('listing', sa.Text(), nullable=True),
    sa.Column('message', sa.Text(), nullable=True),
    sa.CheckConstraint("listing IN ('listed', 'flagged', 'refused')", name=op.f('ck_catalogue_import_products_listing')),
    sa.CheckConstraint("outcome IN ('new', 'changed', 'unchanged', 'bad')", name=op.f('ck_catalogue_import_products_outcome')),
    sa.CheckConstraint("result IN ('applied', 'skipped', 'failed')", name=op.f('ck_catalogue_import_products_result')),
    sa.ForeignKeyConstraint(['import_id'], ['catalogue_imports.id'], name=op.f('fk_catalogue_import_products_import_id')),
    sa.ForeignKeyConstraint(['version_id'], ['product_versions.id'], name=op.f('fk_catalogue_import_products_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_import_products')),
    sa.UniqueConstraint('import_id', 'position', name=op.f('uq_catalogue_import_products_import_id_position'))
    )
    op.create_index('ix_catalogue_import_products_to_apply', 'catalogue_import_products', ['import_id', 'position'], unique=False, postgresql_where=sa.text('result IS NULL'))
    op.execute("""
        CREATE TRIGGER catalogue_import_events_only_grows
        BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_import_events
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    op.drop_index('ix_catalogue_import_products_to_apply', table_name='catalogue_import_products', postgresql_where=sa.text('result IS NULL'))
    op.drop_table('catalogue_import_products')
    op.drop_index(op.f('ix_catalogue_import_files_created_at'), table_name='catalogue_import_files')
    op.drop_table('catalogue_import_files')
    op.drop_index(op.f('ix_catalogue_import_events_import_id'), table_name='catalogue_import_events')
    op.drop_table('catalogue_import_events')
    op.drop_index(op.f('ix_catalogue_import_errors_import_id'), table_name='catalogue_import_errors')
    op.drop_table('catalogue_import_errors')
    op.drop_index('uq_catalogue_imports_under_way', table_name='catalogue_imports', postgresql_where=sa.text("state IN ('waiting', 'checking', 'applying')"))
    op.drop_index(op.f('ix_catalogue_imports_producer_id'), table_name='catalogue_imports')
    op.drop_index('ix_catalogue_imports_listing', table_name='catalogue_imports', postgresql_where=sa.text("listing = 'running'"))
    op.drop_table('catalogue_imports')
