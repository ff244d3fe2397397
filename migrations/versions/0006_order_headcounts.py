"""Headcounts of a mission or of a country in the order of lists, and all that their sums need

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PRESENT = sa.text("superseded_in IS NULL AND measure = 'present' AND contingent IS NULL")
ALIKE = ["measure", "contingent", "superseded_in"]
SUMMED = {
    "country": ["country", "report", "mission", "personnel_type", "total", "women", "men", *ALIKE],
    "mission": ["mission", "report", "country", "personnel_type", "total", "women", "men", *ALIKE],
}


def upgrade() -> None:
    op.drop_index("ix_headcount_mission_report", table_name="headcount")
    op.drop_index("ix_headcount_country_report", table_name="headcount")
    op.create_index("ix_headcount_mission_id", "headcount", ["mission", "id"])
    op.create_index("ix_headcount_country_id", "headcount", ["country", "id"])
    for one, columns in SUMMED.items():
        name = f"ix_headcount_{one}_present"
        op.create_index(name, "headcount", columns, sqlite_where=PRESENT, postgresql_where=PRESENT)


def downgrade() -> None:
    for one in SUMMED:
        op.drop_index(f"ix_headcount_{one}_present", table_name="headcount")
    op.drop_index("ix_headcount_country_id", table_name="headcount")
    op.drop_index("ix_headcount_mission_id", table_name="headcount")
    op.create_index("ix_headcount_country_report", "headcount", ["country", "report"])
    op.create_index("ix_headcount_mission_report", "headcount", ["mission", "report"])
