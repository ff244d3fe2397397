"""The shapes of countries, and points for those too small to have one; see seed_data/README.md."""

import csv
import json
from functools import cache
from typing import Any

from app.core.packaged import SEED_DATA

_MAP = SEED_DATA / "map"


@cache
def shapes() -> dict[str, Any]:
    """A topology whose `countries` are keyed by M49 number. Not to be changed."""
    found: dict[str, Any] = json.loads((_MAP / "world.json").read_text(encoding="utf-8"))
    return found


@cache
def points() -> dict[str, tuple[float, float]]:
    """Latitude and longitude by ISO code, of countries without a shape."""
    with (_MAP / "points.csv").open(encoding="utf-8", newline="") as file:
        return {row["iso3"]: (float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(file)}
