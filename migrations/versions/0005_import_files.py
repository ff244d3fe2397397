"""Imports of whole files and what is wrong with their rows

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def number(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "file_import",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "state",
            words(
                "ck_file_import_state",
                "waiting",
                "running",
                "validated",
                "committed",
                "refused",
                "failed",
                "reverted",
            ),
            nullable=False,
        ),
        sa.Column("mode", words("ck_file_import_mode", "validate", "commit"), nullable=False),
        sa.Column("on_error", words("ck_file_import_on_error", "abort", "skip"), nullable=False),
        sa.Column("importer", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("scope", words("ck_file_import_scope", "all_missions", "listed_missions", "partial"), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        number("size"),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("beat_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        number("rows_read"),
        number("created"),
        number("unchanged"),
        number("corrected"),
        number("rejected"),
        number("faults"),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=True),
        sa.Column("reverted_in", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("id > 0", name="ck_file_import_id_positive"),
        sa.ForeignKeyConstraint(["change"], ["change.number"], name=op.f("fk_file_import_change")),
        sa.ForeignKeyConstraint(["reverted_in"], ["change.number"], name=op.f("fk_file_import_reverted_in")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_import")),
    )
    op.create_index(op.f("ix_file_import_change"), "file_import", ["change"])
    op.create_index(op.f("ix_file_import_reverted_in"), "file_import", ["reverted_in"])
    op.create_table(
        "import_fault",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        number("row"),
        sa.Column("column", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["file_import.id"], name=op.f("fk_import_fault_import_id")),
        sa.PrimaryKeyConstraint("import_id", "place", name=op.f("pk_import_fault")),
    )


def downgrade() -> None:
    op.drop_table("import_fault")
    op.drop_table("file_import")
