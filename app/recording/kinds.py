"""Every kind of record that is kept in the ledger, with its table, its list and the shape it comes in."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.authorisations.models import AuthorisationIn
from app.authorisations.store import AUTHORISATION_LIST, AUTHORISATIONS
from app.ceilings.models import CeilingIn
from app.ceilings.store import CEILING_LIST, CEILINGS
from app.contingents.models import ContingentIn, StatusEventIn
from app.contingents.store import CONTINGENT_LIST, CONTINGENTS, STATUS_EVENT_LIST, STATUS_EVENTS
from app.core.history import Ledger
from app.core.queries import Listing
from app.core.shapes import Shape
from app.countries.models import CountryAliasIn, CountryIn, CountrySuccessionIn
from app.countries.store import (
    COUNTRIES,
    COUNTRY_ALIAS_LIST,
    COUNTRY_ALIASES,
    COUNTRY_LIST,
    COUNTRY_SUCCESSION_LIST,
    COUNTRY_SUCCESSIONS,
)
from app.fatalities.models import FatalityIn
from app.fatalities.store import FATALITIES, FATALITY_LIST
from app.headcounts.models import HeadcountIn
from app.headcounts.store import HEADCOUNT_LIST, HEADCOUNTS
from app.missions.models import MissionAliasIn, MissionIn, MissionLineageIn
from app.missions.store import (
    MISSION_ALIAS_LIST,
    MISSION_ALIASES,
    MISSION_LINEAGE_LIST,
    MISSION_LINEAGES,
    MISSION_LIST,
    MISSIONS,
)
from app.pledges.models import PledgeIn
from app.pledges.store import PLEDGE_LIST, PLEDGES
from app.printed_totals.models import PrintedTotalIn
from app.printed_totals.store import PRINTED_TOTAL_LIST, PRINTED_TOTALS
from app.reports.models import ReportIn
from app.reports.store import REPORT_LIST, REPORTS
from app.sources.models import ClaimIn, SourceIn
from app.sources.store import CLAIM_LIST, CLAIMS, SOURCE_LIST, SOURCES


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of record: `path` below /v1 names it."""

    path: str
    title: str
    ledger: Ledger
    listing: Listing
    shape: type[Shape]

    @property
    def key(self) -> str:
        """Name of the field that is the key."""
        return self.ledger.key

    @property
    def is_numbered(self) -> bool:
        """True where the service gives the keys, as numbers."""
        return self.listing.out.model_fields[self.key].annotation is int

    def key_of(self, shape: Shape) -> str | int | None:
        """The key of a record, made of its other fields if it may be; None: the service gives a number."""
        key: str | int | None = getattr(shape, self.key)
        return shape.default_key() if key is None and hasattr(shape, "default_key") else key


# In an order in which every record finds what it refers to.
KINDS = (
    Kind("countries", "country", COUNTRIES, COUNTRY_LIST, CountryIn),
    Kind("country-aliases", "country alias", COUNTRY_ALIASES, COUNTRY_ALIAS_LIST, CountryAliasIn),
    Kind(
        "country-successions", "country succession", COUNTRY_SUCCESSIONS, COUNTRY_SUCCESSION_LIST, CountrySuccessionIn
    ),
    Kind("missions", "mission", MISSIONS, MISSION_LIST, MissionIn),
    Kind("mission-aliases", "mission alias", MISSION_ALIASES, MISSION_ALIAS_LIST, MissionAliasIn),
    Kind("mission-lineages", "mission lineage", MISSION_LINEAGES, MISSION_LINEAGE_LIST, MissionLineageIn),
    Kind("sources", "source", SOURCES, SOURCE_LIST, SourceIn),
    Kind("ceilings", "ceiling", CEILINGS, CEILING_LIST, CeilingIn),
    Kind("fatalities", "fatality", FATALITIES, FATALITY_LIST, FatalityIn),
    Kind("authorisations", "authorisation", AUTHORISATIONS, AUTHORISATION_LIST, AuthorisationIn),
    Kind("pledges", "pledge", PLEDGES, PLEDGE_LIST, PledgeIn),
    Kind("contingents", "contingent", CONTINGENTS, CONTINGENT_LIST, ContingentIn),
    Kind("status-events", "status event", STATUS_EVENTS, STATUS_EVENT_LIST, StatusEventIn),
    Kind("reports", "report", REPORTS, REPORT_LIST, ReportIn),
    Kind("headcounts", "headcount", HEADCOUNTS, HEADCOUNT_LIST, HeadcountIn),
    Kind("printed-totals", "printed total", PRINTED_TOTALS, PRINTED_TOTAL_LIST, PrintedTotalIn),
    Kind("claims", "claim", CLAIMS, CLAIM_LIST, ClaimIn),
)

KIND_BY_PATH: Mapping[str, Kind] = {kind.path: kind for kind in KINDS}
