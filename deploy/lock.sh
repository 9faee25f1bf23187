#!/usr/bin/env bash
# Pins the requirements of both Pythons, without addresses and without local build tags.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "${PIP_FIND_LINKS:-}" ] && export UV_FIND_LINKS="$PIP_FIND_LINKS"
compile() {
  .venv/bin/uv pip compile -q --python-version "$1" --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
    "requirements/$2.in" -o "requirements/$2.txt"
  sed -i 's/+cpu$//' "requirements/$2.txt"
}
compile 3.11 service
compile 3.11 dev
compile 3.10 assistant
