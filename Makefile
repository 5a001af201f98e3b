# Everything a newcomer needs. `make` alone lists it.
PY ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
DEV := .venv/.ready-dev
UV ?= uv
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help vectors setup demo demo-check test test-long install-test install-test-two install-test-upgrade container-test machines lint bench docs lock law-gate clean postgresql chromium pango strace

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv with the command `ostiary` in it

$(STAMP): requirements.lock pyproject.toml
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ostiary needs Python 3.11 or later (apt install python3 python3-venv)"; exit 2; }
	@$(PY) -c 'import venv, ensurepip' || { echo "Python has no venv; apt install python3-venv"; exit 2; }
	@[ -x $(BIN)/python ] || $(PY) -m venv .venv
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $(STAMP)

$(DEV): $(STAMP) requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $(DEV)

# The tests start their own PostgreSQL; only its binaries must be there.
postgresql:
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; } \
	  || { echo "the tests need PostgreSQL's own binaries: apt install postgresql"; exit 2; }

# Letters are made into PDF with Pango, of which the library brings nothing.
pango:
	@ldconfig -p 2>/dev/null | grep -q libpangoft2-1.0 \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 >/dev/null; } \
	  || { echo "letters as PDF need Pango: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"; exit 2; }

# The browser tests drive a real browser, with a font that every machine has.
chromium:
	@command -v chromium >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null; } \
	  || { echo "the browser tests need Chromium: apt install chromium fonts-noto-core"; exit 2; }

demo: $(STAMP) ## judge eight real demands and a whole roll; then a seeded desk, until Ctrl-C
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/desk.sh

# The two halves run beside each other; the check of the desk is waited for, whatever the other half found.
demo-check: $(STAMP) ## the demo still says what it said; its desk is seeded, served, visited, its log verified
	@PATH="$(CURDIR)/$(BIN):$$PATH"; sh examples/desk.sh check & \
	sh examples/demo.sh | diff -u examples/demo.expected - && echo "demo: as expected"; said=$$?; \
	wait $$! && exit $$said

test: lint postgresql chromium pango ## everything that must hold at every commit
	@$(MAKE) --no-print-directory demo-check
	$(BIN)/ostiary lint
	$(BIN)/ostiary check
	@if git rev-parse --quiet --verify HEAD~1 >/dev/null 2>&1; then $(MAKE) --no-print-directory law-gate; \
	  else echo "law-gate: no earlier commit here; run it where there is one"; fi
	$(BIN)/pytest -q -m "not long" $(SIDE_BY_SIDE)
	$(BIN)/pytest -q -m "not long" $(SIDE_BY_SIDE) tests/web --ds tests.web.on_postgresql $(NOT_THE_DESK) $(LATER)

# One file's tests stay together: they share what is costly to make.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile

# The playground has no database, and the demonstration one of its own: once is enough.
NOT_THE_DESK := --ignore tests/web/test_board.py --ignore tests/web/test_playground.py --ignore tests/web/test_demo.py

# On PostgreSQL these take minutes: `make test-long` runs them there. On SQLite they run every time.
LATER := $(foreach one,desk_decide desk_docket desk_drafts desk_seconds every_address hostile_desk long_work \
  matching_docket packing release_journeys release_journeys_pages restore corrections release_mail stripping,--ignore tests/web/test_$(one).py)

# Faults at every file system call are put there by strace.
strace:
	@command -v strace >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq strace >/dev/null; } \
	  || { echo "the fault tests need strace: apt install strace"; exit 2; }

# Machines are made by debootstrap and booted by systemd-nspawn, inside this one: root and Debian are needed.
machines:
	@[ "$$(id -u)" = 0 ] || { echo "a machine is made and booted by root alone: run it with sudo"; exit 2; }
	@{ command -v debootstrap && command -v systemd-nspawn && command -v ip && command -v openssl; } >/dev/null \
	  || { apt-get update -qq && apt-get install -y -qq --no-install-recommends debootstrap systemd-container iproute2 openssl >/dev/null; } \
	  || { echo "needed: apt install debootstrap systemd-container iproute2 openssl"; exit 2; }

install-test: $(DEV) machines ## a fresh Debian, installed from docs/how-to/install.md alone, upgraded, restarted, looked at
	$(BIN)/python -m tests.install.fresh_machine

install-test-two: $(DEV) machines ## two Debians: witness, PostgreSQL, public log and roll on the second, from two-machines.md alone
	$(BIN)/python -m tests.install.two_machines

install-test-upgrade: $(DEV) machines ## a desk of an older commit, upgraded from docs/how-to/upgrade.md alone
	$(BIN)/python -m tests.install.upgraded

# runc too: Debian's crun does not start where a machine has control groups of both versions.
container-test: $(DEV) machines postgresql ## the image of deploy/Containerfile, built; site, worker and witness run from it
	@{ command -v podman && command -v runc; } >/dev/null \
	  || { apt-get update -qq && apt-get install -y -qq --no-install-recommends podman buildah runc >/dev/null; } \
	  || { echo "needed: apt install podman buildah runc"; exit 2; }
	$(BIN)/python -m tests.install.container

test-long: test strace install-test install-test-two install-test-upgrade container-test ## and the slow properties
	$(BIN)/pytest -q -m long
	$(BIN)/pytest -q -m "not long" $(SIDE_BY_SIDE) $(patsubst --ignore,,$(LATER)) --ds tests.web.on_postgresql
	$(BIN)/pytest -q --hypothesis-profile=deep tests/ledger/test_fuzz.py tests/release/test_tamper.py

lint: $(DEV) ## style, types, imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(DEV) ## speed, against the limits that we set ourselves
	$(BIN)/python bench/run.py

vectors: $(DEV) ## hold proofs, notes and policies against the published vectors in VECTORS=<folder>
	$(BIN)/python -m tests.vectors_check "$(VECTORS)"

docs: $(DEV) ## write docs/reference anew from the code and the packs
	$(BIN)/python docs/generate.py

lock: ## pin every dependency by hash (needs uv)
	$(UV) pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --extra build --extra web --extra match --extra postgresql --extra adbc pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --extra dev --no-emit-package ostiary pyproject.toml -o requirements-dev.lock

# Closed where the older law cannot be had: only a first commit has none to compare with.
law-gate: $(STAMP) ## nothing more may leave than was approved, since BASE=<git ref> (the last tag)
	@head=$$(git cat-file commit HEAD) || exit 2; \
	echo "$$head" | sed '/^$$/q' | grep -q '^parent ' || { echo "law-gate: the first commit: nothing to compare"; exit 0; }; \
	base="$(BASE)"; \
	[ -n "$$base" ] || base=$$(git describe --tags --abbrev=0 HEAD~1 2>/dev/null) || base=HEAD~1; \
	git rev-parse --quiet --verify "$$base^{commit}" >/dev/null \
	  || { echo "law-gate: there is no commit $$base here; fetch it (git fetch --unshallow --tags) or name BASE=<git ref>"; exit 2; }; \
	old=$$(mktemp -d) && trap 'rm -rf "$$old"' EXIT && \
	git archive --output="$$old/packs.tar" "$$base" packs && tar -xf "$$old/packs.tar" -C "$$old" && \
	echo "law-gate: the packs of $$base against those here" && \
	$(BIN)/ostiary compare "$$old/packs" packs --gate

clean: ## remove what was built
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis build dist
