# make help explains every target. demo and test set everything up themselves; they need Python 3.11 to 3.13,
# make and a package index.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# The distribution's own Python goes first where it fits: it is built with profile-guided optimisation, which those
# of version managers mostly are not, and plain Python takes a third less time on it. PYTHON=... overrides.
PYTHON ?= $(shell for p in /usr/bin/python3.1{1,2,3} python3.1{1,2,3} python3; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(not (3,11) <= sys.version_info < (3,14))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
export ORDER_STAGING_HOME ?= $(CURDIR)/.order-staging
export DAGSTER_HOME ?= $(ORDER_STAGING_HOME)/dagster
export DO_NOT_TRACK := 1
# Some containers set it, and then every process compiles all of the project again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test proofs check lint bench docs dev lock clean

help: ## this text
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) ## the virtual environment, from requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and was not found; set PYTHON=…"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

demo: $(INSTALLED) ## the whole pipeline against the sandbox; run it again and nothing is sent
	$(BIN)/order-staging demo

# Warehouses of tests are thrown away after each: in memory, where there are a few GB of it, none waits for a disk.
SCRATCH ?= $(shell [ "$$(df -m --output=avail /dev/shm 2>/dev/null | tail -n 1)" -gt 4000 ] 2>/dev/null \
	&& echo /dev/shm || echo $${TMPDIR:-/tmp})
PYTEST = TMPDIR=$(SCRATCH) $(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder

test: $(INSTALLED) ## the test suite, fast tests first, three at a time: some of them wait
	$(PYTEST) -m "not proof"

proofs: $(INSTALLED) ## whole days from end to end, of parts that the suite tests one by one
	$(PYTEST) -m proof

lint: $(INSTALLED) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint ## what CI runs: lint, mappings, definitions, suite, proofs
	$(BIN)/order-staging mappings check
	@mkdir -p $(DAGSTER_HOME) && cp dagster.yaml $(DAGSTER_HOME)/
	$(BIN)/dagster definitions validate
	$(MAKE) test
	$(MAKE) proofs

bench: $(INSTALLED) ## the measurements and long proofs of bench/, each beside its baseline
	$(BIN)/python -m bench

docs: $(INSTALLED) ## dbt's documentation, into $ORDER_STAGING_HOME/target/static_index.html
	$(BIN)/order-staging docs

dev: $(INSTALLED) ## Dagster on http://127.0.0.1:3000
	@mkdir -p $(DAGSTER_HOME) && cp dagster.yaml $(DAGSTER_HOME)/
	$(BIN)/dagster dev

lock: ## resolve requirements.lock anew: hashes, no index address
	$(BIN)/uv pip compile pyproject.toml --extra sandbox --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet \
		--no-emit-package dbt-core-experimental-parser -o requirements.lock

clean: ## forget the embedded warehouse, the sandbox and everything else we wrote
	rm -rf $(ORDER_STAGING_HOME)
