# Set-up, the main job and every check; people and CI use the same targets. `make help` explains them.

## PYTHON=python3.12    the interpreter to set up with, at least 3.11; by default python3, else a newer one on the PATH
PYTHON ?= python3
## VENV=DIR             where the virtual environment lives (.venv), no spaces in its name
VENV ?= .venv
## PIP_FLAGS=...        more options for pip, such as the index of another torch build; see constraints.txt
PIP_FLAGS ?=
## WORKERS=N            worker processes of a run; one per core unless said
WORKERS ?=
## RESULTS=DIR          where runs leave their folders (results)
RESULTS ?= results
## GRID=DIR             the finished run that make gallery and make bench-report take (results/grid)
GRID ?= $(RESULTS)/grid
## EXTRAS=dev,ray       extras to install; dev alone unless said, since Ray is large and not for every platform
EXTRAS ?= dev
## PYTEST_FLAGS=...     replaces the options of pytest, such as "-k moons -x"
PYTEST_FLAGS ?= -n auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

# a PYTHON that the user names is taken at its word: no other is tried
PYTHONS := $(if $(filter file,$(origin PYTHON)),$(PYTHON) python3.13 python3.12 python3.11,"$(PYTHON)")
NEW_ENOUGH := sys.exit(sys.version_info < (3, 11))
FIND_PYTHON := for python in $(PYTHONS); do \
  if "$$python" -c "import sys; $(NEW_ENOUGH)" 2>/dev/null; then echo "$$python"; exit; fi; done; \
  echo "error: no Python >= 3.11 among: $(subst ",,$(PYTHONS)); name one: make PYTHON=/path/to/python" >&2; exit 1
PY := "$(VENV)/bin/python"
# pip compiles all that it installs, module by module, which takes as long as the rest of it. This does so on every core
# with what every command imports most of; Python compiles all else where it is first imported.
PIP_INSTALL := -m pip install --disable-pip-version-check --no-compile
COMPILE := "import compileall, os, re, sysconfig; \
  rarely = re.compile('site-packages.*/(tests?|testing|_inductor|distributed|onnx|ao)/'); \
  [compileall.compile_dir(os.path.join(sysconfig.get_path('purelib'), name), quiet=2, workers=0, rx=rarely) \
    for name in ('torch', 'numpy', 'scipy', 'sklearn', 'pandas', 'matplotlib', 'jax', 'jaxlib')]"
ACTLOSS := $(PY) -m actloss_cli
comma := ,
STAMP := $(VENV)/.installed$(if $(filter-out dev,$(EXTRAS)),-$(subst $(comma),-,$(EXTRAS)))
JAX_VENV := benchmarks/.venv-jax
MLFLOW_VENV := tests/trackers/.venv-mlflow
BENCH_FLAGS := $(if $(WORKERS),--workers $(WORKERS))
RUN_FLAGS := --results "$(RESULTS)" $(if $(WORKERS),--workers $(WORKERS))

.DEFAULT_GOAL := help
.PHONY: help setup run smoke test lint types unit claims claims-by-hand battery faults fuzz soak reliability everything format docs notebook site script-check simulate depth agreement gallery reference scaling optimizers recommend-study bench bench-quick bench-report bench-setup mlflow-server bench-mlflow wheel clean

help:  ## explain the targets and variables
	@awk 'BEGIN { FS = ":.*## "; print "Targets:" } /^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' Makefile
	@awk 'BEGIN { print "\nVariables, as in make run WORKERS=2:" } sub(/^## /, "  ")' Makefile

setup: $(STAMP)  ## make the virtual environment and install into it, where that is not done

