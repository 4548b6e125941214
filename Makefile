# Every target is the plain command that one would type; `make -n TARGET` shows it.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# What agrees with nothing else has environments of its own beside it, wherever the first one is.
APART ?= .venv
# More words for the command at the end of a target: make test ARGS="-k bill"
ARGS ?=

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# What makes the locks installs them many times as fast as pip does; where it does not reach the
# packages, as behind a mirror that only pip was told of, pip goes on.
FAST := UV_HTTP_TIMEOUT=60 UV_HTTP_RETRIES=1 UV_LINK_MODE=copy \
	$(BIN)/uv pip install --quiet --no-config --python $(BIN)/python
locked = $(FAST) --require-hashes -r $(1) || $(INSTALL) --require-hashes -r $(1)
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" $(ARGS) pyproject.toml --extra build --extra broker

# What has an environment of its own keeps nothing of the pins of the program.
COMPILE_APART := $(BIN)/uv --no-config pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock" $(ARGS)

# What container images hold, without what builds and tests.
SERVED := --extra serve --extra postgres --extra redis --extra ocr
NIGHTLY := --extra pipelines --extra registry

# Each file in one process, in the order of their names: that has the longest ones (browser,
# integration) begin early, where xdist would keep them, having few tests, for the end.
# Many of those wait for programs that they started: one process more than there are cores has
# something to do meanwhile.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null) && echo $$((n + 1)) || echo auto)
TOGETHER := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run test airflow audit check deploy dist docs fix fuzz lock mutate notebooks registry sbom spark tools

help: ## Show the targets
	@sed -n 's/^\([a-z]*\): .*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

run: $(VENV)/.installed ## Set up what is needed and serve the pages
	$(BIN)/ahorraluz serve $(ARGS)

# Its processes share the cores among them: threads of their own would wait for each other.
test: export OMP_NUM_THREADS ?= 1
test: $(VENV)/.installed-dev ## Set up what is needed and run the tests
	$(BIN)/pytest $(TOGETHER) $(ARGS)

check: $(VENV)/.installed-dev ## Lint, format check, import contracts, types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

fix: $(VENV)/.installed-dev ## Mend what the linter can mend, and format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(VENV)/.installed-dev ## Build the documentation; a warning is an error
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

# Tests that need no TensorFlow are among those of `make test`.
tools: export OMP_NUM_THREADS ?= 1
tools: $(VENV)/.installed-train ## Set up what trains the models, and run the tests of it
	$(BIN)/pytest -n 2 --dist worksteal $(ARGS) \
		$$(grep -rl 'importorskip("tensorflow")' --include='*.py' tests)

# Also needs Java; without it the tests say so and are skipped.
spark: $(VENV)/.installed-spark ## Set up Spark and run the tests of streams on it
	$(BIN)/pytest tests/integration/test_live_on_spark.py tests/integration/test_fleet_on_spark.py \
		tests/integration/test_doc_on_spark.py $(ARGS)

registry: $(VENV)/.installed-registry ## Set up MLflow and run the tests of the model registry on it
	$(BIN)/pytest tests/integration/test_model_registry.py \
		tests/integration/test_doc_on_registry.py $(ARGS)

# Airflow and DVC live in environments of their own, which agree with nothing else.
airflow: export OMP_NUM_THREADS ?= 1
airflow: $(APART)-airflow/.installed $(APART)-dvc/.installed $(VENV)/.installed-registry $(VENV)/.installed-train ## Set up Airflow and DVC, and run every pipeline to its end
	$(BIN)/pytest -n 2 --dist loadfile tests/integration/test_airflow.py tests/integration/test_dvc.py $(ARGS)

# The tools live in an environment of their own, too: the tests call them there by their paths.
deploy: $(VENV)/.installed-dev $(APART)-deploy/.installed ## Check everything that is deployed
	$(BIN)/pytest tests/deploy $(ARGS)

