# One command each, in a fresh clone with only Python >= 3.11, make and git: every target first
# makes .venv and fills it from the lock files, with wheels only, so that no compiler is needed.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
# forbiddenfruit (of blockbuster, which watches the tests), http-ece (the other implementation of
# Web Push, in tests) and jstyleson (of extruct, which reads what pages say of themselves) are
# published without a wheel; they are Python files, made into one without a compiler.
PURE_SOURCE := --no-binary=forbiddenfruit --no-binary=http-ece --no-binary=jstyleson
PIP := $(BIN)/python -m pip --disable-pip-version-check
WHEELS := install --quiet --no-compile --require-hashes --only-binary=:all:
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --only-binary :all: --no-header --no-emit-index-url --no-emit-find-links

# Without bytecode every server that a test starts would compile its libraries anew: 3 s each.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo test lint corpus judges conformance faults openapi translations walks matrix privacy test-browser threads hosts sequences crashes screenshots bench-pages bench-inbox bench-fanout bench-timeline bench-streaming bench-cleaning bench-pruning lock clean

help: ## Show this list
	@echo "fedi_cotweet: make TARGET [ARGS='...'] [PYTHON=python3.12]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## Serve one instance on SQLite in ./data, with a first account (ARGS: options of `up`)
	$(BIN)/fedi-cotweet --data data up --development --account alice $(ARGS)

demo: $(VENV)/.runtime ## Walk a co-tweet through four real servers; stays up for looking (ARGS=--check: exit 0 or 1)
	$(BIN)/python -m demo $(ARGS)

test: $(VENV)/.dev ## Run the tests on all cores (ARGS: options of pytest)
	$(BIN)/python -m pytest -n auto -q $(ARGS)

lint: $(VENV)/.dev ## Check style, types and the import directions
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

corpus: $(VENV)/.dev ## Read every document of a folder of real payloads (COTWEET_PAYLOADS=folder)
	COTWEET_CORPUS=1 $(BIN)/python -m pytest tests/corpus -q -s $(ARGS)

judges: $(VENV)/.dev ## Let software of others judge ours (needs node and npm; COTWEET_GOTOSOCIAL=binary for one more)
	COTWEET_JUDGES=1 $(BIN)/python -m pytest tests/judges -q $(ARGS)
ifdef COTWEET_GOTOSOCIAL
	@# Once more, where there are host names; what needs the network has run above.
	COTWEET_JUDGES=1 tests/judges/with_names.sh $(BIN)/python -m pytest tests/judges -q -m names $(ARGS) \
		|| [ $$? -eq 77 ]
endif

walks: $(VENV)/.dev ## Do what the demo and every page of the documentation say, command by command
	COTWEET_WALKS=1 $(BIN)/python -m pytest tests/docs/test_walks.py tests/demo/test_walk.py -n auto -q $(ARGS)

threads: $(VENV)/.dev ## A thread of 200 answers on 20 servers: how soon it is here, at what cost to whom
	COTWEET_THREADS=1 $(BIN)/python -m pytest tests/federation/test_a_large_thread.py -q -s $(ARGS)

hosts: $(VENV)/.runtime ## 500 other servers, 100 of them dead: what reaches whom, over kill -9 too, and what the dead cost
	$(BIN)/python -m benchmarks.hosts $(ARGS)

matrix: $(VENV)/.dev ## How many authors, where, and what happens to them: every case, over HTTP
	COTWEET_MATRIX=1 $(BIN)/python -m pytest tests/matrix -n auto -q $(ARGS)

privacy: $(VENV)/.dev ## Every visibility and every draft × everybody who may look × every route: who reads what
	COTWEET_PRIVACY=1 $(BIN)/python -m pytest -n auto -q $(ARGS) \
		tests/federation/test_who_reads_what.py tests/federation/test_drafts_are_invisible.py

test-browser: $(VENV)/.dev ## The stories of people and their apps, in a real Chromium
	COTWEET_BROWSER=1 $(BIN)/python -m pytest tests/browser -n auto -q $(ARGS)

screenshots: $(VENV)/.dev ## Pictures of every page, wide and narrow, light and dark, in every language (ARGS='--only home')
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

