#!/bin/sh
# Installs the browser that tests/commands/test_report.py and test_serve.py open pages in, where this may be done: as
# root on a Debian. Elsewhere, and where it does not succeed, those tests are skipped with the reason; this never fails.
set -u

# Only what a network can hold up is cut off; half an installation would have to be mended by hand.
apt() {
    DEBIAN_FRONTEND=noninteractive timeout "$1" apt-get -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=10 \
        "$2" -y --no-install-recommends $3 >/dev/null 2>&1 </dev/null
}

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
[ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || exit 0
echo "== installing chromium"
apt 180 install "--download-only chromium" || { apt 60 update "" && apt 180 install "--download-only chromium"; } \
    || { echo "   it cannot be had: its tests are skipped"; exit 0; }
apt 0 install "--no-download chromium" || echo "   that failed: its tests are skipped"
exit 0
