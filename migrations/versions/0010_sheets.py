"""Imports of sheets

Revision: 0010_sheets, after: 0009_vouchers
"""

revision = '0010_sheets'
down_revision = '0009_vouchers'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
