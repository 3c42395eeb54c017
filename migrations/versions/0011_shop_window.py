"""Shop window and low stock

Revision: 0011_shop_window, after: 0010_sheets
"""

revision = '0011_shop_window'
down_revision = '0010_sheets'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
