# `make run` opens the reader, `make test` runs the tests, `make check` is all of CI.
# It needs Python 3.11 or newer with pip and venv. Everything else is installed into .venv.

PYTHON ?= python3
PYTHONS ?= $(PYTHON)
VENV := .venv
BIN := $(VENV)/bin
CODE := store tui themes sample_articles tests benchmarks docs packaging
ARGS ?=
# Processes of the tests: one more than two cores, since some wait for programs they started.
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help setup run test check format lint types imports docs matrix package site lock clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/dev  ## install newstui and all tools into .venv

run: $(VENV)/run  ## start the reader (with sample articles while your library is empty)
	@$(BIN)/newstui $(ARGS)

test: $(VENV)/dev  ## run all tests
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

check: $(VENV)/dev  ## run everything that CI runs
	$(BIN)/ruff format --check $(CODE)
	$(MAKE) lint types imports
	$(MAKE) test ARGS="--cov --cov-report=term"
	$(BIN)/coverage json -q -o $(VENV)/coverage.json
	$(BIN)/python -m tests.support.package_coverage $(VENV)/coverage.json
	$(MAKE) docs

format: $(VENV)/dev  ## format the code
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

lint: $(VENV)/dev  ## lint the code
	$(BIN)/ruff check $(CODE)

types: $(VENV)/dev  ## check the types
	$(BIN)/mypy

imports: $(VENV)/dev  ## check the import contracts
	$(BIN)/lint-imports

docs: $(VENV)/dev  ## test README and docs
	$(BIN)/python -m pytest -q tests/docs

matrix: $(VENV)/dev  ## run the tests with the lowest and the highest versions allowed
	for resolution in lowest-direct highest; do \
		$(BIN)/uv venv -q --clear --python $(BIN)/python $(VENV)/$$resolution && \
		$(BIN)/uv pip install -q --python $(VENV)/$$resolution/bin/python \
			--resolution $$resolution -e . --group dev && \
		$(VENV)/$$resolution/bin/python -m pytest -n $(WORKERS) $(ARGS) || exit 1; \
	done

package: $(VENV)/dev  ## build wheel and sdist, check them, and try the wheel with each of PYTHONS
	rm -rf dist
	$(BIN)/uv build -q
	$(BIN)/uv venv -q --clear --python $(BIN)/python $(VENV)/package
	$(BIN)/uv pip install -q --python $(VENV)/package/bin/python --group package
	$(VENV)/package/bin/twine check --strict dist/newstui-*
	$(VENV)/package/bin/check-wheel-contents dist
	$(VENV)/package/bin/pyroma --min 8 dist/newstui-*.tar.gz  # 10 with an e-mail address of the authors
	for python in $(PYTHONS); do \
		$(BIN)/uv venv -q --clear --python $$python $(VENV)/wheel && \
		$(BIN)/uv pip install -q --python $(VENV)/wheel/bin/python dist/newstui-*.whl && \
		$(VENV)/wheel/bin/python packaging/smoke.py || exit 1; \
	done

site: $(VENV)/dev  ## build the site of the documentation in build/site; a wrong link is an error
	$(BIN)/uv venv -q --clear --python $(BIN)/python $(VENV)/site
	$(BIN)/uv pip install -q --python $(VENV)/site/bin/python --group site
	$(BIN)/python docs/site_pages.py
	NO_MKDOCS_2_WARNING=1 $(VENV)/site/bin/mkdocs build -q --strict

lock: $(VENV)/dev  ## update the lock files
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 \
		-o requirements.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 \
		--group dev -o requirements-dev.lock pyproject.toml

clean:  ## remove everything that was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage \
		.import_linter_cache

# The stamps reinstall .venv when a lock file has changed.
$(VENV)/pip:
	$(PYTHON) -c 'import sys; sys.exit("newstui needs Python 3.11 or newer: make PYTHON=python3.12 run" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run: $(VENV)/pip requirements.lock pyproject.toml
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps -e .
	@touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.lock
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --require-hashes -r requirements-dev.lock
	@touch $@
