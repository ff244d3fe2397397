"""Brings every table into one metadata, for migrations and tests."""

from sqlmodel import SQLModel

import app.authorisations.models
import app.ceilings.models
import app.contingents.models
import app.countries.models
import app.fatalities.models
import app.headcounts.models
import app.headcounts.sums
import app.importers.models
import app.missions.models
import app.pledges.models
import app.printed_totals.models
import app.recording.models
import app.reports.models
import app.sources.models
import app.tokens.models  # noqa: F401

METADATA = SQLModel.metadata
