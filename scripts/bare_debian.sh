#!/usr/bin/env bash
# The two commands of the README on a bare Debian: only python3, python3-venv, git and build-essential.
#
#   sudo scripts/bare_debian.sh FOLDER [FILE...]
#
# Makes a Debian in FOLDER with debootstrap (unless one is there), clones the last commit into it and, as an
# ordinary user, runs `make run` until a page answers and `make test`; prints how long each took. Every FILE of
# this machine is copied to the same place in it: what a network needs that has authorities or an index of
# its own. Variables that begin with PIP_, SSL_ or UV_ are handed on.
set -euo pipefail

root=$(readlink -m "${1:?which folder? usage: bare_debian.sh FOLDER [FILE...]}")
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
suite=${SUITE:-bookworm}
port=${PORT:-8321}
# Where the ordinary user lives in it.
nest=/srv/alguien
mapfile -t handed < <(env | grep -E '^(PIP|SSL|UV)_' || true)

[ "$(id -u)" -eq 0 ] || { echo "bare_debian.sh: chroot needs root" >&2; exit 2; }

if [ ! -x "$root/usr/bin/make" ]; then
    debootstrap --variant=minbase --include=python3,python3-venv,git,build-essential,ca-certificates \
        "$suite" "$root" >"$root.log" 2>&1 || { tail "$root.log" >&2; exit 1; }
fi
for file in "$@" /etc/resolv.conf; do
    install -D -m 644 "$(readlink -f "$file")" "$root$file"
done

mounted=()
clean() {
    for place in "${mounted[@]}"; do umount -l "$place"; done
}
trap clean EXIT
bind() { # FROM
    mkdir -p "$root$1"
    mount --rbind "$1" "$root$1"
    mount --make-rslave "$root$1"
    mounted+=("$root$1")
}
bind /proc
bind /dev

inside() { # COMMAND...
    chroot "$root" /usr/bin/env -i HOME=$nest USER=alguien LANG=C.UTF-8 \
        PATH=/usr/local/bin:/usr/bin:/bin "${handed[@]}" \
        /usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups "$@"
}
chroot "$root" /bin/sh -c 'id alguien >/dev/null 2>&1 || useradd --create-home --home-dir '"$nest"' --uid 1000 alguien'

# A bundle carries the commit into the other tree, whatever user owns this one.
git -C "$here" bundle create --quiet "$root/tmp/ahorraluz.bundle" HEAD
chmod 644 "$root/tmp/ahorraluz.bundle"
inside rm -rf $nest/ahorraluz
inside git clone --quiet /tmp/ahorraluz.bundle $nest/ahorraluz
inside python3 --version

began=$SECONDS
inside make --silent -C $nest/ahorraluz run ARGS="--port $port" >"$root.run.log" 2>&1 &
until python3 - "$port" <<'PY'; do
import sys, urllib.request
try:
    page = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/", timeout=5).read().decode()
except OSError:
    sys.exit(1)
sys.exit("AhorraLuz" not in page)
PY
    kill -0 $! 2>/dev/null || { cat "$root.run.log"; echo "make run ended" >&2; exit 1; }
    [ $((SECONDS - began)) -lt 1800 ] || { echo "make run: no page after half an hour" >&2; exit 1; }
    sleep 1
done
echo "make run: the first page after $((SECONDS - began)) s"
pkill -INT -f "ahorraluz serve --port $port" || true
wait || true

began=$SECONDS
inside make --silent -C $nest/ahorraluz test 2>&1 | tee "$root.test.log" | tail -n 40
echo "make test: $((SECONDS - began)) s"
