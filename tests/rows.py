"""Rows with valid defaults, and the door to record them through."""

from datetime import UTC, datetime

from sqlmodel import Session

from app.authorisations.models import AuthorisationIn
from app.contingents.models import ContingentIn, StatusEventIn
from app.core.database import Database
from app.core.history import Change, Origin, begin_change, record
from app.countries.models import CountryIn
from app.countries.store import COUNTRIES
from app.fatalities.models import FatalityIn
from app.headcounts.models import HeadcountIn
from app.missions.models import MissionIn
from app.missions.store import MISSIONS
from app.printed_totals.models import PrintedTotalIn
from app.reports.models import ReportIn
from app.reports.store import REPORTS
from app.sources.models import SourceIn
from app.sources.store import SOURCES

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def make_change(session: Session, now: datetime = NOW) -> Change:
    return begin_change(session, "tester", "a test", Origin.CLI, lambda: now)


def make_country(**values: object) -> CountryIn:
    return CountryIn.model_validate({"iso3": "KAZ", "name": "Kazakhstan", "status": "un_member", **values})


def make_mission(**values: object) -> MissionIn:
    defaults = {"code": "UNDOF", "name": "Disengagement Observer Force", "kind": "peacekeeping", "status": "active"}
    return MissionIn.model_validate({**defaults, **values})


def make_source(**values: object) -> SourceIn:
    return SourceIn.model_validate({"id": "paper", "kind": "news", "title": "A paper", **values})


def make_report(**values: object) -> ReportIn:
    defaults = {"id": "paper", "source": "paper", "as_of": "2024-01-31", "scope": "partial"}
    return ReportIn.model_validate({**defaults, **values})


def make_headcount(**values: object) -> HeadcountIn:
    defaults = {"report": "paper", "country": "KAZ", "mission": "UNDOF", "personnel_type": "troops", "total": 6}
    return HeadcountIn.model_validate({**defaults, **values})


def make_printed_total(**values: object) -> PrintedTotalIn:
    return PrintedTotalIn.model_validate({"report": "paper", "mission": "UNDOF", "total": 6, **values})


def make_authorisation(**values: object) -> AuthorisationIn:
    defaults = {"id": "decree", "country": "KAZ", "missions": ["UNDOF"], "max_persons": 100, "bound": "up_to"}
    return AuthorisationIn.model_validate({**defaults, "approved_on": "2024-01-10", "source": "paper", **values})


def make_contingent(**values: object) -> ContingentIn:
    defaults = {"id": "company", "country": "KAZ", "mission": "UNDOF", "label": "A company", "planned_persons": 60}
    return ContingentIn.model_validate({**defaults, "authorisation": "decree", "source": "paper", **values})


def make_status_event(**values: object) -> StatusEventIn:
    defaults = {"contingent": "company", "kind": "departed", "on": "2024-02-10", "certainty": "stated"}
    event = {**defaults, "source": "paper", **values}
    return StatusEventIn.model_validate(
        {"id": f"{event['contingent']}.{event['kind']}-{event['on']}".replace("_", "-"), **event}
    )


def make_fatality(**values: object) -> FatalityIn:
    defaults = {"casualty_id": "UNDOF-2024-01-00001", "incident_date": "2024-01-15", "mission": "UNDOF"}
    kinds = {"personnel_type": "military", "incident_type": "accident"}
    return FatalityIn.model_validate({**defaults, **kinds, "nationality": "KAZ", "source": "paper", **values})


def make_world(database: Database) -> None:
    """One country, one mission, one source and one report, as changes 1 to 4."""
    with database.write() as session:
        for ledger, shape in (
            (COUNTRIES, make_country()),
            (MISSIONS, make_mission()),
            (SOURCES, make_source()),
            (REPORTS, make_report()),
        ):
            record(session, make_change(session), ledger, [shape])
