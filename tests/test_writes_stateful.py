"""Made-up lives of headcounts: recorded, corrected, disputed, resolved and retracted, beside a plain model of them."""

import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from app.headcounts.sums import wrong_sums
from tests.conftest import Databases
from tests.desks import Desk, count, desk_at, report, source

TOTALS = strategies.integers(min_value=0, max_value=2000)
COUNTRIES = strategies.sampled_from(["FJI", "IRL", "AUT", "NPL"])
KINDS = strategies.sampled_from(["troops", "staff_officer"])


class Lives(RuleBasedStateMachine):
    """One report of ours; `model` holds what should stand: id to (country, kind, total, disputed by, revision)."""

    desk: Desk
    turn = 0
    counts = Bundle("counts")
    gone = Bundle("gone")

    @initialize()
    def open_report(self) -> None:
        type(self).turn += 1
        self.name = f"lives-{self.turn}"
        # A day of its own, so that no other report stands beside it.
        self.day = f"20{26 if self.turn > 300 else 25}-{8 + self.turn // 28 % 4:02d}-{1 + self.turn % 28:02d}"
        assert self.desk.post("/v1/sources", source(self.name, published_on="2025-08-20")).status_code == 201
        assert self.desk.post("/v1/reports", report(self.name, as_of=self.day)).status_code == 201
        self.model: dict[int, list] = {}
        self.moments: list[tuple[str, dict[int, int]]] = []

    def key(self, country: str, kind: str) -> int | None:
        return next((i for i, one in self.model.items() if one[:2] == [country, kind]), None)

    def remember(self, answer) -> None:
        moment = answer.json()["meta"]["recorded_at"]
        if moment:
            self.moments.append((moment, {i: one[2] for i, one in self.model.items()}))

    @rule(target=counts, country=COUNTRIES, kind=KINDS, total=TOTALS)
    def record(self, country: str, kind: str, total: int):
        body = count(total, country=country, personnel_type=kind, mission="UNTSO", report=self.name)
        answer = self.desk.post("/v1/headcounts", body)
        twin = self.key(country, kind)
        if twin is not None:
            assert answer.status_code == 409
            assert answer.json()["errors"][0]["record"] == f"/v1/headcounts/{twin}"
            return multiple()
        assert answer.status_code == 201, answer.text
        number = answer.json()["data"]["id"]
        assert number not in self.model
        self.model[number] = [country, kind, total, None, 1]
        self.remember(answer)
        return number

    @rule(number=counts, total=TOTALS, seen=strategies.sampled_from([0, 0, 0, -1, 1]))
    def correct(self, number: int, total: int, seen: int):
        stands = self.model.get(number)
        etag = f'"{(stands[4] if stands else 1) + seen}"'
        answer = self.desk.patch(f"/v1/headcounts/{number}", {"total": total, "reason": "x"}, etag)
        if stands is None:
            assert answer.status_code == 404
        elif seen:
            assert answer.status_code == 412
        elif stands[2] == total:
            assert (answer.status_code, answer.json()["meta"]["change"]) == (200, None)
        else:
            assert answer.status_code == 200
            stands[2], stands[4] = total, stands[4] + 1
            self.remember(answer)

    @rule(number=counts, who=strategies.sampled_from(["ann", "bob"]))
    def dispute(self, number: int, who: str):
        stands = self.model.get(number)
        answer = self.desk.mark(f"/v1/headcounts/{number}/dispute", f'"{stands[4] if stands else 1}"', who=who)
        if stands is None:
            assert answer.status_code == 404
        elif stands[3]:
            assert answer.status_code == 409
        else:
            assert answer.status_code == 200
            stands[3], stands[4] = who, stands[4] + 1
            self.remember(answer)

    @rule(number=counts, who=strategies.sampled_from(["ann", "bob", "eve"]))
    def resolve(self, number: int, who: str):
        stands = self.model.get(number)
        answer = self.desk.mark(f"/v1/headcounts/{number}/resolve", f'"{stands[4] if stands else 1}"', who=who)
        if stands is None:
            assert answer.status_code == 404
        elif not stands[3]:
            assert answer.status_code == 409
        elif who not in (stands[3], "eve"):
            assert answer.status_code == 403
        else:
            assert answer.status_code == 200
            stands[3], stands[4] = None, stands[4] + 1
            self.remember(answer)

    @rule(target=gone, number=consumes(counts))
    def retract(self, number: int):
        stands = self.model.pop(number, None)
        answer = self.desk.delete(f"/v1/headcounts/{number}", f'"{stands[4] if stands else 1}"')
        assert answer.status_code == (404 if stands is None else 200)
        if stands:
            self.remember(answer)
        return number

    @rule(number=gone)
    def touch_what_is_gone(self, number: int):
        assert self.desk.get(f"/v1/headcounts/{number}").status_code == 404
        assert self.desk.delete(f"/v1/headcounts/{number}", '"1"').status_code == 404

    @rule()
    def look_back(self):
        for moment, known in self.moments[-3:]:
            rows = self.desk.read("/v1/headcounts", report=self.name, known_at=moment)["data"]
            assert {row["id"]: row["total"] for row in rows} == known

    @invariant()
    def the_record_is_as_the_model(self):
        if not hasattr(self, "model"):
            return
        rows = self.desk.read("/v1/headcounts", report=self.name)["data"]
        found = {
            row["id"]: [
                row["country"],
                row["personnel_type"],
                row["total"],
                row["status"] == "disputed",
                row["revision"],
            ]
            for row in rows
        }
        assert found == {i: [*one[:3], bool(one[3]), one[4]] for i, one in self.model.items()}
        asked = {"mission": "UNTSO", "as_of": self.day, "source": self.name, "by": "country"}
        sums: dict[str, int] = {}
        for country, _, total, disputed, _ in self.model.values():
            if not disputed:
                sums[country] = sums.get(country, 0) + total
        answered = {row["country"]: row["total"] for row in self.desk.read("/v1/totals", **asked)["data"]}
        assert {country: total for country, total in answered.items() if total is not None} == sums


@pytest.mark.slow
def test_lives_of_headcounts_go_as_a_plain_model_says(databases: Databases):
    with desk_at(databases.seeded_places()) as desk:
        machine = type("LivesHere", (Lives,), {"desk": desk, "turn": 0})
        options = settings(
            max_examples=12, stateful_step_count=15, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        run_state_machine_as_test(machine, settings=options)
        assert machine.turn >= 12
        with desk.database.read() as session:
            assert list(wrong_sums(session)) == []
