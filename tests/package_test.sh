#!/bin/bash
# Installs the Debian packages in a bare Debian 12, as its users do, and works with what is installed there: the simulator,
# an update by its own client, the doctor, the man pages. Needs root, debootstrap, and at its first run a Debian mirror.
# Usage: package_test.sh PACKAGE_DIR; the bare system is kept there for the next run. Exits with 77 where it cannot run.
set -euEo pipefail
trap 'echo "failed: line $LINENO" >&2' ERR
packages=$(cd "$1" && pwd)
bare=$packages/bookworm

skip() { echo "skipped: $*" >&2; exit 77; }
fail() { echo "failed: $*" >&2; exit 1; }

# The rest happens in name spaces of its own: the product's ports are free there, and all that was started ends with it.
if [ "${IN_NAME_SPACES:-}" = "" ]; then
  [ "$(id -u)" = 0 ] || skip "a bare Debian is installed and entered by root alone"
  for tool in debootstrap unshare ip python3 openssl; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
  done
  unshare --mount --pid --net --fork true 2>/dev/null || skip "this machine allows no name spaces"
  if [ ! -d "$bare" ]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -1)
    rm -rf "$bare.part"
    debootstrap --variant=minbase bookworm "$bare.part" "${mirror:-http://deb.debian.org/debian}" >"$packages/log" ||
      { tail "$packages/log" >&2; skip "a bare Debian 12 could not be had"; }
    mv "$bare.part" "$bare"
  fi
  root=$(mktemp -d "$packages/root.XXXXXX")
  trap 'rm -rf "$root"' EXIT
  cp -a "$bare/." "$root"
  cp "$packages"/certdrill_*.deb "$packages"/certdrill-dev_*.deb "$root/tmp"
  cp /etc/resolv.conf "$root/etc/resolv.conf"

  chroot "$root" sh -c 'dpkg-query -W -f "\${Package}\n"' | sort >"$packages/before"
  chroot "$root" sh -c 'DEBIAN_FRONTEND=noninteractive apt-get -o Binary::apt-get::APT::Keep-Downloaded-Packages=true \
    install -y -qq --no-install-recommends /tmp/certdrill_*.deb' >"$packages/log" 2>&1 ||
    { cat "$packages/log" >&2; fail "certdrill cannot be installed"; }
  cp -n "$root"/var/cache/apt/archives/*.deb "$bare/var/cache/apt/archives" 2>/dev/null || true
  # What certdrill-dev asks for exists in Debian 12; the compiler and all would be half a gigabyte.
  chroot "$root" sh -c 'apt-get install --simulate -qq --no-install-recommends /tmp/certdrill-dev_*.deb' >"$packages/log" ||
    { cat "$packages/log" >&2; fail "certdrill-dev cannot be installed"; }
  chroot "$root" sh -c 'dpkg-query -W -f "\${Package}\n"' | sort | comm -13 "$packages/before" - >"$packages/came"
  IN_NAME_SPACES=yes unshare --mount --pid --net --fork --kill-child "$0" "$packages" "$root"
  exit
fi

root=$2
mount -t proc proc "$root/proc"
ip link set lo up
in_bare() { chroot "$root" "$@"; }

echo "installed, and with it came: $(grep -v '^certdrill$' "$packages/came" | tr '\n' ' ')"
# Every package that certdrill depends on holds a library that one of its programs is linked with.
linked=$(in_bare sh -c 'for program in /usr/bin/certdrill*; do ldd "$program"; done' | sed -n 's/.* => \(.*\) (.*/\1/p' |
  sort -u)
for needed in $(in_bare dpkg-query -W -f '${Depends}' certdrill | tr -d ' ' | tr , '\n' | sed 's/(.*//'); do
  # The package itself, or one that provides it.
  package=$(in_bare dpkg-query -W -f '${Package} ${Provides}\n' |
    awk -v needed="$needed" '{ gsub(",", ""); for (i = 1; i <= NF; i++) if ($i == needed) found = $1 } END { print found }')
  libraries=$(in_bare dpkg-query -L "$package" | sed 's|.*/||')
  echo "$linked" | sed 's|.*/||' | grep -xFf <(echo "$libraries") >/dev/null || fail "it depends on $needed for nothing"
done
for program in "$root"/usr/bin/certdrill*; do
  page=$root/usr/share/man/man1/$(basename "$program").1.gz
  gzip -cd "$page" | grep -q '^\.SH NAME' || fail "$(basename "$program") has no man page"
  in_bare "/usr/bin/$(basename "$program")" --help >/dev/null || fail "$(basename "$program") does not start"
done
for file in bash-completion/completions/certdrill certdrill/manifest.schema.json certdrill/report.schema.json \
    doc/certdrill/examples/python/conftest.py doc/certdrill/examples/rehearsal/rotate.py doc/certdrill/copyright; do
  [ -s "$root/usr/share/$file" ] || fail "/usr/share/$file is missing"
done

# What the README shows and links to is there.
(cd "$root/usr/share/doc/certdrill" && grep -oE '\]\([^):#]+\)' README.md | tr -d ']()' | while read -r link; do
  [ -e "$link" ] || fail "the README links to $link, which is not installed"
done)
# certdrill-dev has nothing in /usr/lib but in the folder of its architecture.
elsewhere=$(dpkg-deb --contents "$packages"/certdrill-dev_*.deb | awk '{ print $6 }' | grep '^./usr/lib/.' |
  grep -v "^./usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/") || true
[ -z "$elsewhere" ] || fail "certdrill-dev has files in the wrong folder: $elsewhere"

in_bare certdrill doctor || fail "the doctor finds fault with a bare Debian 12"

# The simulator as it is started without a word: the product's ports. Its client updates, OpenSSL looks.
mkfifo "$root/ready"
in_bare certdrill sim >"$root/ready" 2>"$root/log" &
read -r -t 60 ready <"$root/ready" || { cat "$root/log" >&2; fail "no ready line"; }
python3 -c 'import json, sys; print(json.loads(sys.argv[1])["ca"])' "$ready" >"$root/ca.pem"
in_bare certdrill fixtures generate --out /fixtures --only valid/rsa2048 >/dev/null
fixture=/fixtures/valid/rsa2048
in_bare env CERTDRILL_PASSWORD=certdrill certdrill rladmin --url https://127.0.0.1:9443 --username admin@cluster.local \
  --ca /ca.pem --verify-as cluster.local \
  cluster certificate set proxy certificate_file $fixture/certificate.pem key_file $fixture/key.pem
wanted=$(openssl x509 -in "$root$fixture/certificate.pem" -noout -fingerprint)
for node in 1 2 3; do
  presented=$(openssl s_client -connect "127.0.0.$node:12000" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint)
  [ "$presented" = "$wanted" ] || fail "node $node presents $presented, not $wanted"
done
echo "a bare Debian 12 runs certdrill: three nodes present what its client has set"
