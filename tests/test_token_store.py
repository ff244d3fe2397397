"""The text of a token, and what is stored of it: names, ends, rotation, revocation, and who is found."""

import re
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select, text

from app.core.database import Database
from app.core.errors import InvalidRequest, NotFound, RecordConflict, TrackerError, Unauthorised
from app.tokens.models import Role, Token
from app.tokens.secrets import digest, make_token_text, read_token_text
from app.tokens.store import (
    Holder,
    create_token,
    find_holder,
    get_token,
    list_tokens,
    note_use,
    revoke_token,
    rotate_token,
)
from tests.rows import NOW

DAY = timedelta(days=1)
SCANNER = re.compile(r"\bpkt_[a-z0-9]{10}_[0-9a-f]{64}_[0-9a-f]{8}\b")
MISTYPED = "The token is mistyped: its checksum does not fit, or it is no token. Copy it anew."
UNKNOWN = "The token is not known here. Ask an admin for one."


def test_a_token_has_the_form_that_scanners_look_for():
    token_id, made = make_token_text()
    assert SCANNER.fullmatch(made)
    assert len(made) == 88
    assert read_token_text(made) == token_id == made.split("_")[1]
    assert len({make_token_text()[1] for _ in range(50)}) == 50


def test_the_checksum_is_the_crc_32_of_what_stands_before_it():
    body = f"pkt_abcdefghij_{'0' * 64}"
    assert read_token_text(f"{body}_065434c4") == "abcdefghij"
    assert read_token_text(f"{body}_065434c5") is None
    assert digest(f"{body}_065434c4") == "3742c0d4589de4f214884de74f9f793c4f8c7a38fb17d304862fe6881de2b112"


def test_one_wrong_letter_anywhere_is_noticed_without_a_database():
    _, made = make_token_text()
    for place, letter in enumerate(made):
        other = "1" if letter != "1" else "2"
        assert read_token_text(made[:place] + other + made[place + 1 :]) is None, place


def test_what_has_another_form_is_no_token():
    _, made = make_token_text()
    for text_given in ("", "pkt_", made[:-1], made + "0", f" {made}", f"{made}\n", made.upper(), made * 1000, "٣" * 88):
        assert read_token_text(text_given) is None, text_given


def test_a_token_lives_a_year_unless_told_and_two_years_at_most(database: Database):
    with database.write() as session:
        assert create_token(session, "One", Role.ANALYST, None, "cli", NOW)[0].expires_at == NOW + 365 * DAY
        assert create_token(session, "Two", Role.ADMIN, NOW + 730 * DAY, "cli", NOW)[0].expires_at == NOW + 730 * DAY
        assert create_token(session, " Thre\u0301e ", Role.ADMIN, NOW + DAY, "cli", NOW)[0].name == "Thr\u00e9e"


LATER = "2028-01-02 at 03:04 UTC"


@pytest.mark.parametrize(
    ("name", "life", "detail"),
    [
        ("Jane", timedelta(0), "/expires_at: 2026-01-02 at 03:04 UTC is past; a token ends in the future."),
        ("Jane", -DAY, "/expires_at: 2026-01-01 at 03:04 UTC is past; a token ends in the future."),
        (
            "Jane",
            730 * DAY + timedelta(microseconds=1),
            f"/expires_at: a token lives 730 days at most, until {LATER}.",
        ),
        ("seed", DAY, "/name: 'seed' is a name that the service uses itself; choose another."),
        (" SEED ", DAY, "/name: 'SEED' is a name that the service uses itself; choose another."),
        ("\uff33eed", DAY, "/name: '\uff33eed' is a name that the service uses itself; choose another."),
        ("Cli", DAY, "/name: 'Cli' is a name that the service uses itself; choose another."),
        ("", DAY, "/name: a name has 1 to 80 characters and stands on one line."),
        ("   ", DAY, "/name: a name has 1 to 80 characters and stands on one line."),
        ("Jane\nDoe", DAY, "/name: a name has 1 to 80 characters and stands on one line."),
        ("Jane\tDoe", DAY, "/name: a name has 1 to 80 characters and stands on one line."),
        ("Jane\u2028Doe", DAY, "/name: a name has 1 to 80 characters and stands on one line."),
        ("J" * 81, DAY, "/name: a name has 1 to 80 characters and stands on one line."),
        ("Jane\u202edoe", DAY, "/name: the text holds control or invisible characters; remove them."),
    ],
)
def test_names_and_ends_that_cannot_be_are_refused(database: Database, name: str, life: timedelta, detail: str):
    with pytest.raises(InvalidRequest) as error, database.write() as session:
        create_token(session, name, Role.ANALYST, NOW + life, "cli", NOW)
    assert error.value.detail == detail
    with database.read() as session:
        assert list_tokens(session) == []


