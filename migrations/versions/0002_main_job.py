"""Tables of the main job: people, catalogue, entries, credit, payments, orders

Revision: 0002_main_job, after: 0001_queue
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002_main_job'
down_revision = '0001_queue'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('alarms',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_by', sa.BigInteger(), nullable=True),
    sa.Column('resolution', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alarms'))
    )
    op.create_index('uq_alarms_open', 'alarms', ['kind', 'subject'], unique=True, postgresql_where=sa.text('resolved_at IS NULL'))
    op.create_table('areas',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('prefecture_code', sa.Text(), nullable=True),
    sa.Column('area_class', sa.Text(), nullable=False),
    sa.CheckConstraint("area_class IN ('national', 'provincial', 'other')", name=op.f('ck_areas_area_class')),
    sa.CheckConstraint("code ~ '^[0-9]{6}$'", name=op.f('ck_areas_code')),
    sa.ForeignKeyConstraint(['prefecture_code'], ['areas.code'], name=op.f('fk_areas_prefecture_code')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_areas'))
    )
    op.create_index(op.f('ix_areas_prefecture_code'), 'areas', ['prefecture_code'], unique=False)
    op.create_table('audit_entries',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=True),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries'))
    )
    op.create_table('categories',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('parent_code', sa.Text(), nullable=True),
    sa.Column('sort', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['parent_code'], ['categories.code'], name=op.f('fk_categories_parent_code')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_categories'))
    )
    op.create_table('idempotency_keys',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.LargeBinary(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idempotency_keys')),
    sa.UniqueConstraint('user_id', 'purpose', 'key', name=op.f('uq_idempotency_keys_user_id_purpose_key'))
    )
    op.create_table('provider_notices',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('notice_id', sa.Text(), nullable=False),
    sa.Column('event_type', sa.Text(), nullable=False),
    sa.Column('subject_no', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("outcome IN ('applied', 'repeated', 'refused')", name=op.f('ck_provider_notices_outcome')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_notices'))
    )
    op.create_index(op.f('ix_provider_notices_notice_id'), 'provider_notices', ['notice_id'], unique=False)
    op.create_table('seasons',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attribution_window_days', sa.BigInteger(), server_default=sa.text('15'), nullable=False),
    postgresql.ExcludeConstraint((sa.text('tstzrange(starts_at, ends_at)'), '&&'), using='gist', name='ex_seasons_period'),
    sa.CheckConstraint('attribution_window_days > 0', name=op.f('ck_seasons_attribution_window')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_seasons_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seasons')),
    sa.UniqueConstraint('code', name=op.f('uq_seasons_code'))
    )
    op.create_table('users',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('openid', sa.Text(), nullable=True),
    sa.Column('unionid', sa.Text(), nullable=True),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('phone_index', sa.LargeBinary(), nullable=True),
    sa.Column('token_epoch', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('blocked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_login_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('openid', name=op.f('uq_users_openid'))
    )
    op.create_index(op.f('ix_users_phone_index'), 'users', ['phone_index'], unique=False)
    op.create_table('institutions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('prefecture_code', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('school', 'employer')", name=op.f('ck_institutions_kind')),
    sa.ForeignKeyConstraint(['prefecture_code'], ['areas.code'], name=op.f('fk_institutions_prefecture_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_institutions')),
    sa.UniqueConstraint('code', name=op.f('uq_institutions_code'))
    )
    op.create_table('payments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('no', sa.Text(), nullable=False),
    sa.Column('order_no', sa.Text(), nullable=False),
    sa.Column('payer_id', sa.BigInteger(), nullable=False),
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.Text(), server_default=sa.text("'CNY'"), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('prepay_id', sa.Text(), nullable=True),
    sa.Column('transaction_id', sa.Text(), nullable=True),
    sa.Column('refunding_fen', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_query_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('queries', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint("(state = 'succeeded') = (transaction_id IS NOT NULL)", name=op.f('ck_payments_transaction')),
    sa.CheckConstraint("state IN ('created', 'prepaid', 'succeeded', 'closed')", name=op.f('ck_payments_state')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_payments_amount')),
    sa.CheckConstraint('refunding_fen BETWEEN 0 AND amount_fen', name=op.f('ck_payments_refunding')),
    sa.ForeignKeyConstraint(['payer_id'], ['users.id'], name=op.f('fk_payments_payer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments')),
    sa.UniqueConstraint('no', name=op.f('uq_payments_no')),
    sa.UniqueConstraint('provider', 'transaction_id', name=op.f('uq_payments_provider_transaction_id'))
    )
    op.create_index('ix_payments_due', 'payments', ['next_query_at'], unique=False, postgresql_where=sa.text("state <> 'succeeded'"))
    op.create_index('ix_payments_order_no', 'payments', ['order_no'], unique=False)
    op.create_index('uq_payments_open', 'payments', ['order_no'], unique=True, postgresql_where=sa.text("state IN ('created', 'prepaid')"))
    op.create_table('producers',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('credit_code', sa.Text(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('settlement_mode', sa.Text(), nullable=False),
    sa.Column('story', sa.Text(), nullable=False),
    sa.Column('households', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("settlement_mode IN ('resale', 'profit_sharing')", name=op.f('ck_producers_settlement_mode')),
    sa.ForeignKeyConstraint(['county_code'], ['areas.code'], name=op.f('fk_producers_county_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_producers')),
    sa.UniqueConstraint('credit_code', name=op.f('uq_producers_credit_code'))
    )
    op.create_table('role_grants',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('granted_by', sa.BigInteger(), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_by', sa.BigInteger(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['granted_by'], ['users.id'], name=op.f('fk_role_grants_granted_by')),
    sa.ForeignKeyConstraint(['revoked_by'], ['users.id'], name=op.f('fk_role_grants_revoked_by')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_role_grants_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grants'))
    )
    op.create_index('uq_role_grants_held', 'role_grants', ['user_id', 'role'], unique=True, postgresql_where=sa.text('revoked_at IS NULL'))
    op.create_table('staff_accounts',
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('failed_logins', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_staff_accounts_user_id')),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_staff_accounts')),
    sa.UniqueConstraint('login', name=op.f('uq_staff_accounts_login'))
    )
    op.create_table('tracks',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('season_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['season_id'], ['seasons.id'], name=op.f('fk_tracks_season_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tracks')),
    sa.UniqueConstraint('season_id', 'code', name=op.f('uq_tracks_season_id_code'))
    )
    op.create_table('products',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('producer_id', sa.BigInteger(), nullable=False),
    sa.Column('category_code', sa.Text(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('subtitle', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('pictures', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('fresh', sa.Boolean(), nullable=False),
    sa.Column('shelf_life_days', sa.BigInteger(), nullable=True),
    sa.Column('storage', sa.Text(), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('goods', 'service')", name=op.f('ck_products_kind')),
    sa.CheckConstraint("state IN ('draft', 'listed', 'delisted')", name=op.f('ck_products_state')),
    sa.ForeignKeyConstraint(['category_code'], ['categories.code'], name=op.f('fk_products_category_code')),
    sa.ForeignKeyConstraint(['county_code'], ['areas.code'], name=op.f('fk_products_county_code')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_products_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_products'))
    )
    op.create_index('ix_products_listed', 'products', ['id'], unique=False, postgresql_where=sa.text("state = 'listed'"))
    op.create_index('ix_products_listed_by_category', 'products', ['category_code', 'id'], unique=False, postgresql_where=sa.text("state = 'listed'"))
    op.create_index('ix_products_listed_by_county', 'products', ['county_code', 'id'], unique=False, postgresql_where=sa.text("state = 'listed'"))
    op.create_index(op.f('ix_products_producer_id'), 'products', ['producer_id'], unique=False)
    op.create_table('refunds',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('no', sa.Text(), nullable=False),
    sa.Column('payment_id', sa.BigInteger(), nullable=False),
    sa.Column('order_no', sa.Text(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('requested_by', sa.BigInteger(), nullable=True),
    sa.Column('provider_refund_id', sa.Text(), nullable=True),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('succeeded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint("state IN ('requested', 'processing', 'succeeded', 'abnormal', 'closed')", name=op.f('ck_refunds_state')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_refunds_amount')),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_refunds_payment_id')),
    sa.ForeignKeyConstraint(['requested_by'], ['users.id'], name=op.f('fk_refunds_requested_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refunds')),
    sa.UniqueConstraint('no', name=op.f('uq_refunds_no'))
    )
    op.create_index('ix_refunds_due', 'refunds', ['next_try_at'], unique=False, postgresql_where=sa.text("state IN ('requested', 'processing', 'abnormal')"))
    op.create_index(op.f('ix_refunds_order_no'), 'refunds', ['order_no'], unique=False)
    op.create_index(op.f('ix_refunds_payment_id'), 'refunds', ['payment_id'], unique=False)
    op.create_index('uq_refunds_cause', 'refunds', ['cause'], unique=True, postgresql_where=sa.text("state <> 'closed'"))
    op.create_table('teams',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('season_id', sa.BigInteger(), nullable=False),
    sa.Column('track_id', sa.BigInteger(), nullable=False),
    sa.Column('institution_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('slogan', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institutions.id'], name=op.f('fk_teams_institution_id')),
    sa.ForeignKeyConstraint(['season_id'], ['seasons.id'], name=op.f('fk_teams_season_id')),
    sa.ForeignKeyConstraint(['track_id'], ['tracks.id'], name=op.f('fk_teams_track_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_teams')),
    sa.UniqueConstraint('season_id', 'code', name=op.f('uq_teams_season_id_code'))
    )
    op.create_table('competitors',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('season_id', sa.BigInteger(), nullable=False),
    sa.Column('team_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('display_name', sa.Text(), nullable=False),
    sa.Column('is_captain', sa.Boolean(), nullable=False),
    sa.Column('invited_by', sa.BigInteger(), nullable=True),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['invited_by'], ['competitors.id'], name=op.f('fk_competitors_invited_by')),
    sa.ForeignKeyConstraint(['season_id'], ['seasons.id'], name=op.f('fk_competitors_season_id')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_competitors_team_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_competitors_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_competitors')),
    sa.UniqueConstraint('season_id', 'user_id', name=op.f('uq_competitors_season_id_user_id'))
    )
    op.create_index(op.f('ix_competitors_team_id'), 'competitors', ['team_id'], unique=False)
    op.create_index(op.f('ix_competitors_user_id'), 'competitors', ['user_id'], unique=False)
    op.create_index('uq_competitors_captain', 'competitors', ['team_id'], unique=True, postgresql_where=sa.text('is_captain AND withdrawn_at IS NULL'))
    op.create_table('recognitions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('batch', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.CheckConstraint("status IN ('valid', 'lapsed', 'revoked')", name=op.f('ck_recognitions_status')),
    sa.CheckConstraint('valid_from <= valid_to', name=op.f('ck_recognitions_validity')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_recognitions_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recognitions')),
    sa.UniqueConstraint('product_id', 'number', name=op.f('uq_recognitions_product_id_number'))
    )
    op.create_table('skus',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('spec', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('net_weight_g', sa.BigInteger(), nullable=False),
    sa.Column('price_fen', sa.BigInteger(), nullable=False),
    sa.Column('market_price_fen', sa.BigInteger(), nullable=True),
    sa.Column('case_size', sa.BigInteger(), nullable=False),
    sa.Column('min_quantity', sa.BigInteger(), nullable=False),
    sa.Column('purchase_limit', sa.BigInteger(), nullable=True),
    sa.Column('tax_class', sa.Text(), nullable=False),
    sa.Column('on_sale', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.CheckConstraint("tax_class IN ('exempt', 'rate6', 'rate9', 'rate13')", name=op.f('ck_skus_tax_class')),
    sa.CheckConstraint("unit IN ('piece', 'box', 'kg', 'g')", name=op.f('ck_skus_unit')),
    sa.CheckConstraint('case_size > 0 AND min_quantity > 0', name=op.f('ck_skus_sizes')),
    sa.CheckConstraint('price_fen > 0', name=op.f('ck_skus_price')),
    sa.CheckConstraint('purchase_limit >= min_quantity', name=op.f('ck_skus_purchase_limit')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_skus_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skus')),
    sa.UniqueConstraint('code', name=op.f('uq_skus_code'))
    )
    op.create_index(op.f('ix_skus_product_id'), 'skus', ['product_id'], unique=False)
    op.create_table('credit_transfers',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('season_id', sa.BigInteger(), nullable=False),
    sa.Column('team_id', sa.BigInteger(), nullable=False),
    sa.Column('competitor_id', sa.BigInteger(), nullable=False),
    sa.Column('order_no', sa.Text(), nullable=False),
    sa.Column('line_no', sa.BigInteger(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('accrue', 'reverse')", name=op.f('ck_credit_transfers_kind')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_credit_transfers_amount')),
    sa.CheckConstraint('source <> target', name=op.f('ck_credit_transfers_accounts')),
    sa.ForeignKeyConstraint(['competitor_id'], ['competitors.id'], name=op.f('fk_credit_transfers_competitor_id')),
    sa.ForeignKeyConstraint(['county_code'], ['areas.code'], name=op.f('fk_credit_transfers_county_code')),
    sa.ForeignKeyConstraint(['season_id'], ['seasons.id'], name=op.f('fk_credit_transfers_season_id')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_credit_transfers_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credit_transfers')),
    sa.UniqueConstraint('cause', name=op.f('uq_credit_transfers_cause'))
    )
    op.create_index('ix_credit_transfers_of_competitor', 'credit_transfers', ['competitor_id', 'id'], unique=False)
    op.create_index('ix_credit_transfers_of_order', 'credit_transfers', ['order_no'], unique=False)
    op.create_table('referral_links',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('competitor_id', sa.BigInteger(), nullable=False),
    sa.Column('target_kind', sa.Text(), nullable=False),
    sa.Column('target_id', sa.Text(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("target_kind IN ('home', 'product')", name=op.f('ck_referral_links_target_kind')),
    sa.ForeignKeyConstraint(['competitor_id'], ['competitors.id'], name=op.f('fk_referral_links_competitor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral_links')),
    sa.UniqueConstraint('code', name=op.f('uq_referral_links_code'))
    )
    op.create_index('uq_referral_links_wish', 'referral_links', ['competitor_id', 'target_kind', sa.literal_column("coalesce(target_id, '')"), 'channel'], unique=True)
    op.create_table('sku_stocks',
    sa.Column('sku_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('on_hand', sa.BigInteger(), nullable=False),
    sa.Column('reserved', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.CheckConstraint('on_hand - reserved >= 0', name=op.f('ck_sku_stocks_available')),
    sa.CheckConstraint('reserved >= 0', name=op.f('ck_sku_stocks_reserved')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_sku_stocks_sku_id')),
    sa.PrimaryKeyConstraint('sku_id', name=op.f('pk_sku_stocks'))
    )
    op.create_table('stock_movements',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('on_hand_change', sa.BigInteger(), nullable=False),
    sa.Column('reserved_change', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('correct', 'reserve', 'release')", name=op.f('ck_stock_movements_kind')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_stock_movements_sku_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_movements')),
    sa.UniqueConstraint('sku_id', 'cause', name=op.f('uq_stock_movements_sku_id_cause'))
    )
    op.create_table('orders',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('no', sa.Text(), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('goods_fen', sa.BigInteger(), nullable=False),
    sa.Column('freight_fen', sa.BigInteger(), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('receiver_name', sa.LargeBinary(), nullable=False),
    sa.Column('receiver_phone', sa.LargeBinary(), nullable=False),
    sa.Column('receiver_area', sa.Text(), nullable=False),
    sa.Column('receiver_address', sa.LargeBinary(), nullable=False),
    sa.Column('remark', sa.LargeBinary(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('referral_link_id', sa.BigInteger(), nullable=True),
    sa.Column('competitor_id', sa.BigInteger(), nullable=True),
    sa.Column('team_id', sa.BigInteger(), nullable=True),
    sa.Column('season_id', sa.BigInteger(), nullable=True),
    sa.Column('payment_no', sa.Text(), nullable=True),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pay_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('pending_payment', 'paid', 'cancelled', 'closed')", name=op.f('ck_orders_state')),
    sa.CheckConstraint('(competitor_id IS NULL) = (referral_link_id IS NULL) AND (competitor_id IS NULL) = (team_id IS NULL) AND (competitor_id IS NULL) = (season_id IS NULL)', name=op.f('ck_orders_credited')),
    sa.CheckConstraint('goods_fen + freight_fen = total_fen AND total_fen > 0', name=op.f('ck_orders_total')),
    sa.ForeignKeyConstraint(['buyer_id'], ['users.id'], name=op.f('fk_orders_buyer_id')),
    sa.ForeignKeyConstraint(['competitor_id'], ['competitors.id'], name=op.f('fk_orders_competitor_id')),
    sa.ForeignKeyConstraint(['referral_link_id'], ['referral_links.id'], name=op.f('fk_orders_referral_link_id')),
    sa.ForeignKeyConstraint(['season_id'], ['seasons.id'], name=op.f('fk_orders_season_id')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_orders_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')),
    sa.UniqueConstraint('no', name=op.f('uq_orders_no')),
    sa.UniqueConstraint('payment_no', name=op.f('uq_orders_payment_no'))
    )
    op.create_index('ix_orders_of_buyer', 'orders', ['buyer_id', 'id'], unique=False)
    op.create_index('ix_orders_unpaid', 'orders', ['pay_before'], unique=False, postgresql_where=sa.text("state = 'pending_payment'"))
    op.create_table('touches',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('link_id', sa.BigInteger(), nullable=False),
    sa.Column('visitor_id', sa.Text(), nullable=True),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('visitor_id IS NOT NULL OR user_id IS NOT NULL', name=op.f('ck_touches_visitor')),
    sa.ForeignKeyConstraint(['link_id'], ['referral_links.id'], name=op.f('fk_touches_link_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_touches_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_touches'))
    )
    op.create_index(op.f('ix_touches_link_id'), 'touches', ['link_id'], unique=False)
    op.create_index('ix_touches_of_user', 'touches', ['user_id', sa.literal_column('touched_at DESC')], unique=False)
    op.create_index('ix_touches_of_visitor', 'touches', ['visitor_id'], unique=False, postgresql_where=sa.text('user_id IS NULL'))
    op.create_table('order_events',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('from_state', sa.Text(), nullable=True),
    sa.Column('to_state', sa.Text(), nullable=False),
    sa.Column('by_kind', sa.Text(), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_user_id'], ['users.id'], name=op.f('fk_order_events_by_user_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_order_events_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_events'))
    )
    op.create_index(op.f('ix_order_events_order_id'), 'order_events', ['order_id'], unique=False)
    op.create_table('order_lines',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('product_name', sa.Text(), nullable=False),
    sa.Column('spec', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('unit_price_fen', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('fresh', sa.Boolean(), nullable=False),
    sa.Column('tax_class', sa.Text(), nullable=False),
    sa.Column('producer_id', sa.BigInteger(), nullable=False),
    sa.Column('producer_name', sa.Text(), nullable=False),
    sa.Column('producer_county_code', sa.Text(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('county_name', sa.Text(), nullable=False),
    sa.Column('county_class', sa.Text(), nullable=False),
    sa.Column('recognition_id', sa.BigInteger(), nullable=True),
    sa.Column('recognition_number', sa.Text(), nullable=True),
    sa.CheckConstraint('amount_fen = unit_price_fen * quantity', name=op.f('ck_order_lines_amount')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_order_lines_quantity')),
    sa.ForeignKeyConstraint(['county_code'], ['areas.code'], name=op.f('fk_order_lines_county_code')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_order_lines_order_id')),
    sa.ForeignKeyConstraint(['producer_county_code'], ['areas.code'], name=op.f('fk_order_lines_producer_county_code')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_order_lines_producer_id')),
    sa.ForeignKeyConstraint(['recognition_id'], ['recognitions.id'], name=op.f('fk_order_lines_recognition_id')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_order_lines_sku_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_lines')),
    sa.UniqueConstraint('order_id', 'line_no', name=op.f('uq_order_lines_order_id_line_no'))
    )
    op.create_index(op.f('ix_order_lines_sku_id'), 'order_lines', ['sku_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_order_lines_sku_id'), table_name='order_lines')
    op.drop_table('order_lines')
    op.drop_index(op.f('ix_order_events_order_id'), table_name='order_events')
    op.drop_table('order_events')
    op.drop_index('ix_touches_of_visitor', table_name='touches', postgresql_where=sa.text('user_id IS NULL'))
    op.drop_index('ix_touches_of_user', table_name='touches')
    op.drop_index(op.f('ix_touches_link_id'), table_name='touches')
    op.drop_table('touches')
    op.drop_index('ix_orders_unpaid', table_name='orders', postgresql_where=sa.text("state = 'pending_payment'"))
    op.drop_index('ix_orders_of_buyer', table_name='orders')
    op.drop_table('orders')
    op.drop_table('stock_movements')
    op.drop_table('sku_stocks')
    op.drop_index('uq_referral_links_wish', table_name='referral_links')
    op.drop_table('referral_links')
    op.drop_index('ix_credit_transfers_of_order', table_name='credit_transfers')
    op.drop_index('ix_credit_transfers_of_competitor', table_name='credit_transfers')
    op.drop_table('credit_transfers')
    op.drop_index(op.f('ix_skus_product_id'), table_name='skus')
    op.drop_table('skus')
    op.drop_table('recognitions')
    op.drop_index('uq_competitors_captain', table_name='competitors', postgresql_where=sa.text('is_captain AND withdrawn_at IS NULL'))
    op.drop_index(op.f('ix_competitors_user_id'), table_name='competitors')
    op.drop_index(op.f('ix_competitors_team_id'), table_name='competitors')
    op.drop_table('competitors')
    op.drop_table('teams')
    op.drop_index('uq_refunds_cause', table_name='refunds', postgresql_where=sa.text("state <> 'closed'"))
    op.drop_index(op.f('ix_refunds_payment_id'), table_name='refunds')
    op.drop_index(op.f('ix_refunds_order_no'), table_name='refunds')
    op.drop_index('ix_refunds_due', table_name='refunds', postgresql_where=sa.text("state IN ('requested', 'processing', 'abnormal')"))
    op.drop_table('refunds')
    op.drop_index(op.f('ix_products_producer_id'), table_name='products')
    op.drop_index('ix_products_listed_by_county', table_name='products', postgresql_where=sa.text("state = 'listed'"))
    op.drop_index('ix_products_listed_by_category', table_name='products', postgresql_where=sa.text("state = 'listed'"))
    op.drop_index('ix_products_listed', table_name='products', postgresql_where=sa.text("state = 'listed'"))
    op.drop_table('products')
    op.drop_table('tracks')
    op.drop_table('staff_accounts')
    op.drop_index('uq_role_grants_held', table_name='role_grants', postgresql_where=sa.text('revoked_at IS NULL'))
    op.drop_table('role_grants')
    op.drop_table('producers')
    op.drop_index('uq_payments_open', table_name='payments', postgresql_where=sa.text("state IN ('created', 'prepaid')"))
    op.drop_index('ix_payments_order_no', table_name='payments')
    op.drop_index('ix_payments_due', table_name='payments', postgresql_where=sa.text("state IN ('created', 'prepaid')"))
    op.drop_table('payments')
    op.drop_table('institutions')
    op.drop_index(op.f('ix_users_phone_index'), table_name='users')
    op.drop_table('users')
    op.drop_table('seasons')
    op.drop_index(op.f('ix_provider_notices_notice_id'), table_name='provider_notices')
    op.drop_table('provider_notices')
    op.drop_table('idempotency_keys')
    op.drop_table('categories')
    op.drop_table('audit_entries')
    op.drop_index(op.f('ix_areas_prefecture_code'), table_name='areas')
    op.drop_table('areas')
    op.drop_table('alarms')
