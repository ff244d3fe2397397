"""Every noun that can be read over HTTP, in reading order."""

from app.computed import COMPUTED
from app.includes import INCLUDES
from app.recording.changes import CHANGE_LIST
from app.recording.kinds import KIND_BY_PATH
from app.web.noun import Noun

_RECORDS = {
    "missions": "Missions with hosts, dates, other names and the ceilings in force.",
    "mission-aliases": "Other names under which missions are printed.",
    "mission-lineages": "Which mission followed which.",
    "countries": "Countries with codes, regions and other names.",
    "country-aliases": "Other names under which countries are printed.",
    "country-successions": "Which country came out of which.",
    "authorisations": "What parliaments and governments authorise.",
    "pledges": "What countries offer.",
    "contingents": "Plans and tours, with their events and the words they rest on.",
    "status-events": "Steps in the life of contingents.",
    "reports": "What one source says about one date, and for which scope.",
    "headcounts": "Counts as the reports state them, row by row.",
    "printed-totals": "Totals that sources print themselves, kept to check sums and never added to anything.",
    "ceilings": "What the Security Council allows a mission, over time.",
    "fatalities": "Deaths in missions, one record a casualty, without names of persons.",
    "sources": "Articles, UN reports, resolutions and data sets.",
    "claims": "What a source says, statement by statement.",
}

NOUNS = (
    *(
        Noun(
            path=path,
            title=KIND_BY_PATH[path].title,
            listing=KIND_BY_PATH[path].listing,
            description=description,
            includes=(*INCLUDES.get(path, ()), *COMPUTED.get(path, ())),
            kind=KIND_BY_PATH[path],
        )
        for path, description in _RECORDS.items()
    ),
    Noun(
        "changes",
        "change",
        CHANGE_LIST,
        "Every act of writing, in order, with the records it touched.",
        includes=COMPUTED["changes"],
    ),
)
