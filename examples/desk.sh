#!/bin/sh
# The desk of the demonstration: seeded if it is not yet, then site and worker until Ctrl-C. `sh examples/desk.sh --help`
cd "$(dirname "$0")/.." || exit 70
exec ostiary-web demo "$@"
