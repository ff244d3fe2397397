"""Create the record

Revision: 0001
Follows:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Text that is compared and sorted by its bytes on both engines.
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
# Indexes over the revisions that stand.
STANDING = {"sqlite_where": sa.text("superseded_in IS NULL"), "postgresql_where": sa.text("superseded_in IS NULL")}


def upgrade() -> None:
    op.create_table(
        "authorisation_key",
        sa.Column("key", KEY, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_authorisation_key")),
    )
    op.create_table(
        "change",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "seed",
                "api",
                "import",
                "cli",
                name="ck_change_origin",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name="ck_change_number_positive"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_change")),
        sa.UniqueConstraint("recorded_at", name=op.f("uq_change_recorded_at")),
    )
    op.create_table(
        "contingent_key",
        sa.Column("key", KEY, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_contingent_key")),
    )
    op.create_table(
        "country_key",
        sa.Column("key", KEY, nullable=False),
        sa.CheckConstraint("length(key) = 3 AND key = upper(key)", name="ck_country_key_iso3"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_country_key")),
    )
    op.create_table(
        "mission_key",
        sa.Column("key", KEY, nullable=False),
        sa.CheckConstraint(
            "length(key) BETWEEN 2 AND 20 AND substr(key, 1, 1) = upper(substr(key, 1, 1))", name="ck_mission_key_code"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mission_key")),
    )
    op.create_table(
        "pledge_key", sa.Column("key", KEY, nullable=False), sa.PrimaryKeyConstraint("key", name=op.f("pk_pledge_key"))
    )
    op.create_table(
        "report_key", sa.Column("key", KEY, nullable=False), sa.PrimaryKeyConstraint("key", name=op.f("pk_report_key"))
    )
    op.create_table(
        "source_key", sa.Column("key", KEY, nullable=False), sa.PrimaryKeyConstraint("key", name=op.f("pk_source_key"))
    )
    op.create_table(
        "authorisation",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("country", KEY, nullable=False),
        sa.Column("max_persons", sa.Integer(), nullable=True),
        sa.Column(
            "bound",
            sa.Enum(
                "exactly",
                "up_to",
                "at_least",
                "about",
                name="ck_authorisation_bound",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("categories", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("proposer", sa.String(), nullable=True),
        sa.Column("proposed_on", sa.String(), nullable=True),
        sa.Column("approved_on", sa.String(), nullable=True),
        sa.Column("effective_to", sa.String(), nullable=True),
        sa.Column("source", KEY, nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("length(approved_on) IN (4, 7, 10)", name="ck_authorisation_approved_on_precision"),
        sa.CheckConstraint("length(effective_to) IN (4, 7, 10)", name="ck_authorisation_effective_to_precision"),
        sa.CheckConstraint("length(proposed_on) IN (4, 7, 10)", name="ck_authorisation_proposed_on_precision"),
        sa.CheckConstraint("max_persons >= 0", name="ck_authorisation_max_persons_not_negative"),
        sa.ForeignKeyConstraint(["country"], ["country_key.key"], name=op.f("fk_authorisation_country")),
        sa.ForeignKeyConstraint(["id"], ["authorisation_key.key"], name=op.f("fk_authorisation_id")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_authorisation_recorded_in")),
        sa.ForeignKeyConstraint(["source"], ["source_key.key"], name=op.f("fk_authorisation_source")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_authorisation_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_authorisation")),
    )
    op.create_index("ix_authorisation_country", "authorisation", ["country"], **STANDING)
    op.create_index("uq_authorisation_id_standing", "authorisation", ["id"], unique=True, **STANDING)

    op.create_table(
        "ceiling",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("mission", KEY, nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("adopted_on", sa.String(), nullable=True),
        sa.Column("effective_from", sa.String(), nullable=False),
        sa.Column("effective_to", sa.String(), nullable=True),
        sa.Column("military", sa.Integer(), nullable=True),
        sa.Column("observers_staff", sa.Integer(), nullable=True),
        sa.Column("individual_police", sa.Integer(), nullable=True),
        sa.Column("formed_police", sa.Integer(), nullable=True),
        sa.Column("police", sa.Integer(), nullable=True),
        sa.Column("corrections", sa.Integer(), nullable=True),
        sa.Column(
            "basis",
            sa.Enum(
                "absolute",
                "increase",
                "conditional",
                "scheduled",
                "temporary_increase",
                "termination",
                "renewal_unchanged",
                "renewal_no_number",
                "final_extension",
                "no_numeric_ceiling",
                "plan_not_confirmed",
                name="ck_ceiling_basis",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "confidence",
            sa.Enum(
                "confirmed",
                "partial",
                "general_knowledge",
                name="ck_ceiling_confidence",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source", KEY, nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("corrections >= 0", name="ck_ceiling_corrections_not_negative"),
        sa.CheckConstraint("formed_police >= 0", name="ck_ceiling_formed_police_not_negative"),
        sa.CheckConstraint("individual_police >= 0", name="ck_ceiling_individual_police_not_negative"),
        sa.CheckConstraint("length(adopted_on) IN (4, 7, 10)", name="ck_ceiling_adopted_on_precision"),
        sa.CheckConstraint("length(effective_from) IN (4, 7, 10)", name="ck_ceiling_effective_from_precision"),
        sa.CheckConstraint("length(effective_to) IN (4, 7, 10)", name="ck_ceiling_effective_to_precision"),
        sa.CheckConstraint("military >= 0", name="ck_ceiling_military_not_negative"),
        sa.CheckConstraint("observers_staff >= 0", name="ck_ceiling_observers_staff_not_negative"),
        sa.CheckConstraint("police >= 0", name="ck_ceiling_police_not_negative"),
        sa.ForeignKeyConstraint(["mission"], ["mission_key.key"], name=op.f("fk_ceiling_mission")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_ceiling_recorded_in")),
        sa.ForeignKeyConstraint(["source"], ["source_key.key"], name=op.f("fk_ceiling_source")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_ceiling_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_ceiling")),
    )
    op.create_index("uq_ceiling_id_standing", "ceiling", ["id"], unique=True, **STANDING)
    op.create_index(
        "uq_ceiling_standing", "ceiling", ["mission", "effective_from", "decision"], unique=True, **STANDING
    )

    op.create_table(
        "claim",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("locator", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "decision",
                "authorisation",
                "offer",
                "plan",
                "money",
                "headcount",
                "participation",
                "outcome",
                "context",
                "opinion",
                "attribution",
                "agreement",
                "figure",
                "mission",
                "ceiling",
                name="ck_claim_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "certainty",
            sa.Enum(
                "stated",
                "inferred",
                "derived",
                name="ck_claim_certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("quote", sa.String(), nullable=True),
        sa.Column("country", KEY, nullable=True),
        sa.Column("mission", KEY, nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column(
            "bound",
            sa.Enum(
                "exactly",
                "up_to",
                "at_least",
                "about",
                name="ck_claim_bound",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("length(about) IN (4, 7, 10)", name="ck_claim_about_precision"),
        sa.ForeignKeyConstraint(["country"], ["country_key.key"], name=op.f("fk_claim_country")),
        sa.ForeignKeyConstraint(["mission"], ["mission_key.key"], name=op.f("fk_claim_mission")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_claim_recorded_in")),
        sa.ForeignKeyConstraint(["source"], ["source_key.key"], name=op.f("fk_claim_source")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_claim_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_claim")),
    )
    op.create_index("ix_claim_source_standing", "claim", ["source"], **STANDING)
    op.create_index("uq_claim_id_standing", "claim", ["id"], unique=True, **STANDING)

    op.create_table(
        "contingent",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("country", KEY, nullable=False),
        sa.Column("mission", KEY, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column(
            "unit_kind",
            sa.Enum(
                "military_observers",
                "staff_officers",
                "infantry",
                "reserve_company",
                "medical",
                "reconnaissance",
                "engineering",
                "aviation",
                "signals",
                "transport",
                "formed_police_unit",
                "individual_police",
                "other",
                name="ck_contingent_unit_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("planned_persons", sa.Integer(), nullable=True),
        sa.Column(
            "planned_bound",
            sa.Enum(
                "exactly",
                "up_to",
                "at_least",
                "about",
                name="ck_contingent_planned_bound",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("planned_from", sa.String(), nullable=True),
        sa.Column("planned_to", sa.String(), nullable=True),
        sa.Column("authorisation", KEY, nullable=True),
        sa.Column("pledge", KEY, nullable=True),
        sa.Column("is_reserve", sa.Boolean(), nullable=True),
        sa.Column(
            "transport_by",
            sa.Enum(
                "contributor",
                "un",
                "third_party",
                name="ck_contingent_transport_by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("cost_amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("cost_currency", sa.String(), nullable=True),
        sa.Column("cost_approximate", sa.Boolean(), nullable=True),
        sa.Column("cost_note", sa.String(), nullable=True),
        sa.Column("equipment_note", sa.String(), nullable=True),
        sa.Column("source", KEY, nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("(cost_amount IS NULL) = (cost_currency IS NULL)", name="ck_contingent_cost_currency"),
        sa.CheckConstraint("cost_amount >= 0", name="ck_contingent_cost_amount_not_negative"),
        sa.CheckConstraint("length(planned_from) IN (4, 7, 10)", name="ck_contingent_planned_from_precision"),
        sa.CheckConstraint("length(planned_to) IN (4, 7, 10)", name="ck_contingent_planned_to_precision"),
        sa.CheckConstraint("planned_persons >= 0", name="ck_contingent_planned_persons_not_negative"),
        sa.ForeignKeyConstraint(["authorisation"], ["authorisation_key.key"], name=op.f("fk_contingent_authorisation")),
        sa.ForeignKeyConstraint(["country"], ["country_key.key"], name=op.f("fk_contingent_country")),
        sa.ForeignKeyConstraint(["id"], ["contingent_key.key"], name=op.f("fk_contingent_id")),
        sa.ForeignKeyConstraint(["mission"], ["mission_key.key"], name=op.f("fk_contingent_mission")),
        sa.ForeignKeyConstraint(["pledge"], ["pledge_key.key"], name=op.f("fk_contingent_pledge")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_contingent_recorded_in")),
        sa.ForeignKeyConstraint(["source"], ["source_key.key"], name=op.f("fk_contingent_source")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_contingent_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_contingent")),
    )
    op.create_index("ix_contingent_authorisation", "contingent", ["authorisation"], **STANDING)
    op.create_index("ix_contingent_country_mission", "contingent", ["country", "mission"], **STANDING)
    op.create_index("ix_contingent_mission", "contingent", ["mission"], **STANDING)
    op.create_index("uq_contingent_id_standing", "contingent", ["id"], unique=True, **STANDING)

    op.create_table(
        "country",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("iso3", KEY, nullable=False),
        sa.Column("iso2", sa.String(), nullable=True),
        sa.Column("m49", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("official_name", sa.String(), nullable=True),
        sa.Column("name_fr", sa.String(), nullable=True),
        sa.Column(
            "un_region",
            sa.Enum(
                "Africa",
                "Americas",
                "Asia",
                "Europe",
                "Oceania",
                name="ck_country_un_region",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("un_subregion", sa.String(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "un_member",
                "un_observer",
                "territory",
                "disputed",
                "former",
                name="ck_country_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.String(), nullable=True),
        sa.Column("valid_to", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("length(valid_from) IN (4, 7, 10)", name="ck_country_valid_from_precision"),
        sa.CheckConstraint("length(valid_to) IN (4, 7, 10)", name="ck_country_valid_to_precision"),
        sa.ForeignKeyConstraint(["iso3"], ["country_key.key"], name=op.f("fk_country_iso3")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_country_recorded_in")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_country_superseded_in")),
        sa.PrimaryKeyConstraint("iso3", "revision", name=op.f("pk_country")),
    )
    op.create_index("uq_country_iso2_standing", "country", ["iso2"], unique=True, **STANDING)
    op.create_index("uq_country_iso3_standing", "country", ["iso3"], unique=True, **STANDING)
    op.create_index("uq_country_m49_standing", "country", ["m49"], unique=True, **STANDING)

    op.create_table(
        "country_alias",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("country", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("normalised", KEY, nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("valid_from", sa.String(), nullable=True),
        sa.Column("valid_to", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("length(valid_from) IN (4, 7, 10)", name="ck_country_alias_valid_from_precision"),
        sa.CheckConstraint("length(valid_to) IN (4, 7, 10)", name="ck_country_alias_valid_to_precision"),
        sa.ForeignKeyConstraint(["country"], ["country_key.key"], name=op.f("fk_country_alias_country")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_country_alias_recorded_in")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_country_alias_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_country_alias")),
    )
    op.create_index("ix_country_alias_country", "country_alias", ["country"], **STANDING)
    op.create_index("uq_country_alias_id_standing", "country_alias", ["id"], unique=True, **STANDING)
    op.create_index("uq_country_alias_standing", "country_alias", ["normalised", "country"], unique=True, **STANDING)

    op.create_table(
        "country_succession",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("predecessor", KEY, nullable=False),
        sa.Column("successor", KEY, nullable=False),
        sa.Column("on", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "split",
                "merger",
                "secession",
                "continuation",
                "independence",
                name="ck_country_succession_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint('length("on") IN (4, 7, 10)', name="ck_country_succession_on_precision"),
        sa.CheckConstraint("predecessor <> successor", name="ck_country_succession_two"),
        sa.ForeignKeyConstraint(["predecessor"], ["country_key.key"], name=op.f("fk_country_succession_predecessor")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_country_succession_recorded_in")),
        sa.ForeignKeyConstraint(["successor"], ["country_key.key"], name=op.f("fk_country_succession_successor")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_country_succession_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_country_succession")),
    )
    op.create_index("uq_country_succession_id_standing", "country_succession", ["id"], unique=True, **STANDING)
    op.create_index(
        "uq_country_succession_standing", "country_succession", ["predecessor", "successor"], unique=True, **STANDING
    )

    op.create_table(
        "headcount",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("report", KEY, nullable=False),
        sa.Column("country", KEY, nullable=False),
        sa.Column("mission", KEY, nullable=True),
        sa.Column(
            "personnel_type",
            sa.Enum(
                "troops",
                "staff_officer",
                "military_observer",
                "individual_police",
                "formed_police",
                "police_unspecified",
                "other_uniformed",
                "unspecified",
                name="ck_headcount_personnel_type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("men", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column(
            "bound",
            sa.Enum(
                "exactly",
                "up_to",
                "at_least",
                "about",
                name="ck_headcount_bound",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "measure",
            sa.Enum(
                "present",
                "cumulative_served",
                "peak",
                name="ck_headcount_measure",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("contingent", KEY, nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "reported", "disputed", name="ck_headcount_status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("country_as_printed", sa.String(), nullable=True),
        sa.Column("mission_as_printed", sa.String(), nullable=True),
        sa.Column("type_as_printed", sa.String(), nullable=True),
        sa.Column("comment", sa.String(), nullable=True),
        sa.CheckConstraint("men >= 0", name="ck_headcount_men_not_negative"),
        sa.CheckConstraint("total >= 0", name="ck_headcount_total_not_negative"),
        sa.CheckConstraint("women + men = total", name="ck_headcount_sum"),
        sa.CheckConstraint("women >= 0", name="ck_headcount_women_not_negative"),
        sa.ForeignKeyConstraint(["contingent"], ["contingent_key.key"], name=op.f("fk_headcount_contingent")),
        sa.ForeignKeyConstraint(["country"], ["country_key.key"], name=op.f("fk_headcount_country")),
        sa.ForeignKeyConstraint(["mission"], ["mission_key.key"], name=op.f("fk_headcount_mission")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_headcount_recorded_in")),
        sa.ForeignKeyConstraint(["report"], ["report_key.key"], name=op.f("fk_headcount_report")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_headcount_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_headcount")),
    )
    op.create_index("ix_headcount_country_mission", "headcount", ["country", "mission"], **STANDING)
    op.create_index("ix_headcount_mission_country", "headcount", ["mission", "country"], **STANDING)
    op.create_index(
        "uq_headcount_standing",
        "headcount",
        [
            "report",
            "country",
            sa.text("coalesce(mission, '')"),
            "personnel_type",
            "measure",
            sa.text("coalesce(contingent, '')"),
        ],
        unique=True,
        **STANDING,
    )
    op.create_index("uq_headcount_id_standing", "headcount", ["id"], unique=True, **STANDING)

    op.create_table(
        "mission",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_fr", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "peacekeeping",
                "special_political",
                "support_office",
                "component",
                "early_observation",
                "guard_contingent",
                "non_un",
                name="ck_mission_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "ended",
                "unknown",
                name="ck_mission_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("parent", KEY, nullable=True),
        sa.Column("authorised_on", sa.String(), nullable=True),
        sa.Column("started_on", sa.String(), nullable=True),
        sa.Column("ended_on", sa.String(), nullable=True),
        sa.Column("drawdown_ended_on", sa.String(), nullable=True),
        sa.Column("headquarters", sa.String(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("established_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name="ck_mission_latitude"),
        sa.CheckConstraint("length(authorised_on) IN (4, 7, 10)", name="ck_mission_authorised_on_precision"),
        sa.CheckConstraint("length(drawdown_ended_on) IN (4, 7, 10)", name="ck_mission_drawdown_ended_on_precision"),
        sa.CheckConstraint("length(ended_on) IN (4, 7, 10)", name="ck_mission_ended_on_precision"),
        sa.CheckConstraint("length(started_on) IN (4, 7, 10)", name="ck_mission_started_on_precision"),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name="ck_mission_longitude"),
        sa.ForeignKeyConstraint(["code"], ["mission_key.key"], name=op.f("fk_mission_code")),
        sa.ForeignKeyConstraint(["parent"], ["mission_key.key"], name=op.f("fk_mission_parent")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_mission_recorded_in")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_mission_superseded_in")),
        sa.PrimaryKeyConstraint("code", "revision", name=op.f("pk_mission")),
    )
    op.create_index("uq_mission_code_standing", "mission", ["code"], unique=True, **STANDING)

    op.create_table(
        "mission_alias",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("mission", KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("normalised", KEY, nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("valid_from", sa.String(), nullable=True),
        sa.Column("valid_to", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("length(valid_from) IN (4, 7, 10)", name="ck_mission_alias_valid_from_precision"),
        sa.CheckConstraint("length(valid_to) IN (4, 7, 10)", name="ck_mission_alias_valid_to_precision"),
        sa.ForeignKeyConstraint(["mission"], ["mission_key.key"], name=op.f("fk_mission_alias_mission")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_mission_alias_recorded_in")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_mission_alias_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_mission_alias")),
    )
    op.create_index("ix_mission_alias_mission", "mission_alias", ["mission"], **STANDING)
    op.create_index("uq_mission_alias_id_standing", "mission_alias", ["id"], unique=True, **STANDING)
    op.create_index("uq_mission_alias_standing", "mission_alias", ["normalised", "mission"], unique=True, **STANDING)

    op.create_table(
        "mission_lineage",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("predecessor", KEY, nullable=False),
        sa.Column("successor", KEY, nullable=False),
        sa.Column("on", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint('length("on") IN (4, 7, 10)', name="ck_mission_lineage_on_precision"),
        sa.CheckConstraint("predecessor <> successor", name="ck_mission_lineage_two"),
        sa.ForeignKeyConstraint(["predecessor"], ["mission_key.key"], name=op.f("fk_mission_lineage_predecessor")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_mission_lineage_recorded_in")),
        sa.ForeignKeyConstraint(["successor"], ["mission_key.key"], name=op.f("fk_mission_lineage_successor")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_mission_lineage_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_mission_lineage")),
    )
    op.create_index("ix_mission_lineage_successor", "mission_lineage", ["successor"], **STANDING)
    op.create_index("uq_mission_lineage_id_standing", "mission_lineage", ["id"], unique=True, **STANDING)
    op.create_index(
        "uq_mission_lineage_standing", "mission_lineage", ["predecessor", "successor"], unique=True, **STANDING
    )

    op.create_table(
        "pledge",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("country", KEY, nullable=False),
        sa.Column("mission", KEY, nullable=True),
        sa.Column("made_on", sa.String(), nullable=True),
        sa.Column("forum", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column(
            "readiness",
            sa.Enum(
                "level_1",
                "level_2",
                "level_3",
                "rapid_deployment",
                name="ck_pledge_readiness",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "made",
                "verified",
                "accepted",
                "fulfilled",
                "lapsed",
                "withdrawn",
                name="ck_pledge_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source", KEY, nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("length(made_on) IN (4, 7, 10)", name="ck_pledge_made_on_precision"),
        sa.CheckConstraint("persons >= 0", name="ck_pledge_persons_not_negative"),
        sa.CheckConstraint("units >= 0", name="ck_pledge_units_not_negative"),
        sa.ForeignKeyConstraint(["country"], ["country_key.key"], name=op.f("fk_pledge_country")),
        sa.ForeignKeyConstraint(["id"], ["pledge_key.key"], name=op.f("fk_pledge_id")),
        sa.ForeignKeyConstraint(["mission"], ["mission_key.key"], name=op.f("fk_pledge_mission")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_pledge_recorded_in")),
        sa.ForeignKeyConstraint(["source"], ["source_key.key"], name=op.f("fk_pledge_source")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_pledge_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_pledge")),
    )
    op.create_index("ix_pledge_country", "pledge", ["country"], **STANDING)
    op.create_index("uq_pledge_id_standing", "pledge", ["id"], unique=True, **STANDING)

    op.create_table(
        "report",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("as_of_last", KEY, nullable=False),
        sa.Column("as_of_inferred", sa.Boolean(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "all_missions",
                "listed_missions",
                "partial",
                name="ck_report_scope",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "breakdown",
            sa.Enum(
                "mission", "country", name="ck_report_breakdown", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("length(as_of) IN (4, 7, 10)", name="ck_report_as_of_precision"),
        sa.CheckConstraint("length(as_of_last) = 10", name="ck_report_as_of_last_day"),
        sa.ForeignKeyConstraint(["id"], ["report_key.key"], name=op.f("fk_report_id")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_report_recorded_in")),
        sa.ForeignKeyConstraint(["source"], ["source_key.key"], name=op.f("fk_report_source")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_report_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_report")),
    )
    op.create_index("ix_report_as_of_last", "report", ["as_of_last"], **STANDING)
    op.create_index("uq_report_id_standing", "report", ["id"], unique=True, **STANDING)
    op.create_index("uq_report_standing", "report", ["source", "as_of", "scope", "breakdown"], unique=True, **STANDING)

    op.create_table(
        "source",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "un_monthly_report",
                "un_resolution",
                "government",
                "news",
                "dataset",
                "research",
                name="ck_source_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("published_on", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("licence", sa.String(), nullable=True),
        sa.Column("retrieved_on", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint("length(published_on) IN (4, 7, 10)", name="ck_source_published_on_precision"),
        sa.CheckConstraint("length(retrieved_on) IN (4, 7, 10)", name="ck_source_retrieved_on_precision"),
        sa.ForeignKeyConstraint(["id"], ["source_key.key"], name=op.f("fk_source_id")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_source_recorded_in")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_source_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_source")),
    )
    op.create_index("uq_source_id_standing", "source", ["id"], unique=True, **STANDING)

    op.create_table(
        "status_event",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("contingent", KEY, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "proposed",
                "approved",
                "agreement_signed",
                "departed",
                "arrived",
                "took_over",
                "rotated",
                "repatriated",
                "cancelled",
                name="ck_status_event_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on", sa.String(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column(
            "bound",
            sa.Enum(
                "exactly",
                "up_to",
                "at_least",
                "about",
                name="ck_status_event_bound",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "certainty",
            sa.Enum(
                "stated",
                "inferred",
                "derived",
                name="ck_status_event_certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source", KEY, nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint('length("on") IN (4, 7, 10)', name="ck_status_event_on_precision"),
        sa.CheckConstraint("persons >= 0", name="ck_status_event_persons_not_negative"),
        sa.ForeignKeyConstraint(["contingent"], ["contingent_key.key"], name=op.f("fk_status_event_contingent")),
        sa.ForeignKeyConstraint(["recorded_in"], ["change.number"], name=op.f("fk_status_event_recorded_in")),
        sa.ForeignKeyConstraint(["source"], ["source_key.key"], name=op.f("fk_status_event_source")),
        sa.ForeignKeyConstraint(["superseded_in"], ["change.number"], name=op.f("fk_status_event_superseded_in")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_status_event")),
    )
    op.create_index("uq_status_event_id_standing", "status_event", ["id"], unique=True, **STANDING)
    op.create_index("uq_status_event_standing", "status_event", ["contingent", "kind", "on"], unique=True, **STANDING)

    op.create_table(
        "authorisation_mission",
        sa.Column("authorisation", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("mission", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["authorisation", "revision"],
            ["authorisation.id", "authorisation.revision"],
            name=op.f("fk_authorisation_mission_authorisation_revision"),
        ),
        sa.ForeignKeyConstraint(["mission"], ["mission_key.key"], name=op.f("fk_authorisation_mission_mission")),
        sa.PrimaryKeyConstraint("authorisation", "revision", "mission", name=op.f("pk_authorisation_mission")),
    )
    op.create_table(
        "claim_subject",
        sa.Column("claim", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "noun",
            sa.Enum(
                "countries",
                "missions",
                "ceilings",
                "authorisations",
                "pledges",
                "contingents",
                "status-events",
                "reports",
                "headcounts",
                name="ck_claim_subject_noun",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("record", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["claim", "revision"], ["claim.id", "claim.revision"], name=op.f("fk_claim_subject_claim_revision")
        ),
        sa.PrimaryKeyConstraint("claim", "revision", "noun", "record", name=op.f("pk_claim_subject")),
    )
    op.create_index("ix_claim_subject_record", "claim_subject", ["noun", "record"], unique=False)

    op.create_table(
        "mission_host",
        sa.Column("mission", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("country", KEY, nullable=False),
        sa.Column("contested", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["country"], ["country_key.key"], name=op.f("fk_mission_host_country")),
        sa.ForeignKeyConstraint(
            ["mission", "revision"], ["mission.code", "mission.revision"], name=op.f("fk_mission_host_mission_revision")
        ),
        sa.PrimaryKeyConstraint("mission", "revision", "country", name=op.f("pk_mission_host")),
    )
    op.create_table(
        "pledge_unit",
        sa.Column("pledge", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "unit_kind",
            sa.Enum(
                "military_observers",
                "staff_officers",
                "infantry",
                "reserve_company",
                "medical",
                "reconnaissance",
                "engineering",
                "aviation",
                "signals",
                "transport",
                "formed_police_unit",
                "individual_police",
                "other",
                name="ck_pledge_unit_unit_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["pledge", "revision"], ["pledge.id", "pledge.revision"], name=op.f("fk_pledge_unit_pledge_revision")
        ),
        sa.PrimaryKeyConstraint("pledge", "revision", "unit_kind", name=op.f("pk_pledge_unit")),
    )
    op.create_table(
        "report_mission",
        sa.Column("report", KEY, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("mission", KEY, nullable=False),
        sa.ForeignKeyConstraint(["mission"], ["mission_key.key"], name=op.f("fk_report_mission_mission")),
        sa.ForeignKeyConstraint(
            ["report", "revision"], ["report.id", "report.revision"], name=op.f("fk_report_mission_report_revision")
        ),
        sa.PrimaryKeyConstraint("report", "revision", "mission", name=op.f("pk_report_mission")),
    )


def downgrade() -> None:
    op.drop_table("report_mission")
    op.drop_table("pledge_unit")
    op.drop_table("mission_host")
    op.drop_index("ix_claim_subject_record", table_name="claim_subject")

    op.drop_table("claim_subject")
    op.drop_table("authorisation_mission")
    op.drop_index("uq_status_event_standing", table_name="status_event")
    op.drop_index("uq_status_event_id_standing", table_name="status_event")

    op.drop_table("status_event")
    op.drop_index("uq_source_id_standing", table_name="source")

    op.drop_table("source")
    op.drop_index("uq_report_standing", table_name="report")
    op.drop_index("uq_report_id_standing", table_name="report")
    op.drop_index("ix_report_as_of_last", table_name="report")

    op.drop_table("report")
    op.drop_index("uq_pledge_id_standing", table_name="pledge")
    op.drop_index("ix_pledge_country", table_name="pledge")

    op.drop_table("pledge")
    op.drop_index("uq_mission_lineage_standing", table_name="mission_lineage")
    op.drop_index("uq_mission_lineage_id_standing", table_name="mission_lineage")
    op.drop_index("ix_mission_lineage_successor", table_name="mission_lineage")

    op.drop_table("mission_lineage")
    op.drop_index("uq_mission_alias_standing", table_name="mission_alias")
    op.drop_index("uq_mission_alias_id_standing", table_name="mission_alias")
    op.drop_index("ix_mission_alias_mission", table_name="mission_alias")

    op.drop_table("mission_alias")
    op.drop_index("uq_mission_code_standing", table_name="mission")

    op.drop_table("mission")
    op.drop_index("uq_headcount_standing", table_name="headcount")
    op.drop_index("uq_headcount_id_standing", table_name="headcount")
    op.drop_index("ix_headcount_mission_country", table_name="headcount")
    op.drop_index("ix_headcount_country_mission", table_name="headcount")

    op.drop_table("headcount")
    op.drop_index("uq_country_succession_standing", table_name="country_succession")
    op.drop_index("uq_country_succession_id_standing", table_name="country_succession")

    op.drop_table("country_succession")
    op.drop_index("uq_country_alias_standing", table_name="country_alias")
    op.drop_index("uq_country_alias_id_standing", table_name="country_alias")
    op.drop_index("ix_country_alias_country", table_name="country_alias")

    op.drop_table("country_alias")
    op.drop_index("uq_country_m49_standing", table_name="country")
    op.drop_index("uq_country_iso3_standing", table_name="country")
    op.drop_index("uq_country_iso2_standing", table_name="country")

    op.drop_table("country")
    op.drop_index("uq_contingent_id_standing", table_name="contingent")
    op.drop_index("ix_contingent_mission", table_name="contingent")
    op.drop_index("ix_contingent_country_mission", table_name="contingent")
    op.drop_index("ix_contingent_authorisation", table_name="contingent")

    op.drop_table("contingent")
    op.drop_index("uq_claim_id_standing", table_name="claim")
    op.drop_index("ix_claim_source_standing", table_name="claim")

    op.drop_table("claim")
    op.drop_index("uq_ceiling_standing", table_name="ceiling")
    op.drop_index("uq_ceiling_id_standing", table_name="ceiling")

    op.drop_table("ceiling")
    op.drop_index("uq_authorisation_id_standing", table_name="authorisation")
    op.drop_index("ix_authorisation_country", table_name="authorisation")

    op.drop_table("authorisation")
    op.drop_table("source_key")
    op.drop_table("report_key")
    op.drop_table("pledge_key")
    op.drop_table("mission_key")
    op.drop_table("country_key")
    op.drop_table("contingent_key")
    op.drop_table("change")
    op.drop_table("authorisation_key")
