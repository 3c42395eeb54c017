"""Lives of producers, recognitions and product versions; price tiers, vouchers, freight

Revision: 0005_catalogue, after: 0004_areas
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0005_catalogue'
down_revision = '0004_areas'
branch_labels = None
depends_on = None

CHECKS = {
    "producers": {"state": "state IN ('submitted', 'returned', 'approved', 'suspended')"},
    "products": {
        "shelf_life_left": "shelf_life_left_percent BETWEEN 1 AND 100",
        "ship_within": "ship_within_hours > 0",
        "voucher_days": "voucher_days > 0",
        "voucher": "(kind = 'service') = (voucher_days IS NOT NULL)",
    },
    "skus": {
        "limit_days": "limit_days > 0 AND (limit_days IS NULL OR purchase_limit IS NOT NULL)",
        "persons": "persons > 0",
    },
    "order_lines": {
        "freight": "freight_fen >= 0",
        "voucher": "(voucher_persons IS NULL) = (voucher_days IS NULL)"
        " AND voucher_persons > 0 AND voucher_days > 0",
    },
}


HISTORIES = ("product_version_events", "recognition_events")

FIRST_CODES = "UPDATE products SET code = 'P' || id WHERE code IS NULL"

FIRST_VERSIONS = """
    INSERT INTO product_versions
           (product_id, number, state, content, created_at, listed_at, ended_at)
    SELECT p.id, 1,
           CASE p.state WHEN 'listed' THEN 'listed' WHEN 'delisted' THEN 'ended' ELSE 'draft' END,
           to_jsonb(p) - '{id,producer_id,state,listed_at}'::text[] || jsonb_build_object(
               'skus', (SELECT coalesce(jsonb_agg(
                                   to_jsonb(s) - '{id,product_id,on_sale}'::text[] ORDER BY s.id),
                               '[]')
                          FROM skus s WHERE s.product_id = p.id AND s.on_sale)),
           coalesce(p.listed_at, now()),
           CASE WHEN p.state <> 'draft' THEN coalesce(p.listed_at, now()) END,
           CASE WHEN p.state = 'delisted' THEN now() END
      FROM products p ORDER BY p.id
