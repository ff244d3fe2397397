"""All SQL of countries, their other names and their succession."""

from sqlmodel import Session, col, select

from app.core.history import Ledger, View, standing
from app.core.names import Register
from app.core.queries import Listing, Match, json_rows
from app.countries.models import (
    COUNTRY_KEYS,
    Country,
    CountryAlias,
    CountryAliasOut,
    CountryAliasQuery,
    CountryOut,
    CountryQuery,
    CountrySuccession,
    CountrySuccessionOut,
    CountrySuccessionQuery,
)

COUNTRIES = Ledger(Country, key="iso3", keys=COUNTRY_KEYS)
COUNTRY_ALIASES = Ledger(CountryAlias)
COUNTRY_SUCCESSIONS = Ledger(CountrySuccession)

COUNTRY_ALIAS_LIST = Listing(
    row=CountryAlias,
    out=CountryAliasOut,
    query=CountryAliasQuery,
    key="id",
    filters={
        "country": Match(col(CountryAlias.country), "country"),
        "language": Match(col(CountryAlias.language)),
        "name": Match(col(CountryAlias.name)),
    },
    sorts=("id", "country", "name", "recorded_in"),
    default_sort=("id",),
)

COUNTRY_SUCCESSION_LIST = Listing(
    row=CountrySuccession,
    out=CountrySuccessionOut,
    query=CountrySuccessionQuery,
    key="id",
    filters={
        "predecessor": Match(col(CountrySuccession.predecessor), "country"),
        "successor": Match(col(CountrySuccession.successor), "country"),
        "kind": Match(col(CountrySuccession.kind)),
    },
    sorts=("id", "predecessor", "successor", "on", "recorded_in"),
    default_sort=("id",),
)

COUNTRY_LIST = Listing(
    row=Country,
    out=CountryOut,
    query=CountryQuery,
    key="iso3",
    columns={
        "aliases": json_rows(CountryAlias, col(CountryAlias.country) == Country.iso3, "name", "valid_from", "valid_to")
    },
    filters={
        "q": Match(col(Country.iso3), "country_spelling"),
        "country": Match(col(Country.iso3), "country"),
        "status": Match(col(Country.status)),
        "region": Match(col(Country.un_region)),
        "subregion": Match(col(Country.un_subregion)),
        "name": Match(col(Country.name)),
    },
    sorts=("iso3", "name", "m49", "un_region", "un_subregion", "status", "recorded_in"),
    default_sort=("iso3",),
)


def country_register(session: Session, view: View) -> Register:
    """Codes and every spelling of all countries, two statements."""
    rows = session.exec(
        select(Country.iso3, Country.iso2, Country.m49, Country.name, Country.official_name, Country.name_fr).where(
            standing(Country, view)
        )
    ).all()
    aliases = session.exec(select(CountryAlias.name, CountryAlias.country).where(standing(CountryAlias, view))).all()
    spellings: list[tuple[str | None, str]] = list(aliases)
    for iso3, iso2, m49, *texts in rows:
        spellings += [(spelling, iso3) for spelling in (iso2, str(m49 or ""), *texts)]
    return Register.build("country", {row[0]: row[3] for row in rows}, spellings)
