"""The command line: thin commands that call the library. Results go to stdout, logs to stderr."""