# The stamp comes last, so an interrupted set-up is taken up again. An environment that is broken or too old is made anew,
# but only a folder that is an environment (pyvenv.cfg) is ever cleared.
$(STAMP): pyproject.toml constraints.txt
	@$(PY) -c "import pip, sys; $(NEW_ENOUGH)" 2>/dev/null || { \
	  python=$$($(FIND_PYTHON)) || exit; \
	  if [ -f "$(VENV)/pyvenv.cfg" ]; then clear=--clear; else clear=; fi; \
	  echo "$$python -m venv $$clear $(VENV)"; \
	  "$$python" -m venv $$clear "$(VENV)"; }
	$(PY) $(PIP_INSTALL) -c constraints.txt $(PIP_FLAGS) -e ".[$(EXTRAS)]"
	@-$(PY) -c $(COMPILE)
	@touch "$@"

run: setup  ## the main job: every pairing of configs/grid.yaml trained, and the report on them
	$(ACTLOSS) run configs/grid.yaml $(RUN_FLAGS)
	$(ACTLOSS) report "$(RESULTS)/grid"

smoke: setup  ## the same with configs/smoke.yaml, in seconds
	$(ACTLOSS) run configs/smoke.yaml $(RUN_FLAGS)
	$(ACTLOSS) report "$(RESULTS)/smoke"

test: lint types unit  ## all checks

lint: setup  ## check style and format
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup  ## check types, strictly
	$(PY) -m mypy --num-workers auto

unit: setup  ## run the tests, warnings as errors
	$(PY) -m pytest $(PYTEST_FLAGS)

claims: setup  ## train what configs/claims.yaml needs, and write docs/claims.md with what came out; minutes
	$(ACTLOSS) claims run configs/claims.yaml $(RUN_FLAGS) --page docs/claims.md

claims-by-hand: setup  ## three of the claims again in plain PyTorch, beside the outcomes of make claims; a minute
	$(PY) -m studies.claims_by_hand --results "$(RESULTS)"

battery: setup  ## run the tests that every function of the catalogue must pass
	$(PY) -m pytest $(PYTEST_FLAGS) tests/battery

optimizers: setup  ## train a small trial with every optimizer of pytorch_optimizer
	EVERY_OPTIMIZER=1 $(PY) -m pytest $(PYTEST_FLAGS) tests/extending/test_installed.py

faults: setup  ## run every test of faults, 50 kills in a row over one grid, 20 random grids; many minutes
	EVERY_FAULT=1 N_KILLS=50 N_HISTORIES=100 N_GRIDS=20 $(PY) -m pytest $(PYTEST_FLAGS) tests/reliability tests/execute/test_random_grids.py tests/execute/test_ray_cluster.py

fuzz: setup  ## load 100,000 broken configs: only the documented errors may come out; minutes
	N_INPUTS=100000 $(PY) -m pytest tests/reliability/test_fuzz.py

soak: setup  ## 30 minutes of runs with a random fault a minute: no committed trial may be lost
	$(PY) -m studies.reliability --soak 30

reliability: setup  ## make each fault happen many times, for docs/reliability.md; some 25 minutes
	$(PY) -m studies.reliability

everything: setup  ## run configs/everything.yaml, every function once, and report on it
	$(ACTLOSS) run configs/everything.yaml $(RUN_FLAGS)
	$(ACTLOSS) report "$(RESULTS)/everything"

format: setup  ## mend style and format where that is safe
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

docs: setup  ## write docs/catalogue.md, its plots, docs/configuration.md and configs/actloss.schema.json from the declarations
	$(PY) docs/make_catalogue.py
	$(PY) docs/make_configuration.py
	$(ACTLOSS) schema > configs/actloss.schema.json

notebook: setup  ## run docs/notebook.ipynb and store what came out in it; a minute
	$(PY) docs/make_notebook.py

site: setup  ## the documentation as a site that needs no network, into build/site/; any warning is an error
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet --site-dir build/site

script-check: setup  ## compare scripts of 30 trials, drawn at random, with what is stored of them; a minute
	SCRIPT_TRIALS=30 $(PY) -m pytest -s tests/script/test_reproduction.py

