# Every target sets up what it needs first; `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The stamp's name carries the content it was made from, so an unchanged lock costs nothing.
STAMP = $(VENV)/.setup-$(shell cat requirements-dev.lock pyproject.toml Makefile | sha256sum | cut -c1-16)
ARGS ?=
ONLY ?=
# `make test` runs three parts at once that take about as long; what two of them said comes after the third.
PART_1 = tests/browser tests/embedded tests/flow tests/service/chassis
PART_2 = tests/faults tests/service/portal tests/service/members tests/service/statistics \
  tests/store/chassis tests/store/linli tests/store/members tests/store/statistics

.DEFAULT_GOAL := help
.PHONY: help setup demo up test lint bench faults lock browser broker printing

help: ## List these targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv with everything pinned, and .venv/bin/linli in it

$(STAMP):
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and "Linli needs Python 3.11 or later; %s is %d.%d. Name another one: make setup PYTHON=/path/to/python3.11" % (sys.executable, v[0], v[1]))'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) has no venv module; install it: apt-get install python3-venv" >&2; \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 1; \
	  echo "running as root, so installing python3-venv now" >&2; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends python3-venv >/dev/null; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) from requirements-dev.lock"
	@$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check --only-binary :all: --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-index --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@rm -f $(VENV)/.setup-* && touch $(STAMP)

demo: setup ## Play the story of forty disputes on real parts, then stay up until Ctrl-C
	@$(BIN)/linli demo $(ARGS)

up: setup ## Run everything until Ctrl-C (ARGS="--fresh --port-base 8800 --data DIR")
	@$(BIN)/linli up $(ARGS)

test: lint browser broker printing ## Lint, then every test on real parts (ONLY=tests/unit ARGS="-x")
ifneq ($(strip $(ONLY)$(ARGS)),)
	@$(BIN)/python -m pytest $(ONLY) $(ARGS)
else
	@logs=$$(mktemp -d); pytest="$(BIN)/python -m pytest"; \
	  $$pytest $(PART_1) >$$logs/1 2>&1 & first=$$!; \
	  $$pytest $(PART_2) >$$logs/2 2>&1 & second=$$!; \
	  $$pytest tests $(addprefix --ignore=,$(PART_1) $(PART_2)); failed=$$?; \
	  for part in $$first $$second; do wait $$part || failed=$$?; done; \
	  cat $$logs/*; rm -r $$logs; exit $$failed
endif

lint: setup ## ruff, mypy strict, import contracts, and squawk on every migration
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@shopt -s nullglob; files=(chassis/migrations/*.sql services/*/migrations/*.sql); \
	  [ $${#files[@]} = 0 ] || $(BIN)/squawk "$${files[@]}"

bench: setup broker ## Measure against the peers and the floors, in one run (ONLY=relay ARGS=...)
	@$(BIN)/python -m bench $(ONLY) $(ARGS)

faults: setup broker ## Kill, stop and corrupt real parts; the ledger must hold (ONLY=12 or ONLY=5 MINUTES=30 SEED=7)
	@export LINLI_FAULT_SIZE=full LINLI_FAULT_ONLY="$(ONLY)" $(if $(SEED),LINLI_FAULT_SEED=$(SEED)) \
	  $(if $(MINUTES),LINLI_FAULT_MINUTES=$(MINUTES)); $(BIN)/python -m pytest tests/faults $(ARGS)

lock: setup ## Resolve the pins again and write the lock files
	@$(BIN)/python -m pip install -qq --disable-pip-version-check 'uv>=0.9,<1'
	@compile="$(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links"; \
	  $$compile --upgrade -o requirements.lock >/dev/null && \
	  $$compile --upgrade -c requirements.lock --extra dev -o requirements-dev.lock >/dev/null && \
	  $${compile/pyproject.toml/bench/peers/requirements.in} --upgrade -o bench/peers/requirements.lock >/dev/null

# What `test` needs beyond `setup`.
browser:
	@command -v chromium >/dev/null || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null || { \
	    echo "the browser test needs chromium; install it: sudo apt-get install chromium" >&2; exit 1; }; \
	  echo "installing chromium for the browser test (apt-get)" >&2; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; }

# Before the tests, whose time-out an installation could exceed; `demo` and `up` do it themselves.
broker: setup
	@$(BIN)/python -c 'from linli.embedded.rabbitmq_package import ensure_installed; ensure_installed()'

# The same for the libraries and the font that mediation files are printed with.
printing: setup
	@$(BIN)/python -c 'from linli.embedded.printing_packages import ensure_installed; ensure_installed()'
