"""Texts of a fixed form."""

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True)
class Written:
    """A text of a pattern: who writes another is told `how`, as only programmers read patterns.

    `most` is its greatest length, where the pattern does not say it.
    """

    pattern: str
    how: str
    most: int | None = None

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(pattern=self.pattern, max_length=self.most)
        return core_schema.custom_error_schema(
            text, custom_error_type="written_otherwise", custom_error_message=self.how
        )
