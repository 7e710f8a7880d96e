#!/bin/sh
# Installs what tests/probes/test_umockdev.py needs, where this may be done: as root on a Debian. Elsewhere, and where
# it does not succeed, those tests are skipped with the reason; this never fails, nor asks anything.
set -u

packages="umockdev python3-gi gir1.2-umockdev-1.0"

is_there() {
    command -v umockdev-wrapper >/dev/null && /usr/bin/python3 -c \
        "import gi; gi.require_version('UMockdev', '1.0'); from gi.repository import UMockdev" 2>/dev/null
}

# Only what a network can hold up is cut off; half an installation would have to be mended by hand.
apt() {
    DEBIAN_FRONTEND=noninteractive timeout "$1" apt-get -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=10 \
        "$2" -y --no-install-recommends $3 >/dev/null 2>&1 </dev/null
}

is_there && exit 0
[ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || exit 0
echo "== installing $packages"
apt 60 install "--download-only $packages" || { apt 60 update "" && apt 60 install "--download-only $packages"; } \
    || { echo "   they cannot be had: their tests are skipped"; exit 0; }
apt 0 install "--no-download $packages" || echo "   that failed: their tests are skipped"
exit 0
