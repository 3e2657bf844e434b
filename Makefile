# What make can do here; `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
DOCKER ?= docker
PORT ?= 8000
BASE_IMAGE ?= debian:bookworm-slim
REVISION ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)

VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
LABS := $(basename $(notdir $(wildcard hub/labs/*.toml)))
OURS := hub hub/client catalogs notebooks extensions/core
# Node builds the extension and runs the proxy; a machine without it takes it from PyPI.
NODE := PATH="$(abspath $(BIN)):$$PATH"

.PHONY: help install audit sbom demo test test-live lint format bench docs-check sources-table lock up down images clean \
	$(addprefix images/,tools base hub service registry database front $(LABS))

help: ## what make can do here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-12s %s\n", $$1, $$2}'
	@echo "laboratories: $(LABS)"

# The environment ---------------------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.build: requirements-build.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-build.txt
	@touch $@

# Adds to the environment and takes nothing away, so that a demonstration does not undo an installation.
$(VENV)/.runtime: requirements.txt $(addsuffix /pyproject.toml,$(OURS)) | $(VENV)/.build
	$(UV) pip install --quiet --no-deps --require-hashes --compile-bytecode --python $(BIN)/python --requirement requirements.txt
	PATH="$(abspath $(BIN)):$$PATH" $(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python $(addprefix --editable ,$(OURS))
	$(BIN)/python -m bluecloud_runner.forkserver.install --prefix $(VENV) >/dev/null
	$(BIN)/jupyter server extension disable --sys-prefix panel.io.jupyter_server_extension nbdime 2>/dev/null
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(UV) pip install --quiet --no-deps --require-hashes --compile-bytecode --python $(BIN)/python --requirement requirements-dev.txt
	@touch $@

# Providers' own programs, which tests run as they are: apart, because their bounds conflict.
$(VENV)/.judges: requirements-judges.txt | $(VENV)/.build
	$(UV) venv --quiet --clear --python $(BIN)/python $(VENV)/judges
	$(UV) pip install --quiet --no-deps --require-hashes --python $(VENV)/judges/bin/python --requirement requirements-judges.txt
	@touch $@

$(VENV)/.node: requirements-node.txt | $(VENV)/.build
	@if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null || ! command -v npm >/dev/null; then \
		$(UV) pip install --quiet --no-deps --require-hashes --python $(BIN)/python --requirement requirements-node.txt; \
	fi
	@touch $@

hub/node_modules/.package-lock.json: hub/package.json hub/package-lock.json | $(VENV)/.node
	$(NODE) npm --prefix hub ci --silent

extensions/node_modules/.package-lock.json: extensions/package.json extensions/package-lock.json | $(VENV)/.node
	$(NODE) npm --prefix extensions ci --silent

EXTENSION_SOURCES := $(shell find extensions -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.svg' -o -name 'package.json' -o -name 'tsconfig*.json' \) -not -path '*/node_modules/*' -not -path '*/lib/*' -not -path '*/labextension/*')

extensions/.built: $(EXTENSION_SOURCES) extensions/node_modules/.package-lock.json $(VENV)/.runtime
	$(NODE) npm --prefix extensions run --silent build
	@touch $@

$(VENV)/.extensions: extensions/.built
	$(BIN)/python extensions/install.py --prefix $(VENV)
	@touch $@

install: $(VENV)/.dev $(VENV)/.judges $(VENV)/.extensions hub/node_modules/.package-lock.json ## make .venv: everything for development and tests

# Use -----------------------------------------------------------------------------------------

demo: $(VENV)/.runtime $(VENV)/.extensions hub/node_modules/.package-lock.json ## start it on this machine, without Docker
	@$(NODE) exec $(BIN)/python -m bluecloud_hub.demo --port $(PORT)

# Images --------------------------------------------------------------------------------------

BUILD = $(DOCKER) build --quiet --build-arg BASE_IMAGE=$(BASE_IMAGE) --build-arg REVISION=$(REVISION)

images/tools:
	$(BUILD) --tag bluecloud/tools --target tools --file images/base/Dockerfile .

images/base: images/tools extensions/.built
	$(BUILD) --tag bluecloud/base --file images/base/Dockerfile .

images/hub: images/tools
	$(BUILD) --tag bluecloud/hub --file images/hub/Dockerfile .

images/service: images/base
	$(BUILD) --tag bluecloud/service --file images/service/Dockerfile .

images/registry:
	$(BUILD) --tag bluecloud/registry --file images/registry/Dockerfile .

images/front: images/tools
	$(BUILD) --tag bluecloud/front --file images/front/Dockerfile .

images/database:
	$(BUILD) --tag bluecloud/database --file images/database/Dockerfile .

$(addprefix images/,$(LABS)): images/%: images/base
	$(BUILD) --build-arg LAB=$* --build-arg VERSION="$$(sed -n 's/^version = "\(.*\)".*/\1/p' hub/labs/$*.toml)" --build-arg ENVIRONMENT="$$($(BIN)/python -m bluecloud.lab.label $*)" --tag bluecloud/$* --file images/lab.Dockerfile .

images: images/hub images/service images/registry images/database images/front $(addprefix images/,$(LABS)) $(VENV)/.runtime ## build every image, and release the laboratories'
	$(BIN)/python -m bluecloud_hub.releases $(LABS)

lock: $(VENV)/.build ## resolve and lock every package again
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python images/lock.py

audit: $(VENV)/.build ## ask PyPI and npm what is known against the locked packages; needs them
	$(BIN)/python images/audit.py

sbom: $(VENV)/.runtime ## write a bill of materials (CycloneDX) of each image: TO=/srv/sbom
	@$(BIN)/python -m bluecloud_service.gate.materials --to "$(or $(TO),$(error name a folder: make sbom TO=/srv/sbom))" $(addprefix bluecloud/,hub service registry database front $(LABS))

# A cluster -----------------------------------------------------------------------------------

.PHONY: kubernetes

kubernetes: $(VENV)/.runtime ## write what a cluster is given, deploy/kubernetes, from hub/labs and cluster.toml
	@$(BIN)/python -m bluecloud_hub.cluster

# A deployment with containers ---------------------------------------------------------------

TLS = $(call chosen,BLUECLOUD_TLS)
COMPOSE = $(shell $(DOCKER) compose version >/dev/null 2>&1 && echo "$(DOCKER) compose" || echo docker-compose) --project-name $(call chosen,BLUECLOUD_NAME,bluecloud) --env-file deploy/.env --file deploy/compose.yaml $(if $(TLS),--file deploy/compose.tls.yaml) $(if $(filter swarm,$(call chosen,BLUECLOUD_ENGINE,docker)),--file deploy/compose.swarm.yaml)
chosen = $(or $(shell sed -n "s/^$(1)=[\"']\{0,1\}\([^\"']*\).*/\1/p" deploy/.env 2>/dev/null),$(2))
ADDRESS = $(call chosen,BLUECLOUD_PUBLIC_URL,http://bluecloud.localhost:8000)

# Where the front listens, as HOST:PORT; nowhere without TLS.
FRONT = $(if $(TLS),$(if $(findstring :,$(call chosen,BLUECLOUD_HTTPS_LISTEN)),,:)$(call chosen,BLUECLOUD_HTTPS_LISTEN,443))
WAITED = "$(ADDRESS)" "$(call chosen,BLUECLOUD_LISTEN,127.0.0.1:8000)" "$(call chosen,BLUECLOUD_NAME,bluecloud)" "$(FRONT)"

.PHONY: secrets up upgrade compose person harvest doctor backup restore

deploy/.env:
	@$(PYTHON) deploy/make_env.py

secrets: ## make deploy/.env with new secrets; one that is there gets those it lacks
	@$(PYTHON) deploy/make_env.py

up: deploy/.env ## start a deployment with containers: hub, service, proxy, registry, database, TLS in front
	@$(PYTHON) deploy/check_env.py deploy/.env
	@BLUECLOUD_STATE="$(call chosen,BLUECLOUD_STATE)" $(MAKE) --no-print-directory images
	@mkdir -p "$(call chosen,BLUECLOUD_STATE)"
	$(COMPOSE) up --detach
	@DOCKER="$(DOCKER)" $(PYTHON) deploy/wait.py $(WAITED) || { $(COMPOSE) logs --tail 30 hub $(if $(TLS),front); exit 1; }
	@echo "ready: $(ADDRESS)   (make person NAME=ada GROUP=environment lets somebody in)"

# The service stops before the runs do, which it would start again.
down: ## stop the deployment and its laboratories; everything is kept
	$(COMPOSE) stop hub service
	@ids="$$($(DOCKER) service ls --quiet --filter label=bluecloud.deployment=$(call chosen,BLUECLOUD_NAME,bluecloud) 2>/dev/null || true)"; [ -z "$$ids" ] || $(DOCKER) service rm $$ids >/dev/null
	@ids="$$($(DOCKER) ps --all --quiet --filter label=bluecloud.deployment=$(call chosen,BLUECLOUD_NAME,bluecloud))"; [ -z "$$ids" ] || $(DOCKER) rm --force $$ids >/dev/null
	$(COMPOSE) down

# Not $(MAKE) in the recipe, for which make would do it when it is only to say what it would do (-n).
AGAIN = $(MAKE) --no-print-directory

upgrade: deploy/.env ## to the version that is checked out, after a backup: TO=FOLDER
	@[ -d "$(TO)" ] || { echo "TO=$(TO): name a folder that is there, outside the state folder" >&2; exit 2; }
	@$(PYTHON) deploy/make_env.py
	@$(PYTHON) deploy/check_env.py deploy/.env
	@DOCKER="$(DOCKER)" $(PYTHON) deploy/upgrade.py "$(abspath $(TO))" --compose '$(COMPOSE)' \
		--project "$(call chosen,BLUECLOUD_NAME,bluecloud)" --images "$(call chosen,BLUECLOUD_IMAGES,bluecloud)" \
		--env-file deploy/.env --build '$(AGAIN) test-images' --wait '$(PYTHON) deploy/wait.py $(WAITED)' \
		--release 'env BLUECLOUD_STATE=$(call chosen,BLUECLOUD_STATE) $(AGAIN) images'

compose: ## docker compose on this deployment: ARGS="logs hub"
	@$(COMPOSE) $(ARGS)

person: ## make somebody: NAME=ada [GROUP=environment-managers] [OPERATOR=1]
	@$(COMPOSE) exec -T hub python -m bluecloud_hub.people add "$(NAME)" $(addprefix --group ,$(GROUP)) $(if $(OPERATOR),--operator)

harvest: ## ask sources what they hold: [SOURCES="argogdac icos"], all without any
	@$(COMPOSE) exec -T service bluecloud data harvest $(SOURCES)

# What operators examine and keep: in a container as the service's, whether that runs or not; without a
# deployment of containers, what `make demo` left.
ifneq ($(wildcard deploy/.env),)
OPERATE = $(COMPOSE) run --rm --no-deps -T --volume "$(abspath deploy/.env):/run/deployment.env:ro"
TOLD = --env-file /run/deployment.env
INSIDE = service bluecloud
SEES = --volume "$(1):$(1)"
STOPPED = $(MAKE) --no-print-directory down && $(COMPOSE) up --detach database
else
TOLD = --env-file .state/demo/demo.env
INSIDE = $(BIN)/bluecloud
STOPPED = true
endif

doctor: ## say what is wrong with the deployment and what to do about it: [ARGS=--json]
	@$(OPERATE) $(INSIDE) doctor $(TOLD) $(ARGS)

backup: ## back the deployment up while it goes on: TO=FOLDER [ARGS="--keep 14"]
	@[ -d "$(TO)" ] || { echo "TO=$(TO): name a folder that is there, outside the state folder" >&2; exit 2; }
	@$(OPERATE) $(call SEES,$(abspath $(TO))) $(INSIDE) backup "$(abspath $(TO))" $(TOLD) $(ARGS)

restore: ## bring a backup back: FROM=FILE [ARGS=--check, --replace]
	@[ -f "$(FROM)" ] || { echo "FROM=$(FROM): name a file that make backup made" >&2; exit 2; }
	@$(if $(findstring --check,$(ARGS)),true,$(STOPPED))
	@$(OPERATE) $(call SEES,$(abspath $(FROM))) $(INSIDE) restore "$(abspath $(FROM))" $(TOLD) $(ARGS)

# Proof ----------------------------------------------------------------------------------------

SHELL_SCRIPTS := $(shell git ls-files '*.sh' .ci/run 2>/dev/null)
DOCKERFILES := $(shell git ls-files '*Dockerfile' 2>/dev/null)

lint: install ## ruff, mypy, import rules, eslint, tsc, hadolint, shellcheck
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NODE) npm --prefix extensions run --silent lint
	$(BIN)/hadolint $(DOCKERFILES)
	$(BIN)/shellcheck $(SHELL_SCRIPTS)

.PHONY: window test-images

window: install # the panel's own tests
	$(NODE) npm --prefix extensions run --silent test

test-images: images/hub images/service images/registry images/database images/front $(addprefix images/,$(LABS))

# What comes before the tests: on two cores the images are built while lint and types are looked at.
BEFORE_TESTS = $(shell { [ -n "$${REQUIRE_DOCKER:-}" ] || $(DOCKER) info >/dev/null 2>&1; } && echo test-images) lint window

test: install ## lint, types and all tests; those of containers where a Docker engine answers
	@$(MAKE) --no-print-directory --jobs=2 $(BEFORE_TESTS)
	$(BIN)/python -m pytest --numprocesses 2

test-live: install ## ask the real providers whether they still answer as recorded; needs the internet
	$(BIN)/python -m pytest -m live tests/live

bench: install ## measure against the peers, and write tests/bench/RESULTS.md
	@if $(DOCKER) info >/dev/null 2>&1; then $(MAKE) --no-print-directory images/hub images/service images/registry images/database $(addprefix images/,$(LABS)); fi
	$(BIN)/python -m tests.bench

docs-check: install ## what the documents say is so: commands, links, generated parts
	$(BIN)/python -m pytest --quiet tests/tree

sources-table: install ## draw up what the tests show of each source, into catalogs/README.md
	WRITE_SOURCES_TABLE=1 $(BIN)/python -m pytest tests/catalogs tests/federation

format: install ## put every file into the house's format
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

clean: ## take away what can be made again; .state and deploy/.env are kept
	rm -rf $(VENV) hub/node_modules extensions/node_modules extensions/.built extensions/*/lib extensions/*/labextension
