#!/usr/bin/env bash
# The whole suite. Each part prints its time; the first failure ends it.
set -euo pipefail
cd "$(dirname "$0")/.."
part() {
  local title="$1" start=$SECONDS
  shift
  printf '\033[1m== %s\033[0m\n' "$title"
  "$@"
  printf '   %s: %s s\n' "$title" "$((SECONDS - start))"
}
rasa_dialogues() {
  RASA_TELEMETRY_ENABLED=false SQLALCHEMY_SILENCE_UBER_WARNING=1 TF_CPP_MIN_LOG_LEVEL=3 PYTHONPATH=. \
    .venv-assistant/bin/python -m rasa test core --model models/assistant --stories tests/bot/dialogues \
    --out reports/dialogues --fail-on-prediction-errors --endpoints endpoints.yml
}

part "ruff" .venv/bin/ruff check .
part "ruff format" .venv/bin/ruff format --check .
part "import rules" .venv/bin/lint-imports
part "types" .venv/bin/mypy
part "web: lint" npm --prefix web run --silent lint
part "web: types" npm --prefix web run --silent typecheck
part "web: tests" npm --prefix web test --silent
part "train what is missing" ./youban train
part "Rasa data" env PYTHONPATH=. .venv-assistant/bin/python -m bot.training --models models --validate-only
part "Rasa dialogues" rasa_dialogues
part "Python tests" .venv/bin/pytest -m "not browser"
# What behaves differently where many write at a time; the whole suite: deploy/on_postgres.sh .venv/bin/pytest
part "PostgreSQL" deploy/on_postgres.sh .venv/bin/pytest -m "not assistant and not browser" \
  tests/service/test_db.py tests/service/test_migrations.py tests/service/handoff/test_handoff.py \
  tests/service/tickets/test_worker.py tests/service/tickets/test_incidents.py tests/service/remedies/test_agents.py \
  tests/service/channels/remedies/test_endpoints.py tests/service/channels/wechat/test_messages.py
part "browser tests" .venv/bin/pytest -m browser
