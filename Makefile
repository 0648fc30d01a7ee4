PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORES ?= all
# Where report and dag write: the results_dir of the config.
RESULTS ?= results
# What was installed; else gpu where there is an NVIDIA driver, else cpu. EXTRA=cpu, gpu or jax (on a GPU) says otherwise.
INSTALLED = $(patsubst $(VENV)/.ready-%,%,$(wildcard $(VENV)/.ready-*))
EXTRA ?= $(or $(firstword $(INSTALLED)),$(if $(shell command -v nvidia-smi),gpu,cpu))
STAGES = data skewed generators synthetic scores extractors fid timings tables figures logs benchmarks dag \
  index.html report.html benchmarks.csv benchmarks.json
FOUND = $(wildcard $(addprefix $(RESULTS)/,$(STAGES)))
SNAKEMAKE = $(BIN)/snakemake --cores $(CORES) $(ARGS)
READY := $(VENV)/.ready-$(EXTRA)

.PHONY: help run method report dag skewed costs faults clean test check-full benchmarks lint format lock

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

run: $(READY)  ## run the experiment of config.yaml; ARGS="…" goes to snakemake
	$(SNAKEMAKE)

method: $(READY)  ## compute METHOD="R-CVAE" anew, from its training or its images on, and what follows from it
	$(if $(METHOD),,$(error error: say which method: make method METHOD=R-CVAE))
	$(BIN)/python -m deep_oversampling.anew $(METHOD) --cores $(CORES) $(ARGS)

report: run  ## run, then write Snakemake's own report: one HTML file
	$(SNAKEMAKE) --report $(RESULTS)/report.html

dag: $(READY)  ## draw the graph of rules and that of jobs as SVG (graphviz) and Mermaid
	$(if $(shell command -v dot),,$(error error: dot is missing; install graphviz with this machine's package manager))
	mkdir -p $(RESULTS)/dag
	for graph in rulegraph dag; do \
	  $(SNAKEMAKE) --$$graph dot --quiet all -- $(RESULTS)/index.html >$(RESULTS)/dag/$$graph.dot && \
	  dot -Tsvg $(RESULTS)/dag/$$graph.dot -o $(RESULTS)/dag/$$graph.svg && \
	  $(SNAKEMAKE) --$$graph mermaid-js --quiet all -- $(RESULTS)/index.html >$(RESULTS)/dag/$$graph.mmd || exit 1; \
	done

skewed: $(READY)  ## write the paper's 60 skewed sets with their manifest
	$(SNAKEMAKE) --configfile presets/paper.yaml -- skewed

costs: $(READY)  ## say what an experiment will cost; ARGS="…" is its --configfile and --config
	$(BIN)/python -m deep_oversampling.costs $(ARGS)

faults: $(READY)  ## injure 120 runs of the smoke preset and see them recover (two hours); as root with full disks too
	$(BIN)/python -m faults $(ARGS)

clean:  ## name what RESULTS holds, and delete it once that is confirmed; CONFIRM=yes doesn't ask
	$(if $(filter 1,$(words $(RESULTS))),,$(error error: name one folder: make clean RESULTS=results_paper))
	$(if $(wildcard $(RESULTS)/logs/*_dataset),,$(error error: $(RESULTS) holds no results; say which folder does: make clean RESULTS=results_paper))
	$(if $(wildcard $(RESULTS)/*.py)$(shell git -C '$(RESULTS)' ls-files 2>/dev/null | head -n 1),$(error error: $(RESULTS) holds source files or what git keeps; delete by hand what is neither))
	$(if $(wildcard .snakemake/locks/*),$(error error: a run is going on; if it was killed: snakemake --unlock))
	du -sch $(FOUND)
	answer=$(CONFIRM); [ -n "$$answer" ] || { printf "Delete all of this? (yes/no) "; read answer; }; \
	if [ "$$answer" = yes ]; then rm -r $(FOUND); else echo "Nothing deleted."; fi

test: $(READY)  ## run the tests (as root, first install what they use: chromium, graphviz, SLURM); PYTEST_ARGS="…" goes to pytest
	tests/install_tools.sh
	$(BIN)/python -m pytest -m "not slow" --numprocesses 2 --no-loadscope-reorder $(PYTEST_ARGS)

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
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$*.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Resolves the dependencies anew; the lock files record hashes and no addresses.
lock:
	for extra in cpu gpu jax benchmarks; do \
	  uv pip compile pyproject.toml --extra $$extra --extra test --universal --generate-hashes \
	    --no-annotate --no-header --upgrade --output-file requirements/$$extra.lock || exit 1; \
	done
