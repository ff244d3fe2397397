"""Writes the examples of the OpenAPI document: real answers of a freshly seeded service. `make docs` runs this."""

import json
import re
import sys
import tempfile
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from app.core.settings import Settings
from app.nouns import NOUNS
from app.web.reference import EXAMPLES_FILE
from tests.conftest import Databases, serving

DAY = "2026-11-24"  # stands for the day on which they are written

REQUESTS = {
    "/v1/deployments": "/v1/deployments?country=KAZ&mission=UNDOF&as_of=2024-03-31",
    "/v1/totals": "/v1/totals?country=KAZ&as_of=2024-01-31&by=mission",
    "/v1/series": "/v1/series?country=KAZ&mission=UNDOF&from=2024-01&to=2024-03",
    "/v1/rankings": "/v1/rankings?month=2024-03&country=KAZ&against=2024-01",
    "/v1/differences": "/v1/differences?country=KAZ&from=2024-01-31&to=2024-03-31",
    "/v1/presences": "/v1/presences?country=KAZ&mission=UNDOF",
    "/v1/gaps": "/v1/gaps?mission=UNMISS&as_of=2024-01-31",
    "/v1/shares": "/v1/shares?country=KAZ&as_of=2024-03-31",
    "/v1/reconciliation": "/v1/reconciliation?country=KAZ&as_of=2024-03-31",
    "/v1/discrepancies": "/v1/discrepancies?kind=above_ceiling&mission=UNDOF",
    "/v1/fatality-totals": "/v1/fatality-totals?by=year,incident_type",
    **{f"/v1/{noun.path}": f"/v1/{noun.path}?limit=1" for noun in NOUNS},
    "/v1/changes": "/v1/changes?since=8&limit=1",  # the first ones touched hundreds of records
}


def ask_examples(client: httpx.Client) -> dict[str, dict]:
    """Path, request and answer."""
    found = {}
    for path, request in REQUESTS.items():
        answer = client.get(request)
        assert answer.status_code == 200, (request, answer.text)
        today = parsedate_to_datetime(answer.headers["date"]).date().isoformat()  # that of ceilings in force
        found[path] = {"request": request, "answer": json.loads(answer.text.replace(f'"{today}"', f'"{DAY}"'))}
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = Databases("sqlite", Path(folder), None).seeded()
        with serving(Settings(database_url=url)) as client:
            examples = ask_examples(client)
    text = json.dumps(examples, indent=1, ensure_ascii=False)
    # The moment of seeding would change the file each time.
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", f"{DAY}T00:00:00.000000Z", text)
    EXAMPLES_FILE.write_text(text + "\n", encoding="utf-8")
    print(f"{len(examples)} examples written.", file=sys.stderr)


if __name__ == "__main__":
    main()
