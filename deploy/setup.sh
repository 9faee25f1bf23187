#!/usr/bin/env bash
# Installs what `make` needs: both Python environments and the web packages. A second call is quick.
# usage: deploy/setup.sh service|dev|assistant|web
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m== %s\033[0m\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# A folder of wheels that pip is told to look into serves uv as well; otherwise PyTorch's CPU build is chosen by name.
torch_flags=()
if [ -n "${PIP_FIND_LINKS:-}" ]; then
  export UV_FIND_LINKS="${UV_FIND_LINKS:-$PIP_FIND_LINKS}"
elif [ -z "${UV_FIND_LINKS:-}" ] && [ "$(uname -s)" = Linux ]; then
  torch_flags=(--torch-backend cpu)
fi
export UV_LINK_MODE="${UV_LINK_MODE:-copy}"

# stamp FOLDER FILES...: whether FOLDER was installed from exactly these files
sum_of() { cat "$@" | sha256sum | cut -d' ' -f1; }
current() { [ -f "$1/.stamp" ] && [ "$(cat "$1/.stamp")" = "$(sum_of "${@:2}")" ]; }
stamp() { sum_of "${@:2}" > "$1/.stamp"; }

find_python() {
  local wanted="$1" candidate
  for candidate in "python$wanted" python3; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$wanted')" 2>/dev/null; then
      command -v "$candidate"; return
    fi
  done
  return 1
}

base() {
  [ -x .venv/bin/uv ] && return
  local python
  python=$(find_python 3.11) || die "Python 3.11 is needed; install it and run this again"
  say "creating the service's environment (.venv, Python 3.11)"
  "$python" -m venv .venv
  .venv/bin/python -m pip install -q -r requirements/uv.txt
}

service() {
  base
  local files=(requirements/service.txt pyproject.toml)
  current .venv "${files[@]}" && return
  say "installing the service's packages"
  .venv/bin/uv pip install -q --python .venv/bin/python --compile-bytecode "${torch_flags[@]}" -r requirements/service.txt
  .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
  stamp .venv "${files[@]}"
}

dev() {
  service
  current .venv/bin requirements/dev.txt && return
  say "installing the checking tools"
  .venv/bin/uv pip install -q --python .venv/bin/python --compile-bytecode -r requirements/dev.txt
  stamp .venv/bin requirements/dev.txt
}

assistant() {
  base
  current .venv-assistant requirements/assistant.txt && return
  say "installing the assistant's packages (.venv-assistant, Python 3.10)"
  local python
  python=$(find_python 3.10) || python=3.10   # uv fetches it
  [ -x .venv-assistant/bin/python ] || .venv/bin/uv venv -q --python "$python" .venv-assistant
  .venv/bin/uv pip install -q --python .venv-assistant/bin/python --compile-bytecode -r requirements/assistant.txt
  stamp .venv-assistant requirements/assistant.txt
}

web() {
  command -v npm >/dev/null 2>&1 || die "Node 20 with npm is needed; install it and run this again"
  current web/node_modules web/package-lock.json && return
  say "installing the web packages"
  (cd web && npm ci --no-audit --no-fund --loglevel=error)
  stamp web/node_modules web/package-lock.json
}

for part in "$@"; do "$part"; done
