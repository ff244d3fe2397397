"""Deaths in missions, one record a casualty

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Text that is compared and sorted by its bytes on both engines.
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
STANDING = {"sqlite_where": sa.text("superseded_in IS NULL"), "postgresql_where": sa.text("superseded_in IS NULL")}
ENDED = {"sqlite_where": sa.text("superseded_in IS NOT NULL"), "postgresql_where": sa.text("superseded_in IS NOT NULL")}
PERSONNEL = ("military", "police", "military_observer", "international_civilian", "local", "other")
INCIDENTS = ("malicious_act", "accident", "illness", "self_inflicted", "to_be_determined", "unknown")


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "fatality",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("casualty_id", sa.String(), nullable=False),
        sa.Column("incident_date", KEY, nullable=False),
        sa.Column("mission", KEY, nullable=True),
        sa.Column("mission_as_printed", sa.String(), nullable=True),
        sa.Column("nationality", KEY, nullable=True),
        sa.Column("nationality_as_printed", sa.String(), nullable=True),
        sa.Column("personnel_type", words("ck_fatality_personnel_type", *PERSONNEL), nullable=False),
        sa.Column("incident_type", words("ck_fatality_incident_type", *INCIDENTS), nullable=False),
        sa.Column("sex", words("ck_fatality_sex", "female", "male"), nullable=True),
        sa.Column("source", KEY, nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("length(incident_date) IN (4, 7, 10)", name="ck_fatality_incident_date_precision"),
        sa.ForeignKeyConstraint(["mission"], ["mission_key.key"], name=op.f("fk_fatality_mission")),
        sa.ForeignKeyConstraint(["nationality"], ["country_key.key"], name=op.f("fk_fatality_nationality")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_fatality_recorded_in")),
        sa.ForeignKeyConstraint(["source"], ["source_key.key"], name=op.f("fk_fatality_source")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_fatality_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_fatality")),
    )
    op.create_index("uq_fatality_id_standing", "fatality", ["id"], unique=True, **STANDING)
    op.create_index("uq_fatality_standing", "fatality", ["casualty_id"], unique=True, **STANDING)
    op.create_index("ix_fatality_recorded_in", "fatality", ["recorded_in", "id"])
    op.create_index("ix_fatality_superseded_in", "fatality", ["superseded_in", "id"], **ENDED)
    op.create_index("ix_fatality_incident_date", "fatality", ["incident_date", "id"])
    op.create_index("ix_fatality_mission", "fatality", ["mission", "incident_date"])
    op.create_index("ix_fatality_nationality", "fatality", ["nationality", "incident_date"])


def downgrade() -> None:
    for name in ("nationality", "mission", "incident_date", "superseded_in", "recorded_in"):
        op.drop_index(f"ix_fatality_{name}", table_name="fatality")
    op.drop_index("uq_fatality_standing", table_name="fatality")
    op.drop_index("uq_fatality_id_standing", table_name="fatality")
    op.drop_table("fatality")