openapi: $(VENV)/.runtime ## Write docs/reference/openapi.json anew from the code
	$(BIN)/python -c 'from fedi_cotweet.api.openapi import main; main()' > docs/reference/openapi.new
	mv docs/reference/openapi.new docs/reference/openapi.json

translations: $(VENV)/.runtime ## Bring the catalogues of the pages' texts up to date, and name what has no translation
	$(BIN)/python -m fedi_cotweet.languages.make

faults: $(VENV)/.dev ## See that the conformance kit names every fault of a server that has one
	COTWEET_FAULTS=1 $(BIN)/python -m pytest tests/conformance -n 6 -q $(ARGS)

conformance: $(VENV)/.dev ## Try a server of ours case by case against FEP-af48 (ARGS: options of `conformance`)
	$(BIN)/python -m tests.conformance $(ARGS)

sequences: $(VENV)/.dev ## 10,000 random orders of events, with losses and restarts (COTWEET_SEQUENCES=how many)
	COTWEET_SEQUENCES=$${COTWEET_SEQUENCES:-10000} $(BIN)/python -m pytest -n auto -q --timeout=600 $(ARGS) \
		tests/e2e/test_interleavings.py tests/e2e/test_after_publication.py tests/e2e/test_losses.py \
		tests/e2e/test_orders_of_changes.py tests/mastodon_api/test_ready_statuses.py

crashes: $(VENV)/.dev ## kill -9 at 100 random moments of co-tweets, and servers that are away (COTWEET_CRASHES=how many)
	COTWEET_CRASHES=$${COTWEET_CRASHES:-100} $(BIN)/python -m pytest -q $(ARGS) tests/e2e/test_crashes.py

bench-pages: $(VENV)/.dev ## Measure what pages weigh and how soon they appear, in Chromium
	$(BIN)/python -m benchmarks.pages $(ARGS)

bench-inbox: $(VENV)/.runtime ## Measure the inbox against its ceiling on this machine
	$(BIN)/python -m benchmarks.inbox $(ARGS)

bench-fanout: $(VENV)/.runtime ## Measure delivery to many inboxes against its ceiling on this machine
	$(BIN)/python -m benchmarks.fanout $(ARGS)

bench-timeline: $(VENV)/.runtime ## Measure home timelines against their ceiling on this machine
	$(BIN)/python -m benchmarks.timeline $(ARGS)

bench-streaming: $(VENV)/.runtime ## Measure how soon a post reaches 200 open streams
	$(BIN)/python -m benchmarks.streaming $(ARGS)

bench-cleaning: $(VENV)/.runtime ## Measure how the cost of cleaning HTML grows with its length
	$(BIN)/python -m benchmarks.cleaning $(ARGS)

bench-pruning: $(VENV)/.runtime ## Measure what deleting 100,000 remote posts costs, and who waits for it
	$(BIN)/python -m benchmarks.pruning $(ARGS)

lock: $(VENV)/.uv ## Write the three locks anew from pyproject.toml (ARGS=--upgrade)
	$(COMPILE) $(ARGS) --output-file requirements.lock
	$(COMPILE) $(ARGS) --all-extras --constraint requirements.lock --output-file requirements-extras.lock
	$(COMPILE) $(ARGS) $(PURE_SOURCE) --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock

clean: ## Remove the virtual environment, caches and builds (never ./data)
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What is installed, as stamps: a newer lock or pyproject.toml installs again, nothing else does.

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "fedi_cotweet needs Python 3.11 or newer; \"$(PYTHON)\" is: $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Install one, or name it: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) comes without venv. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.made requirements.lock pyproject.toml
	@echo "Installing fedi_cotweet and what it needs into $(VENV) ..."
	@$(PIP) $(WHEELS) -r requirements.lock
	@$(PIP) install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "Installing the tools for tests and checks into $(VENV) ..."
	@$(PIP) $(WHEELS) $(PURE_SOURCE) -r requirements-dev.lock
	@touch $@

$(VENV)/.uv: $(VENV)/.made
	@$(PIP) install --quiet --only-binary=:all: 'uv>=0.13'
	@touch $@
