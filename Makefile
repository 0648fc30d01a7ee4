PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORES ?= all
# gpu where there is an NVIDIA driver, else cpu; override with EXTRA=cpu, EXTRA=gpu or EXTRA=jax (on a GPU).
EXTRA ?= $(if $(shell command -v nvidia-smi),gpu,cpu)
SNAKEMAKE = $(BIN)/snakemake --cores $(CORES) $(ARGS)
READY := $(VENV)/.ready-$(EXTRA)

.PHONY: help run skewed test check-full benchmarks lint format lock

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

run: $(READY)  ## run the experiment of config.yaml; ARGS="…" goes to snakemake
	$(SNAKEMAKE)

skewed: $(READY)  ## write the paper's 60 skewed sets with their manifest
	$(SNAKEMAKE) --configfile presets/paper.yaml -- skewed

test: $(READY)  ## run the tests; PYTEST_ARGS="…" goes to pytest
	$(BIN)/python -m pytest -m "not slow" $(PYTEST_ARGS)

check-full: $(READY)  ## run the slow, full-size tests
	$(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

benchmarks: $(VENV)/.ready-benchmarks  ## measure speed and memory beside PyTorch's; leave the machine idle
	$(BIN)/python -m benchmarks

lint: $(READY)  ## check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

format: $(READY)  ## format Python and Snakemake files
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile rules

$(VENV)/.ready-%: requirements/%.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("error: Python 3.11 to 3.13 is needed; set PYTHON=…" if not (3, 11) <= sys.version_info[:2] <= (3, 13) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$*.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Resolves the dependencies anew; the lock files record hashes and no addresses.
lock:
	for extra in cpu gpu jax benchmarks; do \
	  uv pip compile pyproject.toml --extra $$extra --extra test --universal --generate-hashes \
	    --no-annotate --no-header --upgrade --output-file requirements/$$extra.lock || exit 1; \
	done
