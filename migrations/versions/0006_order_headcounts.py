"""Headcounts of a mission or of a country in the order in which lists show them

Revision: 0006
Follows: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_headcount_mission_id", "headcount", ["mission", "id"])
    op.create_index("ix_headcount_country_id", "headcount", ["country", "id"])


def downgrade() -> None:
    op.drop_index("ix_headcount_country_id", table_name="headcount")
    op.drop_index("ix_headcount_mission_id", table_name="headcount")
