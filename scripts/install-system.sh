#!/usr/bin/env bash
# Install the Debian packages that gouji calls, where that is allowed, and name those that are missing where it is not.
#
#   scripts/install-system.sh base      what is needed to set up at all (python3-venv); fails when it cannot be had
#   scripts/install-system.sh run       programs that some sources need (DOC and WPS files, scans)
#   scripts/install-system.sh develop   run, and what the tests and the sample generator use
set -euo pipefail

BASE=(python3-venv)
RUN=(libreoffice-writer-nogui libreoffice-calc-nogui tesseract-ocr tesseract-ocr-chi-sim fonts-noto-cjk
    redis-server)
DEVELOP=("${RUN[@]}" chromium fonts-arphic-ukai fonts-arphic-uming fonts-wqy-zenhei ghostscript p7zip-full poppler-utils
    postgresql qpdf shellcheck)

installed() { dpkg-query --show --showformat='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }

# A Python that did not come from Debian brings its own venv.
have() { installed "$1" || { [ "$1" = python3-venv ] && "${PYTHON:-python3}" -c 'import venv, ensurepip' 2>/dev/null; }; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo --non-interactive "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" -eq 0 ] || sudo --non-interactive true 2>/dev/null
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get install --yes --no-install-recommends "$@" </dev/null && return
    # The package lists may be missing or stale: fetch them once and try again.
    as_root apt-get update </dev/null && as_root apt-get install --yes --no-install-recommends "$@" </dev/null
}

main() {
    local tier=${1:-run} wanted missing=() package
    case $tier in
        base) wanted=("${BASE[@]}") ;;
        run) wanted=("${RUN[@]}") ;;
        develop) wanted=("${DEVELOP[@]}") ;;
        *) echo "usage: $0 base|run|develop" >&2; exit 2 ;;
    esac
    for package in "${wanted[@]}"; do have "$package" || missing+=("$package"); done
    [ ${#missing[@]} -gt 0 ] || return 0
    if may_install; then
        echo "Installing ${missing[*]}" >&2
        apt_install "${missing[@]}" >&2 && return 0
    fi
    echo "Not installed here: ${missing[*]}" >&2
    echo "Install with: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    [ "$tier" != base ]
}

main "$@"
