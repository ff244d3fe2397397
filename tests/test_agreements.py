"""What the project promises about itself: documents that name everything, a clean tree, set-up in two commands."""

import csv
import importlib
import io
import pkgutil
import re
import subprocess
import sys
import textwrap
from enum import StrEnum
from pathlib import Path

import httpx
import pytest

import app
from app.answers.questions import QUESTIONS
from app.core.errors import error_classes
from app.core.settings import Settings
from app.core.shapes import Format
from app.nouns import NOUNS

ROOT = Path(__file__).parent.parent
TEXTS = [
    path
    for path in ROOT.rglob("*")
    if path.is_file()
    and path.suffix in (".py", ".md", ".toml", ".txt", ".mako", ".json", "")
    and not {".venv", ".git", "node_modules", ".mypy_cache", ".ruff_cache", ".pytest_cache"} & set(path.parts)
    and not any(part.endswith((".egg-info", "cache")) or part == ".hypothesis" for part in path.parts)
]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def enums() -> list[type[StrEnum]]:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)
    return sorted((kind for kind in StrEnum.__subclasses__() if kind.__module__.startswith("app.")), key=str)


def test_every_setting_is_documented():
    for name in Settings.model_fields:
        assert f"`{name.upper()}`" in read("docs/settings.md"), name


def test_every_error_code_is_documented_once_and_has_its_words():
    codes = [kind.code for kind in error_classes()]
    assert len(codes) == len(set(codes))
    for kind in error_classes():
        assert f"`{kind.code}`" in read("docs/errors.md"), kind.code
        assert kind.help.endswith(".")


def test_every_word_of_every_closed_list_is_documented():
    text = read("docs/model.md")
    missing = [(kind.__name__, member.value) for kind in enums() for member in kind if f"`{member.value}`" not in text]
    assert missing == [m for m in missing if m[0] == "Format"]


def test_every_format_and_noun_is_documented():
    reading, readme = read("docs/reading.md"), read("README.md")
    for output in Format:
        assert output.value in reading
    for noun in NOUNS:
        assert f"/v1/{noun.path}" in readme, noun.path
    for question in QUESTIONS:
        assert f"/v1/{question.path}" in readme, question.path
        assert f"`/v1/{question.path}`" in read("docs/answers.md"), question.path


def test_the_readme_names_the_two_commands_and_ci_calls_them():
    readme = read("README.md")
    assert "make run" in readme
    assert "make test" in readme
    ci = read(".ci/run")
    assert "make check" in ci
    assert "make test" in ci


def test_no_file_names_a_registry_or_a_machine():
    words = ["index" + "-url", "find" + "-links", "pypi" + ".org", "registry." + "npmjs", "/" + "work/", "/" + "root/"]
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        for word in words:
            assert word not in text, (path, word)


def test_links_between_documents_lead_somewhere():
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("seed_data/*.md")]:
        for link in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            if not link.startswith(("http", "/")):
                assert (path.parent / link).exists(), (path, link)


def test_files_stay_short_enough_to_read():
    for path in (ROOT / "app").rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path


def test_the_dockerfile_passes_its_linter():
    hadolint = Path(sys.executable).parent / "hadolint"
    run = subprocess.run([str(hadolint), str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize("wanted", ["USER", "HEALTHCHECK", "VOLUME", "DATABASE_URL"])
def test_the_dockerfile_keeps_its_promises(wanted: str):
    assert wanted in read("Dockerfile")


def test_every_pinned_package_is_exact():
    pins = [line.split(";")[0].strip() for line in read("constraints.txt").splitlines() if line and line[0] != "#"]
    assert len(pins) > 40
    for pin in pins:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+(\[[a-z,]+\])?==[^ ]+", pin), pin


def test_the_answers_in_the_readme_are_real_ones(seeded_sqlite: httpx.Client):
    requests = re.findall(r"curl 'http://127.0.0.1:8000(\S+format=csv)'\n((?:    .+\n)+)", read("README.md"))
    assert len(requests) == 2
    for address, text in requests:
        shown = list(csv.DictReader(io.StringIO(textwrap.dedent(text))))
        answered = list(csv.DictReader(io.StringIO(seeded_sqlite.get(address).text)))
        for row in shown + answered:
            row.pop("recorded_at", None)
        assert shown == answered
