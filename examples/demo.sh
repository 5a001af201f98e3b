#!/bin/sh
# Judges real demands with the packs that ship, as a clerk would by hand: ostiary decide FILE.
cd "$(dirname "$0")" || exit 70
for request in [1-9]-*.yaml; do
    printf '\n== %s\n' "$(sed -n '1s/^# //p' "$request")"
    ostiary decide "$request"
    printf 'exit status %s\n' "$?"
done

# A whole roll: how much the first demand would let out of 300,000 synthetic people.
demo=../.demo
[ -f "$demo/roll/roll.yaml" ] || ostiary roll generate --people 300000 --seed 42 --out "$demo/roll" >/dev/null || exit
printf '\n== The first demand, screened over a roll of 300,000 synthetic people.\n'
ostiary screen 1-usda-july-2025.yaml --roll "$demo/roll/roll.yaml" --out "$demo/screen" 2>/dev/null
printf 'exit status %s\n' "$?"
printf 'The picture: .demo/screen/screen.svg; the same as data: .demo/screen/screen.json\n'
printf '\nTry: .venv/bin/ostiary decide examples/6-fleeing-felon-notice.yaml --explain\n'
printf '     .venv/bin/ostiary screen examples/6-fleeing-felon-notice.yaml --roll .demo/roll/roll.yaml\n'
