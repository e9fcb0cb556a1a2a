# `make help` lists what there is. Everything keeps its environment in .venv.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
DATA ?= data
PORT ?= 8000
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run test check dev lint reformat openapi bench bench-rotation torture faults drill lock clean

help:  ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	@touch $@ .venv/run.stamp

run: .venv/run.stamp  ## Start the service with a demonstration family (DATA=data PORT=8000)
	$(BIN)/passport-api demo --data $(DATA) --port $(PORT)

dev: .venv/dev.stamp  ## Make the environment with every tool in it

test: dev  ## Every test, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: dev  ## Style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint  ## lint, the contract's drift, and known vulnerabilities
	$(BIN)/passport-api openapi --check openapi.yaml
	sh .ci/audit

reformat: dev  ## Let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

openapi: dev  ## Write openapi.yaml from the code
	$(BIN)/passport-api openapi --write openapi.yaml

bench: dev  ## Measure the protected release against the plainest one (takes up to an hour)
	$(BIN)/python -m bench
	$(BIN)/python -m bench.anchoring
	$(BIN)/python -m bench.protection

bench-rotation: dev  ## Measure releases while 100,000 passports' keys are rewrapped
	$(BIN)/python -m bench.rotation

torture: dev  ## Kill the server under load, fifty times, and every command half way
	$(BIN)/python -m pytest -m 'torture or at_length' tests/promises tests/integration --torture-rounds 50

faults: dev  ## Fill the disk, kill and freeze the database, hold its locks: ten times each, under load
	$(BIN)/python -m pytest -m faults tests/faults --fault-rounds 10

drill: dev  ## Lose the machine and get it back, on both databases; says what was lost
	PYTHONPATH=tests $(BIN)/python -m support.drill
	$(BIN)/python -m pytest -m drill tests/integration/test_drill.py

lock: dev  ## Resolve the versions anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml --group dev -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml -c requirements-dev.lock -o requirements.lock

clean:  ## Remove the environment (never the data)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