def test_all_faults_of_a_new_token_are_named_at_once(database: Database):
    with pytest.raises(InvalidRequest) as error, database.write() as session:
        create_token(session, "seed", Role.ANALYST, NOW - DAY, "cli", NOW)
    assert [one.pointer for one in error.value.errors] == ["/expires_at", "/name"]


def test_a_name_of_eighty_characters_is_taken(database: Database):
    with database.write() as session:
        assert create_token(session, "J" * 80, Role.ANALYST, None, "cli", NOW)[0].name == "J" * 80


def test_two_live_tokens_a_name_whatever_their_roles(database: Database):
    with database.write() as session:
        first = create_token(session, "Jane", Role.ANALYST, NOW + DAY, "cli", NOW)[0].id
        second = create_token(session, "Jane", Role.ADMIN, NOW + 2 * DAY, "cli", NOW + timedelta(seconds=1))[0].id
        create_token(session, "jane", Role.ANALYST, None, "cli", NOW)
    with pytest.raises(RecordConflict) as error, database.write() as session:
        create_token(session, "Jane", Role.ANALYST, None, "cli", NOW + timedelta(seconds=2))
    assert error.value.detail == f"'Jane' would have more than 2 live tokens. Revoke {first} or {second} first."
    assert [one.record for one in error.value.errors] == [f"/v1/tokens/{first}", f"/v1/tokens/{second}"]
    with database.write() as session:  # the first has expired by then, the second is revoked
        create_token(session, "Jane", Role.ANALYST, None, "cli", NOW + DAY)
        revoke_token(session, second, NOW + DAY)
        create_token(session, "Jane", Role.ANALYST, None, "cli", NOW + DAY)


def test_of_many_made_at_once_two_live(database: Database):
    def create(_number: int) -> bool:
        try:
            with database.write() as session:
                create_token(session, "Jane", Role.ANALYST, None, "cli", NOW)
        except RecordConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(create, range(8))) == [False] * 6 + [True] * 2


def test_rotating_keeps_name_role_and_length_of_life_and_ends_the_old_one_in_a_day(database: Database):
    with database.write() as session:
        old = create_token(session, "Jane", Role.ADMIN, NOW + 100 * DAY, "cli", NOW)[0]
        new, made = rotate_token(session, old.id, "Ada", NOW + 10 * DAY)
        assert (new.name, new.role, new.created_by) == ("Jane", Role.ADMIN, "Ada")
        assert new.created_at == NOW + 10 * DAY
        assert new.expires_at == NOW + 110 * DAY
        assert old.expires_at == NOW + 11 * DAY
        assert find_holder(session, made, NOW + 10 * DAY) == Holder("Jane", Role.ADMIN, new.id)


def test_rotating_never_lengthens_the_life_of_the_old_one(database: Database):
    with database.write() as session:
        old = create_token(session, "Jane", Role.ANALYST, NOW + DAY, "cli", NOW)[0]
        rotate_token(session, old.id, "cli", NOW + DAY / 2)
        assert old.expires_at == NOW + DAY


def test_what_cannot_be_rotated(database: Database):
    with database.write() as session:
        first = create_token(session, "Jane", Role.ANALYST, None, "cli", NOW)[0].id
        second = rotate_token(session, first, "cli", NOW)[0].id

    def refusal(kind: type[TrackerError], token_id: str, now: datetime) -> str:
        with pytest.raises(kind) as error, database.write() as session:
            rotate_token(session, token_id, "cli", now)
        return error.value.detail

    assert refusal(RecordConflict, first, NOW) == f"'Jane' would have more than 2 live tokens. Revoke {second} first."
    assert refusal(RecordConflict, second, NOW) == f"'Jane' would have more than 2 live tokens. Revoke {first} first."
    dead = f"The token {first} has ended, so it cannot be rotated. Make a new one."
    assert refusal(RecordConflict, first, NOW + DAY) == dead
    with database.write() as session:
        revoke_token(session, first, NOW)
    assert refusal(RecordConflict, first, NOW) == dead
    nothing = "There is no token with the id 'nosuchtokn'. The list is at /v1/tokens."
    assert refusal(NotFound, "nosuchtokn", NOW) == nothing
    with database.write() as session:  # once the old one has ended, the new one can be rotated
        rotate_token(session, second, "cli", NOW + DAY)


