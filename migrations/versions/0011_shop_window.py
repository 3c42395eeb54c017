"""Who corrected a stock, low stock and its notices; banners, topics and the counties' sales

Revision: 0011_shop_window, after: 0010_sheets
"""

import sqlalchemy as sa
from alembic import op

revision = '0011_shop_window'
down_revision = '0010_sheets'
branch_labels = None
depends_on = None

TARGETS = "target_kind IN ('product', 'topic', 'category', 'county', 'none')"


def upgrade() -> None:
    op.add_column('stock_movements', sa.Column('by_user_id', sa.BigInteger(), nullable=True))
    op.create_index('ix_stock_movements_of_sku', 'stock_movements', ['sku_id', 'id'])
    op.add_column('sku_stocks', sa.Column('low_at', sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f('ck_sku_stocks_low_at'), 'sku_stocks', 'low_at >= 0')
    op.create_index('ix_sku_stocks_watched', 'sku_stocks', ['sku_id'], postgresql_where=sa.text('low_at IS NOT NULL'))
    op.create_table('stock_notices',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('available', sa.BigInteger(), nullable=False),
    sa.Column('low_at', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seen_by', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(seen_at IS NULL) = (seen_by IS NULL)', name=op.f('ck_stock_notices_seen')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_stock_notices_sku_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_notices'))
    )
    op.create_index('uq_stock_notices_open', 'stock_notices', ['sku_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('ix_stock_notices_of_sku', 'stock_notices', ['sku_id', 'id'])
    op.create_table('banners',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('picture', sa.Text(), nullable=False),
    sa.Column('target_kind', sa.Text(), nullable=False),
    sa.Column('target_id', sa.Text(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sort', sa.BigInteger(), nullable=False),
    sa.CheckConstraint(TARGETS, name=op.f('ck_banners_target_kind')),
    sa.CheckConstraint("(target_kind = 'none') = (target_id IS NULL)", name=op.f('ck_banners_target')),
    sa.CheckConstraint('starts_at <= ends_at', name=op.f('ck_banners_validity')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_banners'))
    )
    op.create_index('ix_banners_ends_at', 'banners', ['ends_at'])
    op.create_table('topics',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('intro', sa.Text(), nullable=False),
    sa.Column('picture', sa.Text(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sort', sa.BigInteger(), nullable=False),
    sa.Column('prefecture_code', sa.Text(), nullable=True),
    sa.Column('county_code', sa.Text(), nullable=True),
    sa.Column('category_code', sa.Text(), nullable=True),
    sa.CheckConstraint('starts_at <= ends_at', name=op.f('ck_topics_validity')),
    sa.ForeignKeyConstraint(['category_code'], ['categories.code'], name=op.f('fk_topics_category_code')),
    sa.ForeignKeyConstraint(['county_code'], ['areas.code'], name=op.f('fk_topics_county_code')),
    sa.ForeignKeyConstraint(['prefecture_code'], ['areas.code'], name=op.f('fk_topics_prefecture_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_topics')),
    sa.UniqueConstraint('code', name=op.f('uq_topics_code'))
    )
    op.create_index('ix_topics_ends_at', 'topics', ['ends_at'])
    op.create_table('topic_products',
    sa.Column('topic_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('place', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_topic_products_product_id')),
    sa.ForeignKeyConstraint(['topic_id'], ['topics.id'], name=op.f('fk_topic_products_topic_id')),
    sa.PrimaryKeyConstraint('topic_id', 'product_id', name=op.f('pk_topic_products'))
    )
    op.create_table('county_sales',
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('orders', sa.BigInteger(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_fen >= 0 AND orders >= 0', name=op.f('ck_county_sales_sums')),
    sa.ForeignKeyConstraint(['county_code'], ['areas.code'], name=op.f('fk_county_sales_county_code')),
    sa.PrimaryKeyConstraint('county_code', name=op.f('pk_county_sales'))
    )
    op.create_index('ix_products_in_season', 'products', ['season_months'], postgresql_using='gin', postgresql_where=sa.text("state = 'listed'"))


def downgrade() -> None:
    op.drop_index('ix_products_in_season', 'products')
    op.drop_table('county_sales')
    op.drop_table('topic_products')
    op.drop_table('topics')
    op.drop_table('banners')
    op.drop_table('stock_notices')
    op.drop_index('ix_sku_stocks_watched', 'sku_stocks')
    op.drop_constraint(op.f('ck_sku_stocks_low_at'), 'sku_stocks')
    op.drop_column('sku_stocks', 'low_at')
    op.drop_index('ix_stock_movements_of_sku', 'stock_movements')
    op.drop_column('stock_movements', 'by_user_id')
