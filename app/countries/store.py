"""All SQL of countries, their other names and their succession."""

from sqlalchemy import select
from sqlmodel import Session

from app.core.columns import col
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
    columns = (Country.iso3, Country.name, Country.iso2, Country.m49, Country.official_name, Country.name_fr)
    rows = session.execute(select(*map(col, columns)).where(standing(Country, view))).all()
    aliases = select(col(CountryAlias.name), col(CountryAlias.country)).where(standing(CountryAlias, view))
    spellings = [(name, iso3) for name, iso3 in session.execute(aliases)]
    spellings += [(str(spelling), iso3) for iso3, *others in rows for spelling in others if spelling is not None]
    return Register.build("country", {row.iso3: row.name for row in rows}, spellings)
