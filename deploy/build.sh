#!/usr/bin/env bash
# Builds the pages when their sources changed since the last time.
set -euo pipefail
cd "$(dirname "$0")/../web"
sum=$(find . -path ./dist -prune -o -path ./node_modules -prune -o -path '*/node_modules' -prune -o -name api.ts -prune \
  -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
[ -f dist/.stamp ] && [ "$(cat dist/.stamp)" = "$sum" ] && exit 0
printf '\033[1m== building the pages\033[0m\n'
npm run --silent build
echo "$sum" > dist/.stamp
