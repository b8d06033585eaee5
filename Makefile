# The project's commands. `make` alone lists them.

PRESET ?= quick
IMAGE  ?=
SET    ?=
NB     ?=
P      ?=
ONLY   ?=
DRY    ?=
JOBS   ?=
PYTHON ?= python3
UV     ?= uv

# Handed on through the environment, so that paths with spaces and quotes arrive whole.
export PRESET IMAGE SET NB P
# Trained networks are kept here and found again: the same recipe on the same image is trained once.
export FER_STORE ?= $(CURDIR)/build/store
export PYDEVD_DISABLE_FILE_VALIDATION = 1
# Matrices here have a few dozen rows: linear algebra with two threads is no quicker, and on a busy machine many times slower.
export OPENBLAS_NUM_THREADS ?= 1

BIN := .venv/bin
ENV := .venv/.stamp

.DEFAULT_GOAL := help
.PHONY: help book test lab run figures measure population choosers bench publish genomes garden check lock clean

help: ## list what can be made
	@awk -F ' ## ' '/^[a-z]+:.* ## / {split($$1, name, ":"); printf "make %-11s%s\n", name[1], $$2}' Makefile

book: $(ENV) ## the book, notebooks and all; PRESET=quick|paper IMAGE=skull|butterfly|apple|jester|my.png|genome.zip SET="03.steps=2000" JOBS=1
	@$(BIN)/python -m fer_utils.book build --preset "$$PRESET" --image "$$IMAGE" --set "$$SET" $(if $(JOBS),--jobs $(JOBS))

run: $(ENV) ## one notebook with parameters of your own: make run NB=05 P="image=apple seeds=[3]"
	@$(BIN)/python -m fer_utils.book run "$$NB" --preset "$$PRESET" --set "$$P"

figures: $(ENV) ## every figure of the paper at print quality, under build/figures; ONLY="5 24" for some, IMAGE= another
	@$(BIN)/python -m fer_utils.book.figures $(if $(ONLY),--only $(ONLY)) $(if $(IMAGE),--image $(IMAGE))

measure: $(ENV) ## the measures of fracture for networks of yours: make measure NET="jester my.safetensors"
	@$(BIN)/python -m fer_utils.measuring $(NET)

population: $(ENV) ## many seeds on all cores, or on a Dask scheduler: SCHEDULER=tcp://…; PLAN= another plan
	@$(BIN)/python -m fer_utils.populations $(or $(PLAN),published/populations/plan.yml) --store build/store \
		$(if $(SCHEDULER),--scheduler $(SCHEDULER)) $(if $(WORKERS),--workers $(WORKERS))

choosers: $(ENV) ## what each chooser finds with the same budget: run what is missing of published/choosers/plan.yml
	@$(BIN)/python scripts/choosers.py $(if $(PLAN),--plan $(PLAN)) $(if $(FOLDER),--folder $(FOLDER))

lab: $(ENV) ## JupyterLab, with the notebooks and live sliders
	@JUPYTER_CONFIG_PATH="$(CURDIR)/scripts/lab" $(BIN)/jupyter lab

bench: $(ENV) .venv/.bench ## how fast it is, beside JAX, as a table and build/benchmarks.json; ONLY="steps sweeps" for some
	@$(BIN)/python -m benchmarks $(ONLY)

publish: $(ENV) ## train what published/plan.yml wants and is missing, and publish it; ONLY="skull mask" for some, DRY=1 to look
	@$(BIN)/python scripts/publish.py $(if $(ONLY),--only $(ONLY)) $(if $(DRY),--dry-run)

test: $(ENV) ## every test, on as many cores as there are, at most four; those in a browser look for chromium on the PATH
	@OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(BIN)/python -m pytest --numprocesses $(or $(JOBS),logical) --maxprocesses 4 --no-loadscope-reorder

check: $(ENV) ## style, types, and whether the lock and the environments agree
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_frame.py

genomes: $(ENV) ## download the paper's three genomes from its authors' repository
	@$(BIN)/python -m fer_utils.picbreeder

garden: $(ENV) ## replay every breeding session and compare each picture's genome with its recorded hash
	@$(BIN)/python -m fer_utils.garden

lock: ## resolve pyproject.toml anew into requirements.lock (needs uv)
	@$(PYTHON) scripts/environment.py lock --uv "$(UV)"

clean: ## remove what was built, but keep the environment and the trained networks (build/store)
	@rm -rf book/executed
	@if [ -d build ]; then find build -mindepth 1 -maxdepth 1 ! -name store -exec rm -rf {} +; fi

# JAX is only what the benchmarks compare with; nothing else needs it.
.venv/.bench: benchmarks/requirements.lock $(ENV)
	@$(BIN)/python -m pip install -qq -r benchmarks/requirements.lock
	@touch $@

# The stamp is the last thing made: an install that fails leaves none, and the next command tries again.
$(ENV): requirements.lock pyproject.toml scripts/environment.py
	@rm -f $@
	@$(PYTHON) scripts/environment.py install .venv
	@touch $@
