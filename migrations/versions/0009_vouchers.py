"""Vouchers

Revision: 0009_vouchers, after: 0008_producers
"""

import sqlalchemy as sa
from alembic import op

revision = '0009_vouchers'
down_revision = '0008_producers'
branch_labels = None
depends_on = None

HISTORIES = ("voucher_events", "voucher_redemptions", "voucher_returns")


def upgrade() -> None:
    op.create_table('vouchers',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('order_line_id', sa.BigInteger(), nullable=False),
    sa.Column('unit_no', sa.BigInteger(), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=False),
    sa.Column('producer_id', sa.BigInteger(), nullable=False),
    sa.Column('product_name', sa.Text(), nullable=False),
    sa.Column('spec', sa.Text(), nullable=False),
    sa.Column('paid_fen', sa.BigInteger(), nullable=False),
    sa.Column('persons', sa.BigInteger(), nullable=False),
    sa.Column('persons_used', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('persons_refunding', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('persons_refunded', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_to', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('remind_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remind_tries', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('active', 'used', 'refunding', 'refunded', 'expired')", name=op.f('ck_vouchers_state')),
    sa.CheckConstraint('persons > 0 AND paid_fen >= 0', name=op.f('ck_vouchers_persons')),
    sa.CheckConstraint('persons_used >= 0 AND persons_refunding >= 0 AND persons_refunded >= 0 AND persons_used + persons_refunding + persons_refunded <= persons', name=op.f('ck_vouchers_counted')),
    sa.CheckConstraint("(state = 'refunding') = (persons_refunding > 0)", name=op.f('ck_vouchers_refunding')),
    sa.CheckConstraint("state <> 'used' OR persons_used = persons", name=op.f('ck_vouchers_used')),
    sa.CheckConstraint('valid_from < valid_to', name=op.f('ck_vouchers_valid')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_vouchers_order_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_lines.id'], name=op.f('fk_vouchers_order_line_id')),
    sa.ForeignKeyConstraint(['buyer_id'], ['users.id'], name=op.f('fk_vouchers_buyer_id')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_vouchers_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vouchers')),
    sa.UniqueConstraint('code', name=op.f('uq_vouchers_code')),
    sa.UniqueConstraint('order_line_id', 'unit_no', name=op.f('uq_vouchers_order_line_id_unit_no'))
    )
    op.create_index(op.f('ix_vouchers_order_id'), 'vouchers', ['order_id'], unique=False)
    op.create_index('ix_vouchers_of_buyer', 'vouchers', ['buyer_id', 'id'], unique=False)
    op.create_index('ix_vouchers_to_expire', 'vouchers', ['valid_to'], unique=False, postgresql_where=sa.text("state = 'active'"))
    op.create_index('ix_vouchers_to_remind', 'vouchers', ['remind_at'], unique=False, postgresql_where=sa.text("state = 'active' AND remind_at IS NOT NULL"))
    op.create_table('voucher_events',
    sa.Column('voucher_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('from_state', sa.Text(), nullable=True),
    sa.Column('to_state', sa.Text(), nullable=False),
    sa.Column('by_kind', sa.Text(), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['voucher_id'], ['vouchers.id'], name=op.f('fk_voucher_events_voucher_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher_events'))
    )
    op.create_index(op.f('ix_voucher_events_voucher_id'), 'voucher_events', ['voucher_id'], unique=False)
    op.create_table('voucher_redemptions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('no', sa.Text(), nullable=False),
    sa.Column('voucher_id', sa.BigInteger(), nullable=False),
    sa.Column('producer_id', sa.BigInteger(), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=False),
    sa.Column('idempotency_key', sa.Text(), nullable=False),
    sa.Column('persons', sa.BigInteger(), nullable=False),
    sa.Column('persons_left', sa.BigInteger(), nullable=False),
    sa.Column('value_fen', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('persons > 0 AND persons_left >= 0', name=op.f('ck_voucher_redemptions_persons')),
    sa.CheckConstraint('value_fen >= 0', name=op.f('ck_voucher_redemptions_value')),
    sa.ForeignKeyConstraint(['voucher_id'], ['vouchers.id'], name=op.f('fk_voucher_redemptions_voucher_id')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_voucher_redemptions_producer_id')),
    sa.ForeignKeyConstraint(['by_user_id'], ['users.id'], name=op.f('fk_voucher_redemptions_by_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher_redemptions')),
    sa.UniqueConstraint('no', name=op.f('uq_voucher_redemptions_no')),
    sa.UniqueConstraint('voucher_id', 'by_user_id', 'idempotency_key', name=op.f('uq_voucher_redemptions_voucher_id_by_user_id_idempotency_key'))
    )
    op.create_index('ix_voucher_redemptions_of_producer', 'voucher_redemptions', ['producer_id', 'at'], unique=False)
    op.create_table('voucher_returns',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('refund_id', sa.BigInteger(), nullable=False),
    sa.Column('voucher_id', sa.BigInteger(), nullable=False),
    sa.Column('persons', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('persons > 0 AND amount_fen >= 0', name=op.f('ck_voucher_returns_persons')),
    sa.ForeignKeyConstraint(['refund_id'], ['refunds.id'], name=op.f('fk_voucher_returns_refund_id')),
    sa.ForeignKeyConstraint(['voucher_id'], ['vouchers.id'], name=op.f('fk_voucher_returns_voucher_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher_returns')),
    sa.UniqueConstraint('refund_id', 'voucher_id', name=op.f('uq_voucher_returns_refund_id_voucher_id'))
    )
    op.create_index(op.f('ix_voucher_returns_voucher_id'), 'voucher_returns', ['voucher_id'], unique=False)
    for table in HISTORIES:
        op.execute(f"""
            CREATE TRIGGER {table}_only_grows
            BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)


def downgrade() -> None:
    for table in ('voucher_returns', 'voucher_redemptions', 'voucher_events', 'vouchers'):
        op.drop_table(table)
