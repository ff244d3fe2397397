"""What routes of every kind do with a request: refuse repeated parameters, and give addresses of pages."""

from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel, Field

from app.core.errors import Complaint, InvalidRequest


class ListLinks(BaseModel):
    """Where to go on."""

    self: str = Field(description="This page.", examples=["/v1/missions?limit=100"])
    next: str | None = Field(
        None, description="The next page; null on the last.", examples=["/v1/missions?limit=5&cursor=WzEx..."]
    )


def refuse_repeats(request: Request, query: BaseModel) -> None:
    """A single-valued parameter given twice would be half ignored."""
    keys = [key for key, _ in request.query_params.multi_items()]
    for name in {key for key in keys if keys.count(key) > 1}:
        if not isinstance(getattr(query, name, None), list):
            detail = f"'{name}' takes one value and is given {keys.count(name)} times."
            raise InvalidRequest(detail, [Complaint(message=detail, parameter=name)])


def page_links(request: Request, next_cursor: str | None) -> ListLinks:
    """This address, and that of the next page if there is one."""
    path = request.scope["path"]
    pairs = [(key, value) for key, value in request.query_params.multi_items() if key != "cursor"]
    query = request.scope["query_string"].decode("latin-1")
    here = f"{path}?{query}" if query else path
    if next_cursor is None:
        return ListLinks(self=here)
    return ListLinks(self=here, next=f"{path}?{urlencode([*pairs, ('cursor', next_cursor)])}")
