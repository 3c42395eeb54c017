"""Search

Revision: 0006_search, after: 0005_catalogue
"""

revision = '0006_search'
down_revision = '0005_catalogue'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