def test_revoking_twice_keeps_the_first_moment(database: Database):
    with database.write() as session:
        token_id = create_token(session, "Jane", Role.ANALYST, None, "cli", NOW)[0].id
        assert revoke_token(session, token_id, NOW + DAY).revoked_at == NOW + DAY
        assert revoke_token(session, token_id, NOW + 2 * DAY).revoked_at == NOW + DAY
    for unknown in ("nosuchtokn", "", "\x00" * 10, "x" * 5000, "\ud800", "' OR 1=1"):
        with pytest.raises(NotFound), database.write() as session:
            revoke_token(session, unknown, NOW)


def test_refusals_say_exactly_why(database: Database):
    with database.write() as session:
        token, made = create_token(session, "Jane", Role.ANALYST, NOW + DAY, "cli", NOW)
        token_id = token.id

    def refusal(text_given: str, now: datetime) -> str:
        with pytest.raises(Unauthorised) as error, database.read() as session:
            find_holder(session, text_given, now)
        return error.value.detail

    last = timedelta(microseconds=1)
    with database.read() as session:
        assert find_holder(session, made, NOW + DAY - last) == Holder("Jane", Role.ANALYST, token_id)
    assert refusal(made, NOW + DAY) == "The token expired on 2026-01-03 at 03:04 UTC. Ask an admin for a new one."
    assert refusal(made[:-1], NOW) == MISTYPED
    assert refusal("", NOW) == MISTYPED
    unknown = make_token_text()[1]
    assert refusal(unknown, NOW) == UNKNOWN
    assert refusal(forged(token_id), NOW) == UNKNOWN
    with database.write() as session:
        revoke_token(session, token_id, NOW + timedelta(hours=1))
    revoked = "The token was revoked on 2026-01-02 at 04:04 UTC. Ask an admin for a new one."
    assert refusal(made, NOW) == revoked
    assert refusal(made, NOW + 5 * DAY) == revoked
    # What became of a token is told to its holder alone.
    assert refusal(forged(token_id), NOW + 5 * DAY) == UNKNOWN


def forged(token_id: str) -> str:
    """A well-formed token with the id of another one and a wrong secret."""
    body = f"pkt_{token_id}_{'ab' * 32}"
    return f"{body}_{zlib.crc32(body.encode()):08x}"


def test_use_is_noted_and_ends_with_the_token(database: Database):
    with database.write() as session:
        token, made = create_token(session, "Jane", Role.ANALYST, NOW + DAY, "cli", NOW)
        holder = find_holder(session, made, NOW)
        assert token.last_used_at is None
    with database.write() as session:
        note_use(session, holder, NOW + timedelta(hours=1))
    with database.read() as session:
        assert get_token(session, holder.token).last_used_at == NOW + timedelta(hours=1)
    ended = "The token was revoked or expired while the request was under way. Nothing was written."
    with pytest.raises(Unauthorised, match=ended), database.write() as session:
        note_use(session, holder, NOW + DAY)
    with database.write() as session:
        revoke_token(session, holder.token, NOW + timedelta(hours=2))
    with pytest.raises(Unauthorised, match=ended), database.write() as session:
        note_use(session, holder, NOW + timedelta(hours=3))


def test_tokens_are_found_by_their_key_in_one_statement(database: Database):
    with database.write() as session:
        made = create_token(session, "Jane", Role.ANALYST, None, "cli", NOW)[1]
    is_sqlite = database.url.get_backend_name() == "sqlite"
    with database.read() as session:
        if not is_sqlite:
            session.execute(text("SET enable_seqscan = off"))  # one row is scanned otherwise
        statement = str(select(Token).where(Token.id == "x").compile(compile_kwargs={"literal_binds": True}))
        plan = str(session.execute(text(f"EXPLAIN {'QUERY PLAN' if is_sqlite else ''} {statement}")).all())
        assert ("sqlite_autoindex_token_1" if is_sqlite else "Index Scan using pk_token") in plan
    asked = []
    with database.read() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda _c, _cursor, sql, *_: asked.append(sql))
        find_holder(session, made, NOW)
    assert len(asked) == 1
