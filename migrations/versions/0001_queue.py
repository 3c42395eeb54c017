"""The queue's own tables, as procrastinate brings them

Revision: 0001_queue, after: nothing
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001_queue"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())


def downgrade() -> None:
    raise RuntimeError("the queue is not taken down; restore a backup instead")
