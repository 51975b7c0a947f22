"""`python -m aggregator`: the command line."""

from aggregator.cli.main import main

main()
