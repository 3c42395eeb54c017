"""Search

Revision: 0006_search, after: 0005_catalogue
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006_search'
down_revision = '0005_catalogue'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')
    op.create_table('product_search',
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('refreshed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('offered_from', sa.Date(), nullable=False),
    sa.Column('offered_to', sa.Date(), nullable=False),
    sa.Column('recognised', sa.Boolean(), nullable=False),
    sa.Column('category_code', sa.Text(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('prefecture_code', sa.Text(), nullable=False),
    sa.Column('area_class', sa.Text(), nullable=False),
    sa.Column('from_price_fen', sa.BigInteger(), nullable=True),
    sa.Column('sales', sa.BigInteger(), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('name_key', sa.Text(), nullable=False),
    sa.Column('category_key', sa.Text(), nullable=False),
    sa.Column('place_key', sa.Text(), nullable=False),
    sa.Column('producer_key', sa.Text(), nullable=False),
    sa.Column('tokens', postgresql.TSVECTOR(), nullable=False),
    sa.ForeignKeyConstraint(['category_code'], ['categories.code'], name=op.f('fk_product_search_category_code')),
    sa.ForeignKeyConstraint(['county_code'], ['areas.code'], name=op.f('fk_product_search_county_code')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_product_search_product_id')),
    sa.PrimaryKeyConstraint('product_id', name=op.f('pk_product_search'))
    )
    # Tokens are only ever read through their index. Stored outside and as they are, they leave
    # rows of some hundred bytes, of which a broad search reads thousands.
    op.execute('ALTER TABLE product_search ALTER COLUMN tokens SET STORAGE EXTERNAL')
    for key in ('name_key', 'category_key', 'place_key', 'producer_key'):
        op.execute(f'ALTER TABLE product_search ALTER COLUMN {key} SET STORAGE MAIN')
    op.execute('ALTER TABLE product_search SET (toast_tuple_target = 1024)')
    op.create_index('ix_product_search_tokens', 'product_search', ['tokens'], unique=False, postgresql_using='gin', postgresql_with={'fastupdate': 'off'})
    op.create_index('ix_product_search_newest', 'product_search', ['listed_at', 'product_id'], unique=False)
    op.create_index('ix_product_search_sales', 'product_search', ['sales', 'product_id'], unique=False)
    op.create_index('ix_product_search_price_up', 'product_search', [sa.text('coalesce(from_price_fen, 9007199254740991)'), 'product_id'], unique=False)
    op.create_index('ix_product_search_price_down', 'product_search', [sa.text('coalesce(from_price_fen, 0)'), 'product_id'], unique=False)
    op.create_index('ix_product_search_category', 'product_search', ['category_code', 'listed_at', 'product_id'], unique=False)
    op.create_index('ix_product_search_county', 'product_search', ['county_code', 'listed_at', 'product_id'], unique=False)
    op.create_table('search_words',
    sa.Column('word', sa.Text(), nullable=False),
    sa.Column('sound', sa.Text(), nullable=False),
    sa.Column('products', sa.BigInteger(), nullable=False),
    sa.Column('learnt_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('word', name=op.f('pk_search_words'))
    )
    op.create_index('ix_search_words_sound', 'search_words', ['sound'], unique=False, postgresql_using='gin', postgresql_with={'fastupdate': 'off'}, postgresql_ops={'sound': 'gin_trgm_ops'})
    op.create_table('product_sales',
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('as_of', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('quantity >= 0 AND amount_fen >= 0', name=op.f('ck_product_sales_sums')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_product_sales_product_id')),
    sa.PrimaryKeyConstraint('product_id', name=op.f('pk_product_sales'))
    )
    op.create_index(op.f('ix_product_sales_as_of'), 'product_sales', ['as_of'], unique=False)
    op.create_index('ix_order_events_at', 'order_events', ['at'], unique=False, postgresql_using='brin')


def downgrade() -> None:
    op.drop_index('ix_order_events_at', table_name='order_events', postgresql_using='brin')
    op.drop_table('product_sales')
    op.drop_table('search_words')
    op.drop_table('product_search')
    op.execute('DROP EXTENSION pg_trgm')