# Says so where nobody can be asked; ARGS="--strict" fails there too.
audit: $(VENV)/.installed-dev $(APART)-release/.installed ## Ask whether a locked package has a known vulnerability
	$(BIN)/python -m scripts.audit_locks $(ARGS)

sbom: $(VENV)/.installed-dev $(APART)-release/.installed ## List the parts of the program in dist/, as CycloneDX
	$(BIN)/python -m scripts.list_parts
	$(BIN)/pytest tests/release $(ARGS)

# Reckons a bill in an environment that has the wheel and the locked packages alone.
dist: $(VENV)/.installed-dev ## Build the package in dist/, and try it where nothing else is
	rm -rf dist/*.whl dist/*.tar.gz
	$(BIN)/uv --no-config build --quiet --no-build-isolation --python $(BIN)/python --out-dir dist
	$(BIN)/python -m scripts.try_wheel dist

# ARGS="--write" keeps what they show; without it, it is only looked at.
notebooks: export OMP_NUM_THREADS ?= 1
notebooks: $(VENV)/.installed-notebooks ## Set up what runs the notebooks, and run all of them
	$(BIN)/python -m scripts.run_notebooks $(ARGS)

# It goes on where it was left off; ARGS="--anew" begins again, ARGS="terms" asks one module.
mutate: export OMP_NUM_THREADS ?= 1
mutate: $(VENV)/.installed-dev $(APART)-mutate/.installed ## Put small faults into money and tariffs, and count what the tests notice
	$(BIN)/python -m scripts.mutate --made-by $(APART)-mutate/bin/python $(ARGS)

# ARGS="all --seconds 600 --keep" looks longer and keeps what it found; without, a minute for each.
fuzz: $(VENV)/.installed-dev $(APART)-fuzz/.installed ## Set up what fuzzes, and look for inputs that break something
	$(BIN)/python -m scripts.fuzz $(ARGS)

lock: $(VENV)/.installed-dev ## Pin the dependencies again (ARGS="--upgrade" for newer ones)
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	$(COMPILE) --extra dev --extra train --constraint requirements-dev.txt \
		--output-file requirements-train.txt
	$(COMPILE) --extra dev --extra spark --constraint requirements-dev.txt \
		--output-file requirements-spark.txt
	$(COMPILE) --extra dev --extra registry --constraint requirements-dev.txt \
		--output-file requirements-registry.txt
	$(COMPILE) --extra dev --extra notebooks --constraint requirements-dev.txt \
		--output-file requirements-notebooks.txt
	$(COMPILE_APART) deploy/containers/requirements.in --constraint requirements.txt \
		--output-file requirements-image-build.txt
	$(COMPILE_APART) pyproject.toml $(SERVED) --constraint requirements-dev.txt \
		--output-file requirements-image-web.txt
	$(COMPILE_APART) pyproject.toml $(SERVED) $(NIGHTLY) --constraint requirements-registry.txt \
		--output-file requirements-image-worker.txt
	$(COMPILE_APART) pyproject.toml $(SERVED) $(NIGHTLY) --extra train \
		--constraint requirements-registry.txt --constraint requirements-train.txt \
		--output-file requirements-image-train.txt
	$(COMPILE_APART) deploy/airflow/requirements.in --output-file requirements-airflow.txt
	$(COMPILE_APART) deploy/dvc/requirements.in --output-file requirements-dvc.txt
	$(COMPILE_APART) deploy/tools/requirements.in --output-file requirements-deploy.txt
	$(COMPILE_APART) tests/fuzz/requirements.in --output-file requirements-fuzz.txt
	$(COMPILE_APART) scripts/mutation/requirements.in --output-file requirements-mutate.txt
	$(COMPILE_APART) deploy/release/requirements.in --output-file requirements-release.txt

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "AhorraLuz needs Python 3.11 or newer; '$(PYTHON)' is not." >&2; \
		echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -f $@; exit 1; }

# The stamps say that the locked packages are in the environment; a changed lock installs again.
# The build tool is locked too, so the last line needs no network.
$(VENV)/.installed: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked packages into $(VENV)"
	$(INSTALL) --require-hashes -r requirements.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# Of the lock, the lines of one package.
$(BIN)/uv: | $(VENV)/bin/python
	sed -n '/^uv==/,/^[^ ]/{/^uv==/p;/^ /p;}' requirements-dev.txt > $(VENV)/uv.txt
	$(INSTALL) --require-hashes -r $(VENV)/uv.txt

$(VENV)/.installed-dev: requirements-dev.txt pyproject.toml | $(BIN)/uv
	@echo "Installing the locked packages and the development tools into $(VENV)"
	$(call locked,requirements-dev.txt)
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-notebooks: requirements-notebooks.txt pyproject.toml | $(VENV)/.installed-dev
	@echo "Installing the locked packages of the notebooks into $(VENV)"
	$(call locked,requirements-notebooks.txt)
	@touch $@

$(VENV)/.installed-spark: requirements-spark.txt pyproject.toml | $(VENV)/.installed-dev
	@echo "Installing the locked packages of Spark into $(VENV)"
	$(call locked,requirements-spark.txt)
	@touch $@

$(VENV)/.installed-registry: requirements-registry.txt pyproject.toml | $(VENV)/.installed-dev
	@echo "Installing the locked packages of the model registry into $(VENV)"
	$(call locked,requirements-registry.txt)
	@touch $@

$(VENV)/.installed-train: requirements-train.txt pyproject.toml | $(VENV)/.installed-dev
	@echo "Installing the locked training packages into $(VENV)"
	$(call locked,requirements-train.txt)
	@touch $@

$(APART)-airflow/.installed: requirements-airflow.txt | $(VENV)/.installed-dev
	@echo "Installing Airflow into $(APART)-airflow"
	$(PYTHON) -m venv $(APART)-airflow
	$(BIN)/uv --no-config pip install --quiet --python $(APART)-airflow/bin/python --require-hashes \
		-r requirements-airflow.txt
	@touch $@

$(APART)-dvc/.installed: requirements-dvc.txt | $(VENV)/.installed-dev
	@echo "Installing DVC into $(APART)-dvc"
	$(PYTHON) -m venv $(APART)-dvc
	$(BIN)/uv --no-config pip install --quiet --python $(APART)-dvc/bin/python --require-hashes \
		-r requirements-dvc.txt
	@touch $@

$(APART)-deploy/.installed: requirements-deploy.txt | $(VENV)/.installed-dev
	@echo "Installing what checks the deployment into $(APART)-deploy"
	$(PYTHON) -m venv $(APART)-deploy
	$(BIN)/uv --no-config pip install --quiet --python $(APART)-deploy/bin/python --require-hashes \
		-r requirements-deploy.txt
	@touch $@

$(APART)-mutate/.installed: requirements-mutate.txt | $(VENV)/.installed-dev
	@echo "Installing what makes mutants into $(APART)-mutate"
	$(PYTHON) -m venv $(APART)-mutate
	$(BIN)/uv --no-config pip install --quiet --python $(APART)-mutate/bin/python --require-hashes \
		-r requirements-mutate.txt
	@touch $@

# Beside the packages of the tests, not among them: what fuzzes runs with those of $(VENV).
$(APART)-fuzz/.installed: requirements-fuzz.txt | $(VENV)/.installed-dev
	@echo "Installing what fuzzes into $(APART)-fuzz"
	$(INSTALL) --require-hashes --upgrade --target $(APART)-fuzz -r requirements-fuzz.txt
	@touch $@

$(APART)-release/.installed: requirements-release.txt | $(VENV)/.installed-dev
	@echo "Installing what a release is looked at with into $(APART)-release"
	$(PYTHON) -m venv $(APART)-release
	$(BIN)/uv --no-config pip install --quiet --python $(APART)-release/bin/python --require-hashes \
		-r requirements-release.txt
	@touch $@
