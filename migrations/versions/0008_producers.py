"""Producers' contacts, licences and people

Revision: 0008_producers, after: 0007_uploads
"""

import sqlalchemy as sa
from alembic import op

revision = '0008_producers'
down_revision = '0007_uploads'
branch_labels = None
depends_on = None

KINDS = "kind IN ('firm', 'cooperative', 'village_collective', 'family_farm', 'sole_trader')"


def upgrade() -> None:
    op.create_table('producer_members',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('producer_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('is_owner', sa.Boolean(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_producer_members_producer_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_producer_members_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_producer_members'))
    )
    op.create_index('uq_producer_members_acting', 'producer_members', ['producer_id', 'user_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('ix_producer_members_user_id', 'producer_members', ['user_id'], unique=False, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('producer_invitations',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('producer_id', sa.BigInteger(), nullable=False),
    sa.Column('code_index', sa.LargeBinary(), nullable=False),
    sa.Column('as_owner', sa.Boolean(), nullable=False),
    sa.Column('invited_by', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('redeemed_by', sa.BigInteger(), nullable=True),
    sa.Column('redeemed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(redeemed_at IS NULL) = (redeemed_by IS NULL)', name=op.f('ck_producer_invitations_redeemed')),
    sa.ForeignKeyConstraint(['invited_by'], ['users.id'], name=op.f('fk_producer_invitations_invited_by')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_producer_invitations_producer_id')),
    sa.ForeignKeyConstraint(['redeemed_by'], ['users.id'], name=op.f('fk_producer_invitations_redeemed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_producer_invitations')),
    sa.UniqueConstraint('code_index', name=op.f('uq_producer_invitations_code_index'))
    )
    op.create_index(op.f('ix_producer_invitations_producer_id'), 'producer_invitations', ['producer_id'], unique=False)
    op.create_table('producer_contacts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('producer_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=False),
    sa.Column('duty', sa.Text(), nullable=False),
    sa.CheckConstraint("duty IN ('manager', 'sales', 'warehouse', 'finance', 'after_sale')", name=op.f('ck_producer_contacts_duty')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_producer_contacts_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_producer_contacts'))
    )
    op.create_index(op.f('ix_producer_contacts_producer_id'), 'producer_contacts', ['producer_id'], unique=False)
    op.create_table('producer_licences',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('producer_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('scan', sa.Text(), nullable=True),
    sa.Column('alarmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('business', 'food_production', 'food_trade', 'other')", name=op.f('ck_producer_licences_kind')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_producer_licences_period')),
    sa.ForeignKeyConstraint(['producer_id'], ['producers.id'], name=op.f('fk_producer_licences_producer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_producer_licences')),
    sa.UniqueConstraint('producer_id', 'kind', 'number', name=op.f('uq_producer_licences_producer_id_kind_number'))
    )
    op.create_index('ix_producer_licences_valid_to', 'producer_licences', ['valid_to', 'id'], unique=False)
    op.add_column('producers', sa.Column('revision', sa.BigInteger(), server_default=sa.text('1'), nullable=False))
    op.create_check_constraint(op.f('ck_producers_kind'), 'producers', KINDS)
    op.create_check_constraint(op.f('ck_producers_households'), 'producers', 'households >= 0')
    op.create_index('ix_producers_state', 'producers', ['state', 'id'], unique=False)
    op.execute("""
        CREATE TRIGGER producer_events_only_grows
        BEFORE UPDATE OR DELETE OR TRUNCATE ON producer_events
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    op.execute('DROP TRIGGER producer_events_only_grows ON producer_events')
    op.drop_index('ix_producers_state', table_name='producers')
    op.drop_constraint(op.f('ck_producers_households'), 'producers', type_='check')
    op.drop_constraint(op.f('ck_producers_kind'), 'producers', type_='check')
    op.drop_column('producers', 'revision')
    op.drop_table('producer_licences')
    op.drop_table('producer_contacts')
    op.drop_table('producer_invitations')
    op.drop_table('producer_members')