"""
"""What the rows hold is what the first version says."""

FIRST_EVENTS = (
    """
    INSERT INTO product_version_events (version_id, step, to_state, by_kind, at)
    SELECT id, CASE WHEN state = 'draft' THEN 'draft' ELSE 'list' END,
           CASE WHEN state = 'draft' THEN 'draft' ELSE 'listed' END, 'system', created_at
      FROM product_versions
    """,
    """
    INSERT INTO product_version_events (version_id, step, from_state, to_state, by_kind, at)
    SELECT id, 'delist', 'listed', 'ended', 'system', ended_at
      FROM product_versions WHERE state = 'ended'
    """,
    """
    INSERT INTO recognition_events (recognition_id, step, to_state, by_kind, at)
    SELECT id, 'register', 'valid', 'system', now() FROM recognitions
    """,
    """
    INSERT INTO recognition_events (recognition_id, step, from_state, to_state, by_kind, at)
    SELECT id, CASE status WHEN 'lapsed' THEN 'lapse' ELSE 'revoke' END, 'valid', status,
           'system', now()
      FROM recognitions WHERE status <> 'valid'
    """,
)


def upgrade() -> None:
    op.create_table('freight_templates',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('producer_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('charged_by', sa.Text(), nullable=False),
    sa.Column('free_from_fen', sa.BigInteger(), nullable=True),
    sa.Column('is_default', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("charged_by IN ('piece', 'weight')", name=op.f('ck_freight_templates_charged_by')),
    sa.CheckConstraint('free_from_fen > 0', name=op.f('ck_freight_templates_free_from')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_freight_templates_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_freight_templates'))
    )
    op.create_index(op.f('ix_freight_templates_producer_id'), 'freight_templates', ['producer_id'], unique=False)
    op.create_index('uq_freight_templates_default', 'freight_templates', ['producer_id'], unique=True, postgresql_where=sa.text('is_default AND retired_at IS NULL'))
    op.create_table('producer_events',
    sa.Column('producer_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('from_state', sa.Text(), nullable=True),
    sa.Column('to_state', sa.Text(), nullable=False),
    sa.Column('by_kind', sa.Text(), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_producer_events_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_producer_events'))
    )
    op.create_index(op.f('ix_producer_events_producer_id'), 'producer_events', ['producer_id'], unique=False)
    op.create_table('freight_rules',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('template_id', sa.BigInteger(), nullable=False),
    sa.Column('area_codes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('deliverable', sa.Boolean(), nullable=False),
    sa.Column('first_amount', sa.BigInteger(), nullable=False),
    sa.Column('first_fen', sa.BigInteger(), nullable=False),
    sa.Column('next_amount', sa.BigInteger(), nullable=False),
    sa.Column('next_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('first_amount > 0 AND next_amount > 0', name=op.f('ck_freight_rules_amounts')),
    sa.CheckConstraint('first_fen >= 0 AND next_fen >= 0', name=op.f('ck_freight_rules_prices')),
    sa.ForeignKeyConstraint(['template_id'], ['freight_templates.id'], name=op.f('fk_freight_rules_template_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_freight_rules'))
    )
    op.create_index(op.f('ix_freight_rules_template_id'), 'freight_rules', ['template_id'], unique=False)
    op.create_table('product_versions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('content', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('draft', 'review', 'listed', 'ended')", name=op.f('ck_product_versions_state')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_product_versions_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_versions')),
    sa.UniqueConstraint('product_id', 'number', name=op.f('uq_product_versions_product_id_number'))
    )
    op.create_index('ix_product_versions_review', 'product_versions', ['id'], unique=False, postgresql_where=sa.text("state = 'review'"))
    op.create_index('uq_product_versions_listed', 'product_versions', ['product_id'], unique=True, postgresql_where=sa.text("state = 'listed'"))
    op.create_index('uq_product_versions_open', 'product_versions', ['product_id'], unique=True, postgresql_where=sa.text("state IN ('draft', 'review')"))
    op.create_table('product_version_events',
    sa.Column('version_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('from_state', sa.Text(), nullable=True),
    sa.Column('to_state', sa.Text(), nullable=False),
    sa.Column('by_kind', sa.Text(), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['product_versions.id'], name=op.f('fk_product_version_events_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_version_events'))
    )
    op.create_index(op.f('ix_product_version_events_version_id'), 'product_version_events', ['version_id'], unique=False)
    op.create_table('recognition_events',
    sa.Column('recognition_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('from_state', sa.Text(), nullable=True),
    sa.Column('to_state', sa.Text(), nullable=False),
    sa.Column('by_kind', sa.Text(), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['recognition_id'], ['recognitions.id'], name=op.f('fk_recognition_events_recognition_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recognition_events'))
    )
    op.create_index(op.f('ix_recognition_events_recognition_id'), 'recognition_events', ['recognition_id'], unique=False)
    op.add_column('order_lines', sa.Column('product_version_id', sa.BigInteger(), nullable=True))
    op.add_column('order_lines', sa.Column('freight_fen', sa.BigInteger(), server_default=sa.text('0'), nullable=False))
    op.add_column('order_lines', sa.Column('voucher_persons', sa.BigInteger(), nullable=True))
    op.add_column('order_lines', sa.Column('voucher_days', sa.BigInteger(), nullable=True))
    op.add_column('order_lines', sa.Column('no_return', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.create_foreign_key(op.f('fk_order_lines_product_version_id'), 'order_lines', 'product_versions', ['product_version_id'], ['id'])
    op.add_column('orders', sa.Column('receiver_area_code', sa.Text(), nullable=True))
    op.add_column('producers', sa.Column('state', sa.Text(), nullable=True))
    op.execute("UPDATE producers SET state = 'approved'")
    op.alter_column('producers', 'state', nullable=False)
    op.add_column('products', sa.Column('code', sa.Text(), nullable=True))
    op.add_column('products', sa.Column('no_return', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('products', sa.Column('shelf_life_left_percent', sa.BigInteger(), nullable=True))
    op.add_column('products', sa.Column('sale_areas', postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column('products', sa.Column('ship_within_hours', sa.BigInteger(), nullable=True))
    op.add_column('products', sa.Column('freight_template_id', sa.BigInteger(), nullable=True))
    op.add_column('products', sa.Column('voucher_days', sa.BigInteger(), nullable=True))
    op.add_column('products', sa.Column('season_months', postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False))
    op.create_unique_constraint(op.f('uq_products_producer_id_code'), 'products', ['producer_id', 'code'])
    op.create_foreign_key(op.f('fk_products_freight_template_id'), 'products', 'freight_templates', ['freight_template_id'], ['id'])
    op.add_column('recognitions', sa.Column('scan', sa.Text(), nullable=True))
    op.create_index('ix_recognitions_to_lapse', 'recognitions', ['valid_to'], unique=False, postgresql_where=sa.text("status = 'valid'"))
    op.add_column('skus', sa.Column('price_tiers', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False))
    op.add_column('skus', sa.Column('limit_days', sa.BigInteger(), nullable=True))
    op.add_column('skus', sa.Column('persons', sa.BigInteger(), server_default=sa.text('1'), nullable=False))
    op.execute("UPDATE products SET voucher_days = 180 WHERE kind = 'service'")
    for table, checks in CHECKS.items():
        for name, check in checks.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, check)
    for statement in (FIRST_CODES, FIRST_VERSIONS, *FIRST_EVENTS):
        op.execute(statement)
    op.execute("""
        CREATE FUNCTION refuse_second_validity() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'recognition % is %; a renewal is a new one', OLD.id, OLD.status
                USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER recognitions_valid_once
        BEFORE UPDATE ON recognitions FOR EACH ROW
        WHEN (OLD.status <> 'valid' AND NEW.status = 'valid')
        EXECUTE FUNCTION refuse_second_validity()
    """)
    for table in HISTORIES:
        op.execute(f"""
            CREATE TRIGGER {table}_only_grows
            BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)
    op.execute("""
        CREATE FUNCTION refuse_change_once_listed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'what version % said when it was listed stays', OLD.id
                USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER product_versions_listed_stays
        BEFORE UPDATE ON product_versions FOR EACH ROW
        WHEN (OLD.listed_at IS NOT NULL AND
              (NEW.content, NEW.product_id, NEW.number, NEW.listed_at)
              IS DISTINCT FROM (OLD.content, OLD.product_id, OLD.number, OLD.listed_at))
        EXECUTE FUNCTION refuse_change_once_listed()
    """)
    op.execute("""
        CREATE TRIGGER product_versions_listed_is_kept
        BEFORE DELETE ON product_versions FOR EACH ROW WHEN (OLD.listed_at IS NOT NULL)
        EXECUTE FUNCTION refuse_change_once_listed()
    """)


