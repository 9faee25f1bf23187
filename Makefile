# 油伴 Youban. `make` lists what there is.
SHELL := /bin/bash
PYTHON := .venv/bin/python

.PHONY: help run setup setup-dev build test lint types imports unit eval play bench lock clean

help: ## list the commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

run: setup build ## install, train what is missing, migrate, start everything; Ctrl-C ends it
	@exec $(PYTHON) -m service.cli up

setup: ## both Python environments and the web packages
	@deploy/setup.sh service assistant web

setup-dev: setup ## the checking tools beside them
	@deploy/setup.sh dev

build: ## the pages, when their sources changed
	@deploy/build.sh

test: setup-dev build ## the whole suite, as CI runs it
	@deploy/test.sh

lint: ## ruff
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

types: ## mypy
	@.venv/bin/mypy

imports: ## the rules of the rooms
	@.venv/bin/lint-imports

unit: ## Python tests without browser and trained assistant
	@.venv/bin/pytest -m "not browser and not assistant"

eval: setup-dev ## train from scratch, judge the understanding (REUSE=1 what is trained, DEV=1 no test); writes reports/
	@$(if $(REUSE),./youban train)
	@$(PYTHON) -m intent_router.eval --out reports $(if $(REUSE),--reuse) $(if $(DEV),--without-test)

play: setup-dev ## two hundred scripted customers against a house of its own; prints what went wrong
	@$(PYTHON) -m tests.conversations.play

bench: setup-dev ## speed and memory; writes reports/
	@$(PYTHON) -m bench --out reports
	@$(PYTHON) -m bench.widget --out reports
	@$(PYTHON) -m bench.console --out reports

lock: ## pin the requirements again
	@deploy/lock.sh

clean: ## remove environments, pages, models and data
	rm -rf .venv .venv-assistant web/node_modules web/dist models/router models/assistant models/evaluation data reports
