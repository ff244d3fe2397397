"""The text of a token: made, and read without asking any database. Pure, but for the chance in it."""

import hashlib
import re
import secrets
import string
import zlib

_ID_LETTERS = string.ascii_lowercase + string.digits
_ID = re.compile(r"[a-z0-9]{10}")
_FORM = re.compile(r"(pkt_([a-z0-9]{10})_[0-9a-f]{64})_([0-9a-f]{8})")


def make_token_text() -> tuple[str, str]:
    """The id and the text of a new token: `pkt_<id>_<secret>_<check>`, 88 characters.

    The id (10 letters and digits) is no secret; the secret is 256 random bits; the check is the CRC-32 of all that
    stands before it, so that a mistyped token is told from an unknown one. Scanners find tokens by

        \\bpkt_[a-z0-9]{10}_[0-9a-f]{64}_[0-9a-f]{8}\\b
    """
    token_id = "".join(secrets.choice(_ID_LETTERS) for _ in range(10))
    body = f"pkt_{token_id}_{secrets.token_hex(32)}"
    return token_id, f"{body}_{_check(body)}"


def read_token_text(text: str) -> str | None:
    """The id in the text of a token; None if it has another form or its check does not fit."""
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    body, token_id, check = match.groups()
    return token_id if check == _check(body) else None


def is_token_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def digest(text: str) -> str:
    """What is kept of a token. 256 random bits cannot be guessed, so a fast digest is as good as a slow one."""
    return hashlib.sha256(text.encode()).hexdigest()


def _check(body: str) -> str:
    return f"{zlib.crc32(body.encode('ascii')):08x}"
