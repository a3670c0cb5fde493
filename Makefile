# make demo: installs, ingests corpus/, answers a question.  make test: installs and tests.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
PIP_INSTALL := $(PIP) install --quiet --disable-pip-version-check --constraint constraints.txt
DEMO_DATA := demo-data
DEMO_QUESTION := Peut-on faire un recours gracieux par courriel, sans signature ?

.PHONY: demo test lint format bench ranking clean

$(VENV)/.installed: constraints.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installation dans $(VENV) (une à quatre minutes la première fois)…"
	@# torch first and by its exact version: a newer one would bring gigabytes of CUDA.
	@$(PIP_INSTALL) "$$(grep '^torch==' constraints.txt)"
	@$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(PIP_INSTALL) --editable '.[dev]'
	@touch $@

demo:
	@start=$$(date +%s); $(MAKE) --no-print-directory $(VENV)/.installed; \
	 echo "1. Installation : $$(( $$(date +%s) - start )) s"
	@$(BIN)/python -m api.demo --data $(DEMO_DATA) --corpus corpus "$(DEMO_QUESTION)"

# The tests in a browser need Chromium and axe-core; where they cannot be installed, they say so.
AXE := build/axe/node_modules/axe-core/axe.min.js

$(AXE):
	@! command -v npm >/dev/null || \
	 npm install --silent --no-audit --no-fund --no-save --prefix build/axe axe-core@4.14.1 || true

.PHONY: browser
browser: $(AXE)
	@command -v chromium >/dev/null || \
	 { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	   apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	 echo "Pas de Chromium ici : les essais dans un navigateur seront passés."

# Its programs alone: the tests start servers of their own, Debian's would start one for good.
.PHONY: postgresql
postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	 { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	   export DEBIAN_FRONTEND=noninteractive && \
	   apt-get install -y -qq postgresql-common >/dev/null && \
	   sed -i 's/^#* *create_main_cluster.*/create_main_cluster = false/' \
	     /etc/postgresql-common/createcluster.conf && \
	   apt-get install -y -qq --no-install-recommends postgresql >/dev/null; } || \
	 echo "Pas de PostgreSQL ici : les essais sur PostgreSQL seront passés."

# The program alone, unpacked: as a package it would start a server.
NGINX := build/nginx/usr/sbin/nginx
.PHONY: nginx
nginx:
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx || test -x $(NGINX) || \
	 { command -v apt-get >/dev/null && mkdir -p build/nginx && cd build/nginx && \
	   { apt-get update -qq || true; } 2>/dev/null && apt-get download -qq nginx 2>/dev/null && \
	   dpkg -x nginx_*.deb .; } || \
	 echo "Pas de nginx ici : les essais derrière nginx seront passés."

test: $(VENV)/.installed-dev browser postgresql nginx
	@$(BIN)/python -m pytest

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/.installed-dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m eval.bench

ranking: $(VENV)/.installed-dev
	@$(BIN)/python -m eval.ranking

# All that a machine without internet needs, in one file: docs/install.md.
.PHONY: bundle
bundle: $(VENV)/.installed
	@PYTHON=$(BIN)/python packaging/bundle.sh

clean:
	rm -rf $(DEMO_DATA)
