#!/bin/sh
# Installs certdrill into an empty folder, looks at what is there, and builds and runs a consumer against it.
# Usage: install_test.sh BUILD_DIR CONSUMER_SOURCE
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$1" --prefix "$folder/prefix" >/dev/null
"$folder/prefix/bin/certdrill-sim" --version
headers=$(find "$folder/prefix/include" -name '*.h' | wc -l)
[ "$headers" -le 20 ] || { echo "$headers headers are installed; at most 20 are promised" >&2; exit 1; }
cmake -S "$2" -B "$folder/build" -G Ninja -DCMAKE_PREFIX_PATH="$folder/prefix" -DCMAKE_BUILD_TYPE=Debug >/dev/null
cmake --build "$folder/build" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
"$folder/build/consumer"
