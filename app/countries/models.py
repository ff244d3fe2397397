"""Countries: codes, names, regions; other names with their validity; who came out of whom."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from sqlalchemy import CheckConstraint

from app.core.aliases import AliasFields, AliasIn, AliasRow, AliasShown
from app.core.columns import enum_column, key_column, listed_key_column, partial_date_check, reference
from app.core.dates import PartialDate
from app.core.history import LedgerRow, key_table, record_key, while_standing
from app.core.patterns import Written
from app.core.shapes import COUNTRY_NAME, AnyOf, Codes, FilterText, LedgerOut, ListQuery, Shape, Words
from app.core.vocabulary import Iso3, Line, Region, Slug, Text, name_key

COUNTRY_KEYS = key_table("country")
COUNTRY_KEYS.append_constraint(CheckConstraint("length(key) = 3 AND key = upper(key)", name="ck_country_key_iso3"))


class CountryStatus(StrEnum):
    """Standing of a country with the UN."""

    UN_MEMBER = "un_member"
    UN_OBSERVER = "un_observer"
    TERRITORY = "territory"
    DISPUTED = "disputed"
    FORMER = "former"


class CountryFields(BaseModel):
    iso3: Iso3 = Field(description="ISO 3166-1 alpha-3 code (XKX for Kosovo, as user-assigned).")
    iso2: Annotated[str, Written("^[A-Z]{2}$", "write two capital letters, such as KZ")] | None = Field(
        None, description="ISO 3166-1 alpha-2 code.", examples=["KZ"]
    )
    m49: Annotated[int, Field(ge=1, le=999)] | None = Field(
        None, description="UN M49 numeric code, without leading zeros.", examples=[398]
    )
    name: Line = Field(description="Short English name as the UN uses it.", examples=["Kazakhstan"])
    official_name: Line | None = Field(
        None, description="Long UN form where it differs.", examples=["Iran (Islamic Republic of)"]
    )
    name_fr: Line | None = Field(None, description="Short French name.", examples=["Kazakhstan"])
    un_region: Region | None = Field(None, description="UN region (M49).", examples=["Asia"])
    un_subregion: Line | None = Field(None, description="UN subregion (M49).", examples=["Central Asia"])
    status: CountryStatus = Field(description="Standing with the UN.", examples=["un_member"])
    valid_from: PartialDate | None = Field(None, description="Since when it exists as such.", examples=["1991-12-16"])
    valid_to: PartialDate | None = Field(
        None, description="Until when it existed; that day is no longer in it.", examples=["2003-02-04"]
    )
    note: Text | None = Field(
        None,
        description="What a reader should know about it.",
        examples=["The source gives no day; the month is that of the report."],
    )


class CountryIn(CountryFields, Shape):
    pass


class CountryOut(LedgerOut, CountryFields):
    aliases: list[AliasShown] = Field([], description="Other names under which reports print it.")


class Country(LedgerRow, table=True):
    __tablename__ = "country"
    __table_args__ = (
        *record_key("country", "iso3"),
        *partial_date_check("country", "valid_from", "valid_to"),
        while_standing("uq_country_iso2_standing", "iso2", unique=True),
        while_standing("uq_country_m49_standing", "m49", unique=True),
    )

    iso3: str = listed_key_column("country")
    iso2: str | None
    m49: int | None
    name: str
    official_name: str | None
    name_fr: str | None
    un_region: Region | None = enum_column(Region, "ck_country_un_region", optional=True)
    un_subregion: str | None
    status: CountryStatus = enum_column(CountryStatus, "ck_country_status")
    valid_from: str | None
    valid_to: str | None
    note: str | None


class CountryQuery(ListQuery):
    q: FilterText | None = Field(
        None,
        description="A name or code as printed in a report: finds the country it belongs to, if any, exactly "
        "after leaving case, accents and punctuation aside.",
        examples=["Tanzania, United Republic of"],
    )
    country: Codes | None = Field(None, description="Countries by code or name.", examples=[["KAZ"]])
    status: AnyOf[CountryStatus] | None = Field(None, description="Standing with the UN.", examples=[["un_member"]])
    region: AnyOf[Region] | None = Field(None, description="UN regions.", examples=[["Asia"]])
    subregion: Words | None = Field(None, description="UN subregions.", examples=[["Central Asia"]])
    name__contains: FilterText | None = Field(None, description="Part of the name, any case.", examples=["stan"])


class CountryAliasFields(AliasFields):
    country: Iso3 = Field(description="Country the name belongs to.", examples=["KAZ"])


class CountryAliasIn(CountryAliasFields, AliasIn):
    def default_key(self) -> str:
        """The id unless one is given."""
        return name_key(self.country, self.name)


class CountryAliasOut(LedgerOut, CountryAliasFields):
    named = {"country": "country"}

    id: str = Field(description="Stable id of the alias.", examples=["tur.turkey"])
    country_name: str | None = COUNTRY_NAME


class CountryAlias(AliasRow, table=True):
    __tablename__ = "country_alias"
    __table_args__ = (
        *record_key("country_alias"),
        *partial_date_check("country_alias", "valid_from", "valid_to"),
        while_standing("uq_country_alias_standing", "normalised", "country", unique=True),
        while_standing("ix_country_alias_country", "country"),
    )

    id: str = key_column()
    country: str = reference("country")


class CountryAliasQuery(ListQuery):
    country: Codes | None = Field(None, description="Countries by code or name.", examples=[["TUR"]])
    language: Words | None = Field(None, description="Languages, ISO 639-1.", examples=[["en"]])
    name__contains: FilterText | None = Field(None, description="Part of the name, any case.", examples=["Turk"])


class SuccessionKind(StrEnum):
    """How one country came out of another."""

    SPLIT = "split"
    MERGER = "merger"
    SECESSION = "secession"
    CONTINUATION = "continuation"
    INDEPENDENCE = "independence"


class CountrySuccessionFields(BaseModel):
    id: Slug | None = Field(None, description="Stable id; made of both codes unless given.", examples=["a.b"])
    predecessor: Iso3 = Field(description="Country before.", examples=["CSK"])
    successor: Iso3 = Field(description="Country after.", examples=["CZE"])
    on: PartialDate | None = Field(None, description="When, to its precision.", examples=["1993-01-01"])
    kind: SuccessionKind = Field(description="How it came about.", examples=["split"])
    note: Text | None = Field(
        None,
        description="What a reader should know about it.",
        examples=["The source gives no day; the month is that of the report."],
    )


class CountrySuccessionIn(CountrySuccessionFields, Shape):
    @field_validator("successor")
    @classmethod
    def _check_two(cls, successor: str, others: ValidationInfo) -> str:
        if successor == others.data.get("predecessor"):
            raise ValueError("nothing comes out of itself")
        return successor

    def default_key(self) -> str:
        return f"{self.predecessor}-{self.successor}".lower()


class CountrySuccessionOut(LedgerOut, CountrySuccessionFields):
    named = {"predecessor": "country", "successor": "country"}

    id: str = Field(description="Stable id.", examples=["csk-cze"])
    predecessor_name: str | None = COUNTRY_NAME
    successor_name: str | None = COUNTRY_NAME


class CountrySuccession(LedgerRow, table=True):
    __tablename__ = "country_succession"
    __table_args__ = (
        *record_key("country_succession"),
        *partial_date_check("country_succession", '"on"'),
        while_standing("uq_country_succession_standing", "predecessor", "successor", unique=True),
        CheckConstraint("predecessor <> successor", name="ck_country_succession_two"),
    )

    id: str = key_column()
    predecessor: str = reference("country")
    successor: str = reference("country")
    on: str | None
    kind: SuccessionKind = enum_column(SuccessionKind, "ck_country_succession_kind")
    note: str | None


class CountrySuccessionQuery(ListQuery):
    predecessor: Codes | None = Field(None, description="Countries before.", examples=[["CSK"]])
    successor: Codes | None = Field(None, description="Countries after.", examples=[["CZE"]])
    kind: AnyOf[SuccessionKind] | None = Field(None, description="How it came about.", examples=[["split"]])
