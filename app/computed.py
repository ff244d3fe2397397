"""What is worked out for nouns and shown inside their records: the one map, beside the relations of `includes.py`."""

from app.answers.strength import CountryStrength, MissionStrength, country_strength, mission_strength
from app.recording.feed import touched_records
from app.recording.feed_rows import TouchedRecords
from app.web.noun import Computed

_DAY = "on the date of the latest report: the counts that stand"

COMPUTED: dict[str, tuple[Computed, ...]] = {
    "missions": (
        Computed(
            "strength",
            f"Its people {_DAY}, in all, by kind and by contributor.",
            MissionStrength,
            mission_strength,
        ),
    ),
    "countries": (
        Computed(
            "strength",
            f"The people it has in missions {_DAY}, in all, by kind and by mission.",
            CountryStrength,
            country_strength,
        ),
    ),
    "changes": (
        Computed(
            "records",
            "The records it touched, with their fields before and after; at most 1,000 of them on a page of changes.",
            TouchedRecords,
            lambda ask, numbers, _: touched_records(ask.session, numbers),
            always=True,
        ),
    ),
}
