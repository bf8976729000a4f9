# Everything a newcomer, a developer and CI need. `make` alone lists it.
PYTHON := $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
ARGS ?=
PACK ?= guangxi-2022

.DEFAULT_GOAL := help
.PHONY: help python setup demo test check bench law lock clean

help: ## This list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Yunzhang needs Python 3.11 or newer. Next: apt-get install python3.11"; exit 1; }

setup: python ## Set up what the demo needs (again: takes no time)
	@$(PYTHON) -m tools.setup run

demo: setup ## Walk one table through its nine steps, on real data (ARGS=--once ends afterwards; PACK=liuzhou-2020)
	@$(BIN)/yunzhang demo --pack $(PACK) $(ARGS)

test: python ## Set up and run all tests (ARGS="tests/node -k replay" for some)
	@$(PYTHON) -m tools.setup test
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: python ## Linters, types, import order and guards
	@$(PYTHON) -m tools.setup check
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest tests/guards

bench: python ## Measure, and write benchmarks/RESULTS.md (ARGS=ledger for one)
	@$(PYTHON) -m tools.setup bench
	@$(BIN)/python -m benchmarks.run $(ARGS)

law: python ## Write docs/law.md from src/yunzhang/packs/law.toml
	@$(PYTHON) -m tools.setup check
	@$(BIN)/python -m tools.law

lock: python ## Resolve pyproject.toml again into requirements.lock
	@$(PYTHON) -m tools.setup check
	@$(PYTHON) -m tools.lock

clean: ## Remove what make made; a hub's own data is not touched
	@rm -rf .venv .data node_modules build src/yunzhang/portal/static/vendor src/*.egg-info
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find src tests tools benchmarks -name __pycache__ -prune -exec rm -rf {} +
	@find src -name '*.mo' -delete