simulate: setup  ## how often verdicts err, by simulation, for docs/statistics.md; minutes
	$(PY) -m studies

depth: setup  ## gradients in deep networks beside theory, measured, into docs/theory/; minutes
	$(PY) -m studies.depth $(if $(WORKERS),--workers $(WORKERS))

agreement: setup  ## predicted verdicts against measured ones, on the main grid and others, for docs/theory/; many minutes
	$(PY) -m studies.agreement --results "$(RESULTS)" $(if $(WORKERS),--workers $(WORKERS))

recommend-study: setup  ## recommendations against whole grids on six tables, for docs/recommend.md; some 30 minutes
	$(PY) -m studies.recommend --results "$(RESULTS)/recommend" $(if $(WORKERS),--workers $(WORKERS))

reference: setup  ## the table of the main grid that ships with the package, from a finished run of it
	$(PY) -m studies.reference --run "$(GRID)"

gallery: setup  ## docs/gallery.md and its pictures, from a finished run; seconds
	$(PY) docs/make_gallery.py "$(GRID)"

scaling: setup  ## measure runs on Ray, their driver and the writer, for docs/scaling.md, with EXTRAS=dev,ray; some twenty-five minutes
	$(PY) -m benchmarks.cluster

bench: bench-setup  ## measure speed against whatever else could train the same trials, for docs/performance.md; most of an hour
	$(PY) -m benchmarks --jax $(JAX_VENV)/bin/python $(BENCH_FLAGS)

bench-quick: bench-setup  ## the same with little work, in minutes, into build/bench/
	$(PY) -m benchmarks --quick --folder build/bench --jax $(JAX_VENV)/bin/python $(BENCH_FLAGS)

bench-report: setup  ## time and memory of a report on $(GRID), which is trained first where it isn't there
	$(PY) -m benchmarks.report "$(GRID)"

bench-setup: setup $(JAX_VENV)/.installed  ## what the two need besides: JAX in an environment of its own
	@$(PY) $(PIP_INSTALL) --quiet -c constraints.txt $(PIP_FLAGS) -r benchmarks/requirements.txt
	@-$(PY) -c $(COMPILE)

# MLflow's server wants an older pyarrow: it has an environment of its own.
mlflow-server: setup $(MLFLOW_VENV)/.installed  ## the MLflow server that tests of exports talk to, in an environment of its own

$(MLFLOW_VENV)/.installed: tests/trackers/requirements-mlflow.txt
	@python=$$($(FIND_PYTHON) 2>/dev/null) || python=$(PY); \
	  echo "$$python -m venv --clear $(MLFLOW_VENV)"; \
	  "$$python" -m venv --clear $(MLFLOW_VENV)
	$(MLFLOW_VENV)/bin/python $(PIP_INSTALL) -r tests/trackers/requirements-mlflow.txt
	@-$(MLFLOW_VENV)/bin/python -c $(COMPILE)
	@touch "$@"

bench-mlflow: mlflow-server  ## send 1,000 trials to an MLflow server, for docs/exporting.md; minutes
	MLFLOW_TRIALS=1000 $(PY) -m pytest -s tests/trackers/test_mlflow.py

# JAX is no dependency: it has an environment of its own.
$(JAX_VENV)/.installed: benchmarks/requirements-jax.txt | setup
	$(PY) -m venv --clear $(JAX_VENV)
	$(JAX_VENV)/bin/python $(PIP_INSTALL) -r benchmarks/requirements-jax.txt
	@-$(JAX_VENV)/bin/python -c $(COMPILE)
	@touch "$@"

wheel: setup  ## check what a wheel carries, and build one into dist/
	$(PY) -m pytest tests/test_packaging.py
	$(PY) -m build --wheel --no-isolation

clean:  ## remove what checks and builds leave; the environment and the results stay
	rm -rf build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find actloss_cli benchmarks studies tests -type d -name __pycache__ -prune -exec rm -rf {} +
