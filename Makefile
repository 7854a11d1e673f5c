# What people run. Each target sets up what it needs: a virtual environment with pinned, hash-checked packages,
# and for tests a browser from the system's packages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FORMS := .github/ISSUE_TEMPLATE
export NO_MKDOCS_2_WARNING := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := site
.PHONY: site pdf serve test check planted mutations fuzz bench-search bench-history lighthouse schema golden lock clean

site: $(VENV)/site.done  ## build both languages into site/
	@$(BIN)/plansite build site

pdf: $(VENV)/site.done  ## the same with the whole notice as PDF: Chinese, English, side by side
	@scripts/ensure-chromium
	@$(BIN)/plansite build --pdf site

serve: $(VENV)/site.done  ## preview that follows edits
	$(BIN)/mkdocs serve

check: $(VENV)/dev.done  ## what a contributor runs before a pull request
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/yamllint --strict .
	$(BIN)/djlint --quiet --lint macros --extension=j2
	$(BIN)/djlint --quiet --lint overrides --extension=html
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-config $(FORMS)/config.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-issue-forms $(filter-out %/config.yml,$(wildcard $(FORMS)/*.yml))
	$(BIN)/zizmor -qq --offline --strict-collection --persona auditor .github/workflows
	$(BIN)/plansite check
	$(BIN)/pytest -q -m "not (site or browser or planted)" --numprocesses 2

test: $(VENV)/dev.done  ## all tests, the browser's included
	@scripts/ensure-chromium
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest -m "site or browser or planted" --numprocesses 2 --dist worksteal

planted: $(VENV)/dev.done  ## how many of 200 errors planted in the plan the check finds
	@$(BIN)/python tests/planted.py

mutations: $(VENV)/dev.done  ## for how many of 300 slips in the plan the check names the line to mend
	@$(BIN)/python tests/mutations.py

fuzz: $(VENV)/dev.done  ## whether 5,000 plans, made up and spoiled, are each built or refused as they should be; SEED=... for others
	@$(BIN)/python tests/fuzz.py 5000 $(SEED)

bench-search: $(VENV)/dev.done  ## how well and how fast the search finds, beside stock Material
	@scripts/ensure-chromium
	@$(BIN)/python tests/bench_search.py

bench-history: $(VENV)/dev.done  ## what 200 versions of the plan cost a build
	@$(BIN)/python tests/bench_history.py

lighthouse: $(VENV)/dev.done  ## what Lighthouse says of four kinds of pages in both languages; needs Node.js
	@scripts/ensure-chromium
	@npm ci --silent --ignore-scripts --no-audit --no-fund --prefix tests/lighthouse
	@$(BIN)/python tests/lighthouse/run.py

schema: $(VENV)/site.done  ## write the JSON Schemas in data/ anew after a change to the model
	$(BIN)/plansite schema plan > data/plan.schema.json
	$(BIN)/plansite schema glossary > data/glossary.schema.json

golden: $(VENV)/dev.done  ## write the expected pages in tests/golden anew after a change to the templates
	$(BIN)/pytest -q tests/test_render.py --update-golden

lock: $(VENV)/dev.done  ## pin all dependencies anew
	$(BIN)/pip install -qq uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
	  --custom-compile-command "make lock" --extra dev pyproject.toml -o requirements-dev.txt -c requirements.txt

clean:  ## remove what can be made again
	rm -rf $(VENV) .cache site .site-* scripts/plansite.egg-info .mypy_cache .ruff_cache .pytest_cache tests/lighthouse/node_modules

$(VENV)/site.done: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --require-hashes -r requirements.txt
	@$(BIN)/pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.done: requirements-dev.txt $(VENV)/site.done
	@echo "Setting up the tools for tests ..."
	@$(BIN)/pip install -qq --require-hashes -r requirements-dev.txt
	@touch $@
