"""Every noun that can be read over HTTP, in reading order."""

from app.authorisations.store import AUTHORISATION_LIST
from app.ceilings.store import CEILING_LIST
from app.computed import COMPUTED
from app.contingents.store import CONTINGENT_LIST, STATUS_EVENT_LIST
from app.core.changes import CHANGE_LIST
from app.countries.store import COUNTRY_ALIAS_LIST, COUNTRY_LIST, COUNTRY_SUCCESSION_LIST
from app.headcounts.store import HEADCOUNT_LIST
from app.includes import INCLUDES
from app.missions.store import MISSION_ALIAS_LIST, MISSION_LINEAGE_LIST, MISSION_LIST
from app.pledges.store import PLEDGE_LIST
from app.printed_totals.store import PRINTED_TOTAL_LIST
from app.reports.store import REPORT_LIST
from app.sources.store import CLAIM_LIST, SOURCE_LIST
from app.web.nouns import Noun

NOUNS = tuple(
    Noun(path, title, listing, description, (*INCLUDES.get(path, ()), *COMPUTED.get(path, ())))
    for path, title, listing, description in (
        ("missions", "mission", MISSION_LIST, "Missions with hosts, dates, other names and the ceilings in force."),
        ("mission-aliases", "mission alias", MISSION_ALIAS_LIST, "Other names under which missions are printed."),
        ("mission-lineages", "mission lineage", MISSION_LINEAGE_LIST, "Which mission followed which."),
        ("countries", "country", COUNTRY_LIST, "Countries with codes, regions and other names."),
        ("country-aliases", "country alias", COUNTRY_ALIAS_LIST, "Other names under which countries are printed."),
        ("country-successions", "country succession", COUNTRY_SUCCESSION_LIST, "Which country came out of which."),
        ("authorisations", "authorisation", AUTHORISATION_LIST, "What parliaments and governments authorise."),
        ("pledges", "pledge", PLEDGE_LIST, "What countries offer."),
        (
            "contingents",
            "contingent",
            CONTINGENT_LIST,
            "Plans and tours, with their events and the words they rest on.",
        ),
        ("status-events", "status event", STATUS_EVENT_LIST, "Steps in the life of contingents."),
        ("reports", "report", REPORT_LIST, "What one source says about one date, and for which scope."),
        ("headcounts", "headcount", HEADCOUNT_LIST, "Counts as the reports state them, row by row."),
        (
            "printed-totals",
            "printed total",
            PRINTED_TOTAL_LIST,
            "Totals that sources print themselves, kept to check sums and never added to anything.",
        ),
        ("ceilings", "ceiling", CEILING_LIST, "What the Security Council allows a mission, over time."),
        ("sources", "source", SOURCE_LIST, "Articles, UN reports, resolutions and data sets."),
        ("claims", "claim", CLAIM_LIST, "What a source says, statement by statement."),
        ("changes", "change", CHANGE_LIST, "Every act of writing, in order."),
    )
)
