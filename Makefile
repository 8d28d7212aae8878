# What can be done here; `make` alone lists it. The work is in .ci/, so that it reads as plain shell.
.POSIX:
.SUFFIXES:

# More words for the command, for example: make run ARGS="--interval 1", make test ARGS="tests/core -k rates"
ARGS =

.PHONY: help run test lint format bench torture screenshots docs lock bundle clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS='	' read -r name says; do \
		printf 'make %-12s %s\n' "$$name" "$$says"; done

run:  ## PerfWatch: its window, or headless where there is no display
	@.ci/environment run
	@.ci/start $(ARGS)

test:  ## all tests
	@.ci/environment test
	@.venv/bin/python -m pytest -q $(ARGS)

lint:  ## ruff, the format, mypy --strict, and the layers
	@.ci/environment test
	@.ci/lint

format:  ## write all Python files in the one format
	@.ci/environment test
	@.venv/bin/ruff check --quiet --fix-only . && .venv/bin/ruff format .

bench:  ## measure what PerfWatch costs beside its peers, into docs/benchmarks.md (takes minutes)
	@.ci/environment test
	@.venv/bin/python -m tests.bench $(ARGS)

torture:  ## try every fault PerfWatch claims to survive, into docs/reliability.md (takes half an hour; ARGS=--short)
	@.ci/environment test
	@.venv/bin/python -m tests.torture $(ARGS)

screenshots:  ## render docs/images from a captured machine
	@.ci/environment test
	@.venv/bin/python -m tests.screenshots $(ARGS)

docs:  ## write the parts of the documents that follow from the code
	@.ci/environment test
	@.venv/bin/python -m tests.documents

lock:  ## write the lock files anew from pyproject.toml
	@.ci/lock

bundle:  ## dist/perfwatch: a folder that runs without Python, and its archive with a checksum
	@.ci/environment test
	@.ci/bundle

bundle-test:  ## run every command of the bundle as a machine without Python would
	@.ci/bundle-test

clean:  ## remove .venv and all that was made from the sources; never your data
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
