"""Vouchers

Revision: 0009_vouchers, after: 0008_producers
"""

revision = '0009_vouchers'
down_revision = '0008_producers'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
