# Every target sets up what it needs first; nothing is installed again while pyproject.toml and constraints.txt stay as they are.
#   PYTHON=python3.12   the interpreter that .venv is made with (3.11 or newer; default: python3.11, else python3)
#   PORT=8000           where `make run` serves (default: the setting `port`)
#   SOAK_KILLS=10       how often `make soak` kills the service; three times as often while it delivers
#   TEST_JOBS=2         how many tests `make test` runs at a time
#   FINAL=1             `make bench` appends to the record of opened test slices
#   ONLY=hours,nab     which benchmarks `make bench` runs (default: all)

.DEFAULT_GOAL := help
# One environment, one installer at a time: with -j the targets queue.
.NOTPARALLEL:
.DELETE_ON_ERROR:

PYTHON ?=
PORT ?=
SOAK_KILLS ?= 10
FINAL ?=
ONLY ?=
TEST_JOBS ?= 2

BIN := .venv/bin
# Compiled kernels are kept beside their sources, and know of changes to their own file only.
KERNELS := $(shell grep -rl "^@compiled" src/triage --include=*.py) src/triage/compiling.py
RUN_SET := .venv/.run-set
DEV_SET := .venv/.dev-set
SET_BY := pyproject.toml constraints.txt scripts/set-up.sh

KERNELS_SET := .venv/.kernels-set

.PHONY: help run test lint e2e soak bench constraints clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: $(RUN_SET) $(KERNELS_SET) ## set up, train on the sample unless a model verifies, serve at http://127.0.0.1:8000
	@PORT='$(PORT)' scripts/run.sh

test: $(DEV_SET) $(KERNELS_SET) ## run every test that needs nothing but Python
	@$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadscope

lint: $(DEV_SET) ## ruff, mypy, import contracts, dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

e2e: $(DEV_SET) $(KERNELS_SET) ## run the tests against a real service
	@$(BIN)/python -m pytest tests/e2e

soak: $(DEV_SET) $(KERNELS_SET) ## kill -9 the service under load, SOAK_KILLS times; nothing acknowledged may be lost
	@SOAK_KILLS='$(SOAK_KILLS)' $(BIN)/python -m pytest tests/soak
	@SETTLING_EXAMPLES='$(SOAK_KILLS)000' $(BIN)/python -m pytest tests/unit/store/test_recording.py

bench: $(DEV_SET) $(KERNELS_SET) ## measure against peers; needs real data (BENCH_DATA_DIR)
	@FINAL='$(FINAL)' ONLY='$(ONLY)' $(BIN)/python -m benchmarks

constraints: ## make constraints.txt anew from the newest versions that fit
	@PYTHON='$(PYTHON)' scripts/make-constraints.sh

clean: ## remove .venv, caches and build leftovers; models and databases stay
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_SET): $(SET_BY)
	@PYTHON='$(PYTHON)' scripts/set-up.sh run

$(DEV_SET): $(SET_BY)
	@PYTHON='$(PYTHON)' scripts/set-up.sh dev

$(KERNELS_SET): $(KERNELS)
	@find src/triage -name '*.nb[ic]' -delete
	@touch $@
