"""Producers' contacts, licences and people

Revision: 0008_producers, after: 0007_uploads
"""

import sqlalchemy as sa
from alembic import op

revision = '0008_producers'
down_revision = '0007_uploads'
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    op.drop_table('producer_members')
