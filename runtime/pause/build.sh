#!/bin/sh
# Builds the pause program for every architecture: program/ -> bin/pause-ARCH, checked in beside it.
#   build.sh           builds, and writes down with what
#   build.sh --check   builds in a temporary folder and compares byte for byte; exit 1 if they differ
# The bytes depend on the source and the compiler alone, not on where the checkout lies.
set -eu
cd "$(dirname "$0")"

arches="amd64 arm64"
version=$(sed -n 's/^const Version = "\(.*\)"$/\1/p' pause.go)

fail() { echo "runtime/pause/build.sh: $*" >&2; exit 1; }

# triplet ARCH: the name in front of -gcc.
triplet() { case $1 in amd64) echo x86_64-linux-gnu ;; arm64) echo aarch64-linux-gnu ;; esac; }

# package ARCH: the Debian package that brings that compiler to this machine.
package() {
	if [ "$(dpkg --print-architecture)" = "$1" ]; then echo gcc; else echo "gcc-$(triplet "$1" | tr _ -)"; fi
}

install_compilers() {
	missing=
	for arch in $arches; do
		command -v "$(triplet "$arch")-gcc" >/dev/null || missing="$missing $(package "$arch")"
	done
	[ -n "$missing" ] || return 0
	[ "$(id -u)" = 0 ] || fail "missing compilers; as root: apt-get install$missing"
	echo "runtime/pause/build.sh: installing$missing" >&2
	# shellcheck disable=SC2086 # a list of packages
	DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
		install --no-install-recommends $missing >&2
}

# compilers: what the bytes depend on besides the source.
compilers() {
	for arch in $arches; do
		gcc=$(triplet "$arch")-gcc
		echo "$arch: gcc $("$gcc" -dumpfullversion), $("$("$gcc" -print-prog-name=ld)" --version | head -n 1)"
	done
}

# build ARCH FILE
build() {
	case $1 in
	amd64) machine="-march=x86-64 -mtune=generic -fcf-protection=none" ;;
	arm64) machine="-march=armv8-a -mtune=generic -mbranch-protection=none -mno-outline-atomics" ;;
	esac
	# shellcheck disable=SC2086 # a list of flags
	(cd program && LC_ALL=C "$(triplet "$1")-gcc" -std=c11 -Os -Wall -Wextra -Werror -DVERSION="\"$version\"" $machine \
		-ffreestanding -fno-builtin -fno-pie -no-pie -fno-stack-protector -fno-stack-clash-protection \
		-fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns -fno-jump-tables -fno-tree-switch-conversion \
		-fwhole-program -flto -flto-partition=none \
		-nostdlib -static -s -Wl,--build-id=none -Wl,-n -Wl,-z,noseparate-code -Wl,-T,link.ld \
		-o "$2" start.S ./*.c)
}

[ -n "$version" ] || fail "no Version in pause.go"
[ $# -eq 0 ] || [ "$*" = --check ] || { echo "usage: build.sh [--check]" >&2; exit 2; }
install_compilers
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
for arch in $arches; do
	build "$arch" "$temp/pause-$arch"
done
compilers >"$temp/compilers"
if [ $# -eq 0 ]; then
	mkdir -p bin
	chmod 755 "$temp"/pause-*
	cp "$temp"/* bin/
	exit 0
fi
for arch in $arches; do
	cmp -s "bin/pause-$arch" "$temp/pause-$arch" && continue
	echo "bin/pause-$arch is not what program/ builds here; run runtime/pause/build.sh" >&2
	diff bin/compilers "$temp/compilers" >/dev/null || echo "(the compilers differ: $(diff bin/compilers "$temp/compilers" | tr '\n' ' '))" >&2
	exit 1
done
echo "runtime/pause/bin is what runtime/pause/program builds"
