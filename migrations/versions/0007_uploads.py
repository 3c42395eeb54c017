"""Uploads

Revision: 0007_uploads, after: 0006_search
"""

import sqlalchemy as sa
from alembic import op

revision = '0007_uploads'
down_revision = '0006_search'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('uploads',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('no', sa.Text(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('content_type', sa.Text(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.Column('width', sa.BigInteger(), nullable=True),
    sa.Column('height', sa.BigInteger(), nullable=True),
    sa.Column('key', sa.Text(), nullable=True),
    sa.Column('path', sa.Text(), nullable=True),
    sa.Column('refusal', sa.Text(), nullable=True),
    sa.Column('tries', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tidied_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("purpose IN ('picture', 'document')", name=op.f('ck_uploads_purpose')),
    sa.CheckConstraint("state IN ('expected', 'stored', 'ready', 'refused', 'expired')", name=op.f('ck_uploads_state')),
    sa.CheckConstraint('bytes > 0', name=op.f('ck_uploads_bytes')),
    sa.CheckConstraint('width > 0 AND height > 0', name=op.f('ck_uploads_pixels')),
    sa.CheckConstraint("(state = 'ready' AND purpose = 'picture') = (path IS NOT NULL)", name=op.f('ck_uploads_path')),
    sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name=op.f('ck_uploads_refusal')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_uploads_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_uploads')),
    sa.UniqueConstraint('no', name=op.f('uq_uploads_no')),
    sa.UniqueConstraint('path', name=op.f('uq_uploads_path'))
    )
    op.create_index(op.f('ix_uploads_user_id'), 'uploads', ['user_id'], unique=False)
    op.create_index('ix_uploads_expected', 'uploads', ['created_at'], unique=False, postgresql_where=sa.text("state = 'expected'"))
    op.create_index('ix_uploads_stored', 'uploads', ['next_try_at'], unique=False, postgresql_where=sa.text("state = 'stored'"))
    op.create_index('ix_uploads_untidy', 'uploads', ['expires_at'], unique=False, postgresql_where=sa.text("tidied_at IS NULL AND state IN ('ready', 'refused', 'expired')"))
    op.create_table('upload_events',
    sa.Column('upload_id', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('from_state', sa.Text(), nullable=True),
    sa.Column('to_state', sa.Text(), nullable=False),
    sa.Column('by_kind', sa.Text(), nullable=False),
    sa.Column('by_user_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['upload_id'], ['uploads.id'], name=op.f('fk_upload_events_upload_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload_events'))
    )
    op.create_index(op.f('ix_upload_events_upload_id'), 'upload_events', ['upload_id'], unique=False)
    op.execute("""
        CREATE TRIGGER upload_events_only_grows
        BEFORE UPDATE OR DELETE OR TRUNCATE ON upload_events
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    op.drop_table('upload_events')
    op.drop_table('uploads')
