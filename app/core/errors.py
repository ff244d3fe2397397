"""The one error every layer raises and the one body every client reads (RFC 9457)."""

from pydantic import BaseModel, ConfigDict, Field


class Complaint(BaseModel):
    """One thing that is wrong with a request, and where."""

    model_config = ConfigDict(extra="forbid")

    message: str = Field(description="What is wrong and what to do.", examples=["'KAX' is no known country."])
    parameter: str | None = Field(None, description="Query or path parameter at fault.", examples=["country"])
    pointer: str | None = Field(None, description="JSON pointer into the body.", examples=["/headcounts/0/total"])
    near: list[str] | None = Field(None, description="Accepted values that look alike.", examples=[["KAZ"]])
    record: str | None = Field(
        None, description="Address of the record that stands in the way.", examples=["/v1/headcounts/1"]
    )


class Problem(BaseModel):
    """`application/problem+json`, the body of every error."""

    type: str = Field(description="Address that explains the code.", examples=["/problems/unknown_code"])
    title: str = Field(description="The kind of error in a few words.", examples=["Unknown code"])
    status: int = Field(description="HTTP status.", examples=[422])
    detail: str = Field(description="What happened here and what to do.", examples=["'KAX' is no known country."])
    code: str = Field(description="Stable name of the kind of error.", examples=["unknown_code"])
    errors: list[Complaint] = Field(default=[], description="Every single fault found.")


class TrackerError(Exception):
    """Base of all errors a client may see. Subclasses fix `code`, `status` and `title`."""

    code = "internal_error"
    status = 500
    title = "Internal error"
    help = "The service failed. The request may be tried again; report it if it fails twice."

    def __init__(self, detail: str, errors: list[Complaint] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []

    def problem(self) -> Problem:
        """The body to send."""
        return Problem(
            type=f"/problems/{self.code}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            code=self.code,
            errors=self.errors,
        )


class NotFound(TrackerError):
    code = "not_found"
    status = 404
    title = "Not found"
    help = "The address names no route or no record. Lists show what exists; `errors` names near matches."


class InvalidRequest(TrackerError):
    code = "invalid_request"
    status = 422
    title = "Invalid request"
    help = "A parameter or field has a value that cannot be used. `errors` names each one and what is accepted."


class UnknownParameter(TrackerError):
    code = "unknown_parameter"
    status = 422
    title = "Unknown parameter"
    help = "The route knows no parameter of that name, so the filter would have been ignored. See `errors[].near`."


class UnknownCode(TrackerError):
    code = "unknown_code"
    status = 422
    title = "Unknown code"
    help = "No country or mission goes by that code or name. Names match exactly, apart from case, accents and signs."


class BadCursor(TrackerError):
    code = "bad_cursor"
    status = 422
    title = "Bad cursor"
    help = "Cursors come from `links.next` and belong to one query. Start again without `cursor`."


class NotAcceptable(TrackerError):
    code = "not_acceptable"
    status = 406
    title = "Not acceptable"
    help = "None of the types in `Accept` can be produced. Ask for JSON, CSV or NDJSON, or use `format=`."


class MethodNotAllowed(TrackerError):
    code = "method_not_allowed"
    status = 405
    title = "Method not allowed"
    help = "The address exists, the method does not. The `Allow` header lists the methods."


class UriTooLong(TrackerError):
    code = "uri_too_long"
    status = 414
    title = "Address too long"
    help = "The query string is longer than 8,192 bytes. Ask for fewer values at a time."


class BadRequest(TrackerError):
    code = "bad_request"
    status = 400
    title = "Bad request"
    help = "The request could not be read as HTTP or JSON."


class RecordConflict(TrackerError):
    code = "record_conflict"
    status = 409
    title = "Conflict with the record"
    help = "The record already holds this, or the new row would contradict a rule of the record."


class Unauthorised(TrackerError):
    code = "unauthorised"
    status = 401
    title = "Token needed"
    help = "Writing needs the token of an analyst: `Authorization: Bearer ...`. It may be missing, expired or revoked."


class Forbidden(TrackerError):
    code = "forbidden"
    status = 403
    title = "Not allowed"
    help = "The token is good, but its role does not go that far. `detail` names what is missing."


class RevisionNeeded(TrackerError):
    code = "revision_needed"
    status = 428
    title = "Revision needed"
    help = "Name the revision you saw in `If-Match`, as the record's `ETag` tells it: nothing is overwritten unseen."


class RevisionStale(TrackerError):
    code = "revision_stale"
    status = 412
    title = "Revision is not the current one"
    help = "Somebody changed the record since you read it. Read it again and decide anew; `ETag` tells what stands."

    def __init__(self, detail: str, current: str) -> None:
        super().__init__(detail)
        self.current = current


class UnsupportedMediaType(TrackerError):
    code = "unsupported_media_type"
    status = 415
    title = "Unsupported media type"
    help = "Send `Content-Type: application/json`; a PATCH is `application/merge-patch+json`."


class BodyTooLarge(TrackerError):
    code = "body_too_large"
    status = 413
    title = "Body too large"
    help = "The body is larger than the service takes. Send it in parts."


class BodyTooSlow(TrackerError):
    code = "body_too_slow"
    status = 408
    title = "Body too slow"
    help = "The body did not arrive in time. Try again on a better line, or send less at a time."


class KeyReused(TrackerError):
    code = "idempotency_key_reused"
    status = 422
    title = "Idempotency-Key used before"
    help = "The key belongs to another request of yours. Use a new key for a new request."


class Unavailable(TrackerError):
    code = "unavailable"
    status = 503
    title = "Unavailable"
    help = "The database cannot be reached or is busy. Try again after the seconds in `Retry-After`."


def error_classes() -> list[type[TrackerError]]:
    """Every kind of error, the base (a 500) included, in order of code."""
    found = {TrackerError}
    queue: list[type[TrackerError]] = [TrackerError]
    while queue:
        for kind in queue.pop().__subclasses__():
            found.add(kind)
            queue.append(kind)
    return sorted(found, key=lambda kind: kind.code)
