"""Uploads

Revision: 0007_uploads, after: 0006_search
"""

revision = '0007_uploads'
down_revision = '0006_search'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
