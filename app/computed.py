"""Which sums a record can show: the one map of what is worked out for nouns, beside the relations of `includes.py`."""

from app.answers.strength import CountryStrength, MissionStrength, country_strength, mission_strength
from app.web.nouns import Computed

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
}
