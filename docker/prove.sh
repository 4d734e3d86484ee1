#!/usr/bin/env bash
# Carry out the Dockerfile's steps in a fresh Debian root, where no Docker daemon is at hand, and run the service in it as
# the image's user. Needs root and debootstrap; takes some minutes and about 4 GB.
#
#   docker/prove.sh /var/tmp/gouji-root
#
# What differs from the image: Debian's own Python 3.11 in a virtual environment, instead of python:3.11-slim-bookworm.
set -euo pipefail
root=${1:?where to build the root}
here=$(cd "$(dirname "$0")/.." && pwd)
mirror=${MIRROR:-http://deb.debian.org/debian}

inside() { chroot "$root" /usr/bin/env -i PATH=/opt/venv/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }
as_user() { chroot --userspec=1000:1000 "$root" /usr/bin/env -i PATH=/opt/venv/bin:/usr/bin:/bin HOME=/home/gouji \
    GOUJI_DATA_DIR=/data LANG=C.UTF-8 "$@"; }

cleanup() { umount "$root/dev/shm" "$root/dev" "$root/proc" 2>/dev/null || true; }
trap cleanup EXIT

if [ ! -x "$root/bin/bash" ]; then
    debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv,adduser bookworm "$root" "$mirror"
fi
# The way to the network is this machine's.
for file in /etc/resolv.conf /etc/pip.conf /etc/apt/apt.conf.d/* /etc/ssl/certs/ca-certificates.crt; do
    [ ! -f "$file" ] || cp "$file" "$root$file"
done
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount -t tmpfs -o mode=1777,size=64m shm "$root/dev/shm"

echo "== system packages"
install -D "$here/scripts/install-system.sh" "$root/opt/gouji/scripts/install-system.sh"
inside /opt/gouji/scripts/install-system.sh run
echo "== Python packages"
inside python3 -m venv /opt/venv
(cd "$here" && git archive HEAD pyproject.toml constraints.txt README.md models extractors worker api) | tar -x -C "$root/opt/gouji"
inside bash -c "cd /opt/gouji && pip install --no-cache-dir --quiet -c constraints.txt '.[ocr,s3]'"
echo "== user"
inside id gouji >/dev/null 2>&1 || inside useradd --create-home --uid 1000 gouji
inside install --directory --owner gouji --group gouji /data /inbox
rm -rf "$root/opt/gouji"

echo "== gouji in there"
as_user gouji doctor
rm -rf "$root"/inbox/* "$root"/data/*
cp "$here"/samples/* "$root/inbox/"
chown -R 1000:1000 "$root/inbox"
as_user gouji up --inbox /inbox --port 0 --once
as_user ls /inbox/done /inbox/failed
