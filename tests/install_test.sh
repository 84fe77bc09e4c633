#!/bin/sh
# Installs certdrill into an empty folder and builds and runs a consumer against it.
# Usage: install_test.sh BUILD_DIR CONSUMER_SOURCE
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$1" --prefix "$folder/prefix" >/dev/null
"$folder/prefix/bin/certdrill-sim" --version
cmake -S "$2" -B "$folder/build" -G Ninja -DCMAKE_PREFIX_PATH="$folder/prefix" -DCMAKE_BUILD_TYPE=Debug >/dev/null
cmake --build "$folder/build" >/dev/null
"$folder/build/consumer"
