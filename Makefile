# Every target calls one Python script, so that a system without make has one command too:
#   python3 tools/bootstrap.py run
PYTHON ?= python3

.PHONY: run serve test test-long lint bench set-up
run serve test test-long lint set-up:
	@$(PYTHON) tools/bootstrap.py $@

bench:
	@$(PYTHON) tools/bootstrap.py bench $(DATA)
