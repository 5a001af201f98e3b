#!/bin/sh
# Judges real demands with the packs that ship, as a clerk would by hand: ostiary decide FILE.
cd "$(dirname "$0")" || exit 70
for request in [1-9]-*.yaml; do
    printf '\n== %s\n' "$(sed -n '1s/^# //p' "$request")"
    ostiary decide "$request"
    printf 'exit status %s\n' "$?"
done
printf '\nTry: .venv/bin/ostiary decide examples/6-fleeing-felon-notice.yaml --explain\n'
