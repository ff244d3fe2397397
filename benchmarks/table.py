"""Results as a table: medians over the rounds, and medians of the ratios inside each round."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

_HEAD = (
    "server", "requests/s", "of the limit", "by CPU", "p50 ms", "p99 ms", "CPU us", "MB", "times tutorial",
    "times best peer",
)  # fmt: skip
Round = Mapping[str, Any]


@dataclass(frozen=True)
class _Compared:
    """The rounds of every server for one question."""

    rounds: Mapping[str, Sequence[Round]]
    peers: Sequence[str]

    def best_peer(self) -> str | None:
        there = [name for name in self.peers if name in self.rounds]
        return max(there, key=lambda name: self.median(name, "rate"), default=None)

    def median(self, name: str, field: str) -> float:
        return median(one[field] for one in self.rounds[name])

    def rate_ratio(self, name: str, other: str | None) -> float | None:
        """The median of rate by rate of the same round; None if the other was not measured."""
        if other not in self.rounds:
            return None
        pairs = zip(self.rounds[name], self.rounds[other], strict=True)
        return median(one["rate"] / two["rate"] for one, two in pairs)

    def cpu_ratio(self, name: str, other: str) -> float | None:
        """The same of requests by second of processor time, which a busy machine disturbs less."""
        if other not in self.rounds:
            return None
        pairs = zip(self.rounds[name], self.rounds[other], strict=True)
        return median(_cpu(two) / max(_cpu(one), 0.01) for one, two in pairs)


def _cpu(one: Round) -> float:
    return float(one["cpu_us"] + one["database_cpu_us"])


def draw(results: Mapping[str, Any]) -> str:
    """Everything measured, as Markdown."""
    lines = [f"{name}: {value}" for name, value in results["machine"].items()]
    lines.append(
        f"{results['rows']:,} counts, {results['rounds']} rounds of {results['seconds']:g} s, "
        f"{results['connections']} connections"
    )
    for question in dict.fromkeys(one["question"] for one in results["figures"]):
        compared = _compared(results, question)
        lines += ["", f"**{question}**", "", *_table(compared), *_refusals(compared)]
    return "\n".join(lines)


def _compared(results: Mapping[str, Any], question: str) -> _Compared:
    rounds: dict[str, list[Round]] = {}
    for one in results["figures"]:
        if one["question"] == question:
            rounds.setdefault(one["server"], []).append(one)
    return _Compared(rounds, results["peers"])


def _table(compared: _Compared) -> Iterator[str]:
    yield from _head(*_HEAD)
    best = compared.best_peer()
    for name in compared.rounds:
        database = compared.median(name, "database_cpu_us")
        cpu = f"{compared.median(name, 'cpu_us'):,.0f}" + (f" + {database:,.0f}" if database else "")
        cells = [
            name,
            f"{compared.median(name, 'rate'):,.0f}",
            _ratio(compared.rate_ratio(name, "limit"), 3),
            _ratio(compared.cpu_ratio(name, "limit"), 3),
            f"{compared.median(name, 'p50_ms'):.2f}",
            f"{compared.median(name, 'p99_ms'):.2f}",
            cpu,
            f"{compared.median(name, 'memory_mb'):.0f}",
            _ratio(compared.rate_ratio(name, "tutorial"), 2),
            _ratio(compared.rate_ratio(name, best), 2),
        ]
        yield _line(*cells)


def draw_work(results: Mapping[str, Any]) -> str:
    """Imports, writes and the start, as Markdown."""
    lines = [f"{name}: {value}" for name, value in results["machine"].items() if name != "peers"]
    lines += ["", *_head("stage", "rows", "rows/s", "rows/s of CPU", "MB before", "MB at most"), *_stages(results)]
    lines += ["", *_head("writes", "requests/s", "p50 ms", "p99 ms", "CPU us")]
    for one in results["writes"]:
        cells = [f"{one['rate']:,.0f}", f"{one['p50_ms']:.1f}", f"{one['p99_ms']:.1f}", f"{one['cpu_us']:,.0f}"]
        lines.append(_line(f"{one['who']}, {one['engine']}", *cells))
    start = results["start"]
    lines += ["", f"Start until /readyz answers: {start['seconds']:.2f} s; memory of a seeded process: "]
    lines[-1] += f"{start['idle_mb']:.0f} MB idle, {start['asked_mb']:.0f} MB after some questions"
    return "\n".join(lines)


def _stages(results: Mapping[str, Any]) -> Iterator[str]:
    rounds: dict[tuple[str, int], list[Round]] = {}
    for one in results["imports"]:
        name = f"{one['stage']}, {one['engine']}" if one["engine"] else one["stage"]
        rounds.setdefault((name, one["rows"]), []).append(one)
    for (name, rows), some in rounds.items():
        rates = [median(rows / max(one[field], 1e-6) for one in some) for field in ("seconds", "cpu_seconds")]
        memory = [median(one[field] for one in some) for field in ("before_mb", "peak_mb")]
        yield _line(name, f"{rows:,}", *(f"{rate:,.0f}" for rate in rates), *(f"{mb:.0f}" for mb in memory))


def _head(*names: str) -> list[str]:
    return [_line(*names), f"|---|{'--:|' * (len(names) - 1)}"]


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _refusals(compared: _Compared) -> Iterator[str]:
    for name, rounds in compared.rounds.items():
        share = max(one["refused"] for one in rounds)
        if share:
            yield f"\n{name} refused up to {share:.1%} of the requests."


def _ratio(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value:.{places}f}"