def downgrade() -> None:
    op.execute('DROP TRIGGER recognitions_valid_once ON recognitions')
    op.execute('DROP FUNCTION refuse_second_validity()')
    op.drop_column('skus', 'persons')
    op.drop_column('skus', 'limit_days')
    op.drop_column('skus', 'price_tiers')
    op.drop_index('ix_recognitions_to_lapse', table_name='recognitions', postgresql_where=sa.text("status = 'valid'"))
    op.drop_column('recognitions', 'scan')
    op.drop_constraint(op.f('fk_products_freight_template_id'), 'products', type_='foreignkey')
    op.drop_constraint(op.f('uq_products_producer_id_code'), 'products', type_='unique')
    op.drop_column('products', 'season_months')
    op.drop_column('products', 'voucher_days')
    op.drop_column('products', 'freight_template_id')
    op.drop_column('products', 'ship_within_hours')
    op.drop_column('products', 'sale_areas')
    op.drop_column('products', 'shelf_life_left_percent')
    op.drop_column('products', 'no_return')
    op.drop_column('products', 'code')
    op.drop_column('producers', 'state')
    op.drop_column('orders', 'receiver_area_code')
    op.drop_constraint(op.f('fk_order_lines_product_version_id'), 'order_lines', type_='foreignkey')
    op.drop_column('order_lines', 'no_return')
    op.drop_column('order_lines', 'voucher_days')
    op.drop_column('order_lines', 'voucher_persons')
    op.drop_column('order_lines', 'freight_fen')
    op.drop_column('order_lines', 'product_version_id')
    op.drop_index(op.f('ix_recognition_events_recognition_id'), table_name='recognition_events')
    op.drop_table('recognition_events')
    op.drop_index(op.f('ix_product_version_events_version_id'), table_name='product_version_events')
    op.drop_table('product_version_events')
    op.drop_index('uq_product_versions_open', table_name='product_versions', postgresql_where=sa.text("state IN ('draft', 'review')"))
    op.drop_index('uq_product_versions_listed', table_name='product_versions', postgresql_where=sa.text("state = 'listed'"))
    op.drop_index('ix_product_versions_review', table_name='product_versions', postgresql_where=sa.text("state = 'review'"))
    op.drop_table('product_versions')
    op.execute('DROP FUNCTION refuse_change_once_listed()')
    op.drop_index(op.f('ix_freight_rules_template_id'), table_name='freight_rules')
    op.drop_table('freight_rules')
    op.drop_index(op.f('ix_producer_events_producer_id'), table_name='producer_events')
    op.drop_table('producer_events')
    op.drop_index('uq_freight_templates_default', table_name='freight_templates', postgresql_where=sa.text('is_default AND retired_at IS NULL'))
    op.drop_index(op.f('ix_freight_templates_producer_id'), table_name='freight_templates')
    op.drop_table('freight_templates')
