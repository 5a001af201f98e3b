# Everything a newcomer needs. `make` alone lists it.
PY ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-check test test-long lint bench docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv with the command `ostiary` in it

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ostiary needs Python 3.11 or later (apt install python3 python3-venv)"; exit 2; }
	@$(PY) -c 'import venv, ensurepip' || { echo "Python has no venv; apt install python3-venv"; exit 2; }
	$(PY) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP) ## judge eight real demands and show what would leave
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

demo-check: $(STAMP) ## the demo still says what it said
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh | diff -u examples/demo.expected - && echo "demo: as expected"

test: lint ## everything that must hold at every commit
	@$(MAKE) --no-print-directory demo-check
	$(BIN)/ostiary lint
	$(BIN)/ostiary check
	$(BIN)/pytest -q -m "not long"

test-long: test ## and the slow properties
	$(BIN)/pytest -q -m long

lint: $(STAMP) ## style, types, imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(STAMP) ## speed, against the limits that we set ourselves
	$(BIN)/python bench/run.py

docs: $(STAMP) ## write docs/reference anew from the code and the packs
	$(BIN)/python docs/generate.py

lock: ## pin every dependency by hash (needs uv)
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --extra dev pyproject.toml -o requirements-dev.lock

clean: ## remove what was built
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis build dist
