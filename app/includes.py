"""Which related records a record can show: the one map of relations between nouns."""

from app.authorisations.models import Authorisation
from app.authorisations.store import AUTHORISATION_LIST
from app.ceilings.models import Ceiling
from app.ceilings.rules import CeilingsInForce, ceilings_in_force
from app.ceilings.store import CEILING_LIST
from app.contingents.models import Contingent, StatusEvent
from app.contingents.store import CONTINGENT_LIST, STATUS_EVENT_LIST
from app.core.columns import col
from app.core.queries import Include
from app.countries.models import Country, CountrySuccession
from app.countries.store import COUNTRY_SUCCESSION_LIST
from app.fatalities.models import Fatality
from app.headcounts.models import Headcount
from app.missions.models import Mission, MissionLineage
from app.missions.store import MISSION_LINEAGE_LIST
from app.pledges.models import Pledge
from app.pledges.store import PLEDGE_LIST
from app.printed_totals.models import PrintedTotal
from app.reports.models import Report
from app.reports.store import REPORT_LIST
from app.sources.models import Claim, Source, SubjectNoun
from app.sources.store import CLAIM_LIST, SOURCE_LIST, claims_about


def _claims(noun: SubjectNoun, key: object, *, always: bool = False) -> Include:
    return Include(
        "claims",
        CLAIM_LIST,
        claims_about(noun, col(key)),  # type: ignore[arg-type]
        "The statements of sources it rests on.",
        always=always,
    )


def _source(reference: object) -> Include:
    return Include("source_record", SOURCE_LIST, col(Source.id) == reference, "The source itself.", many=False)


def _report(reference: object) -> tuple[Include, Include]:
    """For rows of a report, whose source is that of the report."""
    return (
        Include("report_record", REPORT_LIST, col(Report.id) == reference, "The report itself.", many=False),
        Include(
            "source_record",
            SOURCE_LIST,
            col(Source.id) == Report.source,
            "The source itself.",
            many=False,
            through=(Report,),
        ),
    )


INCLUDES: dict[str, tuple[Include, ...]] = {
    "countries": (
        Include(
            "predecessors",
            COUNTRY_SUCCESSION_LIST,
            col(CountrySuccession.successor) == Country.iso3,
            "Countries it came out of.",
        ),
        Include(
            "successors",
            COUNTRY_SUCCESSION_LIST,
            col(CountrySuccession.predecessor) == Country.iso3,
            "Countries that came out of it.",
        ),
        Include(
            "authorisations", AUTHORISATION_LIST, col(Authorisation.country) == Country.iso3, "What it authorises."
        ),
        Include("pledges", PLEDGE_LIST, col(Pledge.country) == Country.iso3, "What it offers."),
        Include("contingents", CONTINGENT_LIST, col(Contingent.country) == Country.iso3, "Its plans and tours."),
    ),
    "missions": (
        Include(
            "ceilings_in_force",
            CEILING_LIST,
            col(Ceiling.mission) == Mission.code,
            "Ceilings that bind it today, per category.",
            always=True,
            fold=lambda ceilings, mission, today: ceilings_in_force(ceilings, mission["ended_on"], today),
            folded=CeilingsInForce,
        ),
        Include("ceilings", CEILING_LIST, col(Ceiling.mission) == Mission.code, "Its ceilings over time."),
        Include(
            "predecessors", MISSION_LINEAGE_LIST, col(MissionLineage.successor) == Mission.code, "Missions before it."
        ),
        Include(
            "successors", MISSION_LINEAGE_LIST, col(MissionLineage.predecessor) == Mission.code, "Missions after it."
        ),
        Include("contingents", CONTINGENT_LIST, col(Contingent.mission) == Mission.code, "Plans and tours in it."),
        _claims(SubjectNoun.MISSIONS, Mission.code),
    ),
    "sources": (
        Include("claims", CLAIM_LIST, col(Claim.source) == Source.id, "What it says."),
        Include("reports", REPORT_LIST, col(Report.source) == Source.id, "Reports of counts in it."),
    ),
    "claims": (_source(Claim.source),),
    "ceilings": (_source(Ceiling.source), _claims(SubjectNoun.CEILINGS, Ceiling.id)),
    "fatalities": (_source(Fatality.source),),
    "authorisations": (
        Include("contingents", CONTINGENT_LIST, col(Contingent.authorisation) == Authorisation.id, "Plans under it."),
        _source(Authorisation.source),
        _claims(SubjectNoun.AUTHORISATIONS, Authorisation.id),
    ),
    "pledges": (_source(Pledge.source), _claims(SubjectNoun.PLEDGES, Pledge.id)),
    "contingents": (
        Include(
            "events",
            STATUS_EVENT_LIST,
            col(StatusEvent.contingent) == Contingent.id,
            "What happened to it, in order.",
            always=True,
            sort=("on", "kind"),
        ),
        Include(
            "authorisation_record",
            AUTHORISATION_LIST,
            col(Authorisation.id) == Contingent.authorisation,
            "The authorisation it falls under.",
            many=False,
            always=True,
        ),
        _claims(SubjectNoun.CONTINGENTS, Contingent.id, always=True),
        _source(Contingent.source),
    ),
    "status-events": (_source(StatusEvent.source), _claims(SubjectNoun.STATUS_EVENTS, StatusEvent.id)),
    "reports": (_source(Report.source), _claims(SubjectNoun.REPORTS, Report.id)),
    "headcounts": _report(Headcount.report),
    "printed-totals": _report(PrintedTotal.report),
}
