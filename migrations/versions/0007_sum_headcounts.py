"""Sums of the headcounts of each report, in place of the indexes that held all that sums need

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STANDS = sa.text("superseded_in IS NULL AND measure = 'present' AND contingent IS NULL")
ALIKE = ["measure", "contingent", "superseded_in"]
SUMMED = {
    "country": ["country", "report", "mission", "personnel_type", "total", "women", "men", *ALIKE],
    "mission": ["mission", "report", "country", "personnel_type", "total", "women", "men", *ALIKE],
}
# What is left apart, and what tells cells of one sum from one another.
OVER = {
    "all": ("''", "h.country || '|' || h.mission"),
    "country": ("h.country", "h.mission"),
    "mission": ("h.mission", "h.country"),
}
ADD_UP = """
INSERT INTO headcount_sum (over, code, report, total, women, men, unsplit, cells)
SELECT '{over}', {code}, h.report, sum(h.total),
    sum(CASE WHEN h.women IS NOT NULL AND h.men IS NOT NULL THEN h.women ELSE 0 END),
    sum(CASE WHEN h.women IS NOT NULL AND h.men IS NOT NULL THEN h.men ELSE 0 END),
    sum(CASE WHEN h.women IS NOT NULL AND h.men IS NOT NULL THEN 0 ELSE h.total END),
    count(DISTINCT {cell})
FROM headcount AS h
WHERE h.superseded_in IS NULL AND h.measure = 'present' AND h.contingent IS NULL AND h.mission IS NOT NULL
AND (h.personnel_type <> 'unspecified' OR NOT EXISTS (
    SELECT 1 FROM headcount AS k
    WHERE k.report = h.report AND k.country = h.country AND k.mission = h.mission AND k.superseded_in IS NULL
    AND k.measure = 'present' AND k.contingent IS NULL AND k.status = 'reported' AND k.bound = 'exactly'
    AND k.personnel_type <> 'unspecified'
))
GROUP BY h.report{group}
"""


def upgrade() -> None:
    key = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    over = sa.Enum(
        "all", "country", "mission", name="ck_headcount_sum_over", native_enum=False, create_constraint=True, length=40
    )
    people = [
        sa.Column(name, sa.BigInteger(), nullable=False) for name in ("total", "women", "men", "unsplit", "cells")
    ]
    op.create_table(
        "headcount_sum",
        sa.Column("over", over, nullable=False),
        sa.Column("code", key, nullable=False),
        sa.Column("report", key, nullable=False),
        *people,
        sa.PrimaryKeyConstraint("over", "code", "report", name=op.f("pk_headcount_sum")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_headcount_sum_report", "headcount_sum", ["report", "over"])
    for name, (code, cell) in OVER.items():
        group = "" if name == "all" else f", {code}"
        op.execute(ADD_UP.format(over=name, code=code, cell=cell, group=group))
    for one in SUMMED:
        op.drop_index(f"ix_headcount_{one}_present", table_name="headcount")


def downgrade() -> None:
    for one, columns in SUMMED.items():
        name = f"ix_headcount_{one}_present"
        op.create_index(name, "headcount", columns, sqlite_where=STANDS, postgresql_where=STANDS)
    op.drop_table("headcount_sum")
