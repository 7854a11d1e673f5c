# What people run. Each target sets up what it needs: a virtual environment with pinned, hash-checked packages,
# npm for the checks, and for tests a browser, a web server, Java and faketime from the system's packages.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
FORMS := .github/ISSUE_TEMPLATE
# The lock files that npm leaves where it has installed everything.
VALIDATOR := tests/validator/node_modules/.package-lock.json
ESLINT := tests/javascript/node_modules/.package-lock.json
export NO_MKDOCS_2_WARNING := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := site
.PHONY: site pdf package cards serve test check planted mutations fuzz bench bench-search bench-load lighthouse shots external-links fmt schema characters golden lock audit clean

site: $(VENV)/site.done  ## build both languages into site/
	@$(BIN)/plansite build site

pdf: $(VENV)/site.done  ## the same with the whole notice as PDF: Chinese, English, side by side
	@scripts/ensure-chromium
	@$(BIN)/plansite build --pdf site

package: pdf  ## that as dist/site.tar.gz, with compressed forms and checksums, for a web server
	@$(BIN)/plansite package site

cards: $(VENV)/site.done  ## make the pictures of shared links in data/cards/ anew where their words have changed
	@scripts/ensure-chromium
	@scripts/ensure-pngquant
	@$(BIN)/plansite cards

serve: $(VENV)/site.done  ## preview that follows edits; PORT=8000
	@$(BIN)/plansite serve --port $(PORT)

check: $(VENV)/dev.done  ## what a contributor runs before a pull request
	@scripts/ensure-npm
	@$(MAKE) --no-print-directory $(ESLINT)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/yamllint --strict .
	$(BIN)/djlint --quiet --lint macros --extension=j2
	$(BIN)/djlint --quiet --lint overrides --extension=html
	$(dir $(ESLINT)).bin/eslint --config tests/javascript/eslint.config.mjs overrides
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-config $(FORMS)/config.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard $(FORMS)/*.yml))
	$(BIN)/zizmor -qq --offline --strict-collection --persona auditor .github/workflows
	$(BIN)/plansite check
	$(BIN)/pytest -q -m "not (site or browser or planted)" --numprocesses 2

test: $(VENV)/dev.done  ## all tests, the browser's included
	@scripts/ensure-chromium
	@scripts/ensure-pngquant
	@scripts/ensure-java
	@scripts/ensure-npm
	@scripts/ensure-nginx
	@scripts/ensure-faketime
	@$(MAKE) --no-print-directory $(VALIDATOR) check
	$(BIN)/pytest -m "site or browser or planted" --numprocesses 2 --dist worksteal

planted: $(VENV)/dev.done  ## how many of 260 errors planted in the plan the check finds
	@$(BIN)/python tests/planted.py

mutations: $(VENV)/dev.done  ## for how many of 300 slips in the plan the check names the line to mend
	@$(BIN)/python tests/mutations.py

fuzz: $(VENV)/dev.done  ## whether 5,000 plans, made up and spoiled, are each built or refused as they should be; SEED=1
	@$(BIN)/python tests/fuzz.py 5000 $(SEED)

bench: $(VENV)/dev.done  ## how fast build, preview, check and diff are; ROWS=cold,serve and RUNS=3 for less
	@scripts/ensure-chromium
	@$(BIN)/python tests/bench.py $(if $(ROWS),--rows $(ROWS)) $(if $(RUNS),--runs $(RUNS))

bench-search: $(VENV)/dev.done  ## how well and how fast the search finds, beside stock Material
	@scripts/ensure-chromium
	@$(BIN)/python tests/bench_search.py

bench-load: $(VENV)/dev.done  ## how many requests a second nginx answers with deploy/nginx.conf, beside a bare file
	@scripts/ensure-nginx
	@$(BIN)/python tests/bench_load.py

lighthouse: $(VENV)/dev.done  ## what Lighthouse says of four kinds of pages in both languages; needs Node.js
	@scripts/ensure-chromium
	@npm ci --silent --ignore-scripts --no-audit --no-fund --prefix tests/lighthouse
	@$(BIN)/python tests/lighthouse/run.py

shots: $(VENV)/dev.done site  ## pictures of every kind of page in .shots/, phone to paper, light and dark; ONLY=units
	@scripts/ensure-chromium
	@$(BIN)/python tests/shots.py "$(ONLY)"

external-links: $(VENV)/dev.done  ## the addresses of other hosts that the finished site gives, and where
	@$(BIN)/python tests/links.py

fmt: $(VENV)/site.done  ## put the plan and the glossary into their one form, every comment kept
	@$(BIN)/plansite fmt

schema: $(VENV)/site.done  ## write the JSON Schemas in data/ anew after a change to the model
	$(BIN)/plansite schema plan > data/plan.schema.json
	$(BIN)/plansite schema glossary > data/glossary.schema.json
	$(BIN)/plansite schema site > data/site.schema.json
	$(BIN)/plansite schema updates > data/updates.schema.json
	$(BIN)/plansite schema unanswered > data/unanswered.schema.json

characters: $(VENV)/dev.done  ## write the search's tables of characters anew after an update of OpenCC or pypinyin
	@$(BIN)/python tests/characters.py

golden: $(VENV)/dev.done  ## write the expected pages in tests/golden anew after a change to the templates
	$(BIN)/pytest -q tests/test_render.py --update-golden

lock: $(VENV)/dev.done  ## pin all dependencies anew
	$(BIN)/pip install -qq uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
	  --custom-compile-command "make lock" --extra dev pyproject.toml -o requirements-dev.txt -c requirements.txt

audit: $(VENV)/dev.done  ## whether a package that builds the site is known to be unsafe; asks the package index
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement requirements.txt

clean:  ## remove what can be made again
	rm -rf $(VENV) .cache .shots site .site-* dist scripts/plansite.egg-info .mypy_cache .ruff_cache .pytest_cache tests/*/node_modules

$(VENV)/site.done: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --require-hashes -r requirements.txt
	@$(BIN)/pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.done: requirements-dev.txt $(VENV)/site.done
	@echo "Setting up the tools for tests ..."
	@# Compiled when they are used, as most are not.
	@$(BIN)/pip install -qq --no-compile --require-hashes -r requirements-dev.txt
	@touch $@

$(VALIDATOR) $(ESLINT): tests/%/node_modules/.package-lock.json: tests/%/package-lock.json
	@npm ci --silent --ignore-scripts --no-audit --no-fund --prefix $(dir $<)
	@touch $@
