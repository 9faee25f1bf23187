#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server of its own, which is gone afterwards; tests find it by
# YOUBAN_TEST_DATABASE_URL. Where no PostgreSQL is installed it says so and ends well, unless REQUIRED=1.
# usage: deploy/on_postgres.sh COMMAND...
set -euo pipefail

bin=""
for candidate in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin; do
  [ -x "$candidate/initdb" ] && bin="$candidate"
done
if [ -z "$bin" ]; then
  echo "no PostgreSQL server is installed: left out"
  [ -z "${REQUIRED:-}" ] && exit 0 || exit 1
fi

folder=$(mktemp -d /tmp/youban_postgres.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
  chown postgres "$folder"
  as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
end() {
  (cd "$folder" && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop) || true
  rm -rf "$folder"
}
trap end EXIT
# Nothing here must survive the machine's power: no waiting for the disk.
(
  cd "$folder"
  "${as[@]}" "$bin/initdb" -D data -U youban -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  "${as[@]}" "$bin/pg_ctl" -D data -s -w -l log start -o "-p $port -k $folder -h 127.0.0.1 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c TimeZone=UTC -c max_connections=500 -c shared_buffers=128MB"
)
YOUBAN_TEST_DATABASE_URL="postgresql://youban@127.0.0.1:$port" YOUBAN_TEST_SERVER_ENDS=1 "$@"
