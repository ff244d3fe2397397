"""Tokens, kept answers and proposals beside the record, and what each change did found by its number

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Text that is compared and sorted by its bytes on both engines.
KEY = sa.String().with_variant(sa.String(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ENDED = {"sqlite_where": sa.text("superseded_in IS NOT NULL"), "postgresql_where": sa.text("superseded_in IS NOT NULL")}
# Every noun that is kept in the ledger, with its key.
LEDGERS = {
    "authorisation": "id",
    "ceiling": "id",
    "claim": "id",
    "contingent": "id",
    "country": "iso3",
    "country_alias": "id",
    "country_succession": "id",
    "headcount": "id",
    "mission": "code",
    "mission_alias": "id",
    "mission_lineage": "id",
    "pledge": "id",
    "printed_total": "id",
    "report": "id",
    "source": "id",
    "status_event": "id",
}


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.add_column("change", sa.Column("accepted_by", sa.String(), nullable=True))
    for noun, key in LEDGERS.items():
        op.create_index(f"ix_{noun}_recorded_in", noun, ["recorded_in", key])
        op.create_index(f"ix_{noun}_superseded_in", noun, ["superseded_in", key], **ENDED)

    op.create_table(
        "token",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("role", words("ck_token_role", "analyst", "admin"), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
    )
    op.create_index(op.f("ix_token_name"), "token", ["name"])
    op.create_table(
        "kept_answer",
        sa.Column("author", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("author", "key", name=op.f("pk_kept_answer")),
    )
    op.create_index(op.f("ix_kept_answer_kept_at"), "kept_answer", ["kept_at"])
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "act", words("ck_proposal_act", "create", "correct", "retract", "dispute", "resolve"), nullable=False
        ),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("state", words("ck_proposal_state", "open", "accepted", "rejected"), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("change", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["change"], ["change.number"], name=op.f("fk_proposal_change")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_change"), "proposal", ["change"])


def downgrade() -> None:
    op.drop_table("proposal")
    op.drop_table("kept_answer")
    op.drop_table("token")
    for noun in LEDGERS:
        op.drop_index(f"ix_{noun}_superseded_in", table_name=noun)
        op.drop_index(f"ix_{noun}_recorded_in", table_name=noun)
    op.drop_column("change", "accepted_by")
