#!/usr/bin/env bash
# Run the tests against a served PostgreSQL (Debian's, in a throw-away cluster on a socket). Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1) || true
[ -n "${bin:-}" ] || { echo "No PostgreSQL server here: apt-get install postgresql" >&2; exit 1; }
folder=$(mktemp -d /tmp/chunfeng-served.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then id postgres >/dev/null && chown postgres "$folder" && as=(runuser -u postgres --); fi
port=$((20000 + RANDOM % 20000))
"${as[@]}" "$bin/initdb" -D "$folder/pg" -U postgres --auth=trust --encoding=utf8 >/dev/null
"${as[@]}" "$bin/pg_ctl" -w -D "$folder/pg" -l "$folder/log" -o "-h 127.0.0.1 -p $port -k $folder -c fsync=off" start >/dev/null
trap '"${as[@]}" "$bin/pg_ctl" -m immediate -D "$folder/pg" stop >/dev/null; rm -rf "$folder"' EXIT
"$bin/postgres" --version
DATABASE_URL="postgresql://postgres@127.0.0.1:$port/postgres" .venv/bin/python -m pytest -q "$@"
