"""Editions of one table, corrections by hand and imports taken back, in any order, beside a model of what stands."""

import random
from dataclasses import dataclass, field

import pytest

from tests.conftest import Databases
from tests.desks import Desk, desk_at
from tests.sending import (
    monthly,
    own_temporary_folder,  # noqa: F401  (a fixture)
    send,
    told,
)

AS_OF = "2013-01-31"
REPORT = f"un-dpo-{AS_OF}"
COUNTRIES = {"GHA": "Ghana", "NPL": "Nepal", "KEN": "Kenya", "FJI": "Fiji", "IND": "India"}
Value = tuple[int, str | None]  # people, and the comment that only hands write


@dataclass
class Import:
    """What an import did: values of the records it touched, before and after; None before: they were new."""

    number: int
    made_report: bool
    before: dict[int, Value | None] = field(default_factory=dict)
    after: dict[int, Value] = field(default_factory=dict)


class Model:
    """What should stand, and the imports that could be taken back."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.chance = random.Random(seed)
        self.countries: dict[int, str] = {}
        self.stands: dict[int, Value] = {}
        self.imports: list[Import] = []
        self.has_report = False

    def look(self) -> None:
        """The record is what the model says."""
        rows = self.desk.read("/v1/headcounts", report=REPORT)["data"]
        found = {row["id"]: (row["country"], row["total"], row["comment"]) for row in rows}
        assert found == {key: (self.countries[key], *value) for key, value in self.stands.items()}
        assert (self.desk.get(f"/v1/reports/{REPORT}").status_code == 200) == self.has_report

    def send(self) -> None:
        some = self.chance.sample(sorted(COUNTRIES), self.chance.randint(1, 5))
        people = {country: self.chance.randint(0, 3) for country in some}
        rows = [f"{AS_OF},UNIFIL,{COUNTRIES[country]},Troops,0,{number}" for country, number in people.items()]
        found = send(self.desk, monthly(*rows), scope="all_missions")
        keys = {self.countries[key]: key for key in self.stands}
        other = {c: n for c, n in people.items() if c in keys and self.stands[keys[c]][0] != n}
        new = [country for country in people if country not in keys]
        same = len(people) - len(new) - len(other)
        assert told(found) == ("committed", len(new), same, len(other), 0)
        if not new and not other:
            assert found["change"] is None
            return
        done = Import(found["id"], made_report=not self.has_report)
        self.has_report = True
        for country, number in other.items():
            key = keys[country]
            done.before[key] = self.stands[key]
            self.stands[key] = done.after[key] = (number, self.stands[key][1])
        for row in self.desk.read("/v1/headcounts", report=REPORT)["data"]:
            if row["country"] in new:
                self.countries[row["id"]] = row["country"]
                done.before[row["id"]] = None
                self.stands[row["id"]] = done.after[row["id"]] = (people[row["country"]], None)
        self.imports.append(done)

    def correct(self) -> None:
        if self.stands:
            key = self.chance.choice(sorted(self.stands))
            address = f"/v1/headcounts/{key}"
            comment = f"Asked {self.chance.randint(1, 2)} times."
            etag = self.desk.get(address).headers["etag"]
            assert self.desk.patch(address, {"comment": comment, "reason": "x"}, etag).status_code == 200
            self.stands[key] = (self.stands[key][0], comment)

    def retract(self) -> None:
        if self.stands:
            key = self.chance.choice(sorted(self.stands))
            etag = self.desk.get(f"/v1/headcounts/{key}").headers["etag"]
            assert self.desk.delete(f"/v1/headcounts/{key}", etag).status_code == 200
            del self.stands[key]

    def take_back(self) -> None:
        if not self.imports:
            return
        one = self.chance.choice(self.imports)
        changed = {key for key, value in one.after.items() if self.stands.get(key, value) != value}
        resting = self.stands.keys() - one.after.keys() if one.made_report else set()
        address = f"/v1/imports/{one.number}"
        answer = self.desk.send("DELETE", address, "eve", params={"reason": "x"})
        if changed or resting:
            assert answer.status_code == 409
            named = {int(fault["record"].rpartition("/")[2]) for fault in answer.json()["errors"]}
            assert named
            assert named <= changed | resting
            return
        assert answer.status_code == 200, answer.text
        for key, value in one.before.items():
            if key in self.stands:
                if value is None:
                    del self.stands[key]
                else:
                    self.stands[key] = value
        self.has_report = self.has_report and not one.made_report
        self.imports.remove(one)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_imported_corrected_and_taken_back_in_any_order_the_record_stays_right(
    databases: Databases, seed: int
):
    with desk_at(databases.seeded_places(), import_wait=30) as desk:
        model = Model(desk, seed)
        acts = [model.send] * 4 + [model.take_back] * 4 + [model.correct, model.retract]
        for _ in range(60):
            model.chance.choice(acts)()
            model.look()
        assert desk.read("/v1/imports", state="reverted")["data"] != []
