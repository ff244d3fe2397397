"""Keep the totals that sources print, and index the past like the present

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Text that is compared and sorted by its bytes on both engines.
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
# Indexes over the revisions that stand.
STANDING = {"sqlite_where": sa.text("superseded_in IS NULL"), "postgresql_where": sa.text("superseded_in IS NULL")}
# Counts that do not enter totals as they are; few, whatever the table holds.
DOUBTFUL = sa.text("status = 'disputed' OR bound <> 'exactly'")


def upgrade() -> None:
    op.create_table(
        "printed_total",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("report", KEY, nullable=False),
        sa.Column("mission", KEY, nullable=True),
        sa.Column("country", KEY, nullable=True),
        sa.Column(
            "level",
            sa.Enum(
                "grand",
                "mission",
                "country",
                "country_in_mission",
                name="ck_printed_total_level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("men", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("men >= 0", name="ck_printed_total_men_not_negative"),
        sa.CheckConstraint("total >= 0", name="ck_printed_total_total_not_negative"),
        sa.CheckConstraint("women >= 0", name="ck_printed_total_women_not_negative"),
        sa.ForeignKeyConstraint(["country"], ["country_key.key"], name=op.f("fk_printed_total_country")),
        sa.ForeignKeyConstraint(["mission"], ["mission_key.key"], name=op.f("fk_printed_total_mission")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_printed_total_recorded_in")),
        sa.ForeignKeyConstraint(["report"], ["report_key.key"], name=op.f("fk_printed_total_report")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_printed_total_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_printed_total")),
    )
    op.create_index(op.f("ix_printed_total_report"), "printed_total", ["report"])
    op.create_index(
        "uq_printed_total_standing",
        "printed_total",
        ["report", sa.text("coalesce(mission, '')"), sa.text("coalesce(country, '')")],
        unique=True,
        **STANDING,
    )
    op.create_index("uq_printed_total_id_standing", "printed_total", ["id"], unique=True, **STANDING)

    op.drop_index("ix_headcount_mission_country", table_name="headcount")
    op.drop_index("ix_headcount_country_mission", table_name="headcount")
    op.create_index("ix_headcount_doubtful", "headcount", ["report"], sqlite_where=DOUBTFUL, postgresql_where=DOUBTFUL)
    op.create_index("ix_headcount_country_report", "headcount", ["country", "report"])
    op.create_index("ix_headcount_mission_report", "headcount", ["mission", "report"])
    # Last, because of equally good indexes SQLite takes the newest: a date with a region would scan the table otherwise.
    op.create_index("ix_headcount_report_country_mission", "headcount", ["report", "country", "mission"])
    op.drop_index("ix_report_as_of_last", table_name="report")
    op.create_index("ix_report_as_of_last", "report", ["as_of_last"])


def downgrade() -> None:
    op.drop_index("ix_report_as_of_last", table_name="report")
    op.create_index("ix_report_as_of_last", "report", ["as_of_last"], **STANDING)
    op.drop_index("ix_headcount_report_country_mission", table_name="headcount")
    op.drop_index("ix_headcount_mission_report", table_name="headcount")
    op.drop_index("ix_headcount_country_report", table_name="headcount")
    op.drop_index("ix_headcount_doubtful", table_name="headcount")
    op.create_index("ix_headcount_country_mission", "headcount", ["country", "mission"], **STANDING)
    op.create_index("ix_headcount_mission_country", "headcount", ["mission", "country"], **STANDING)

    op.drop_index("uq_printed_total_id_standing", table_name="printed_total")
    op.drop_index("uq_printed_total_standing", table_name="printed_total")
    op.drop_index(op.f("ix_printed_total_report"), table_name="printed_total")
    op.drop_table("printed_total")
