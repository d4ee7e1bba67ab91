# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the batch tests share; each sources it and ends with "finish". $MHEX is the
# program. They run in an empty folder of their own, which is removed.
set -u
: "${MHEX:?names the program to test}"
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/mhex-batch-XXXXXX") || exit 1
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1
export HOME="$work/home" XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state"
failures=0
checks=0

# The line of the test that is to blame.
fail() {
	local i=1
	while [ "${BASH_SOURCE[$i]}" = "${BASH_SOURCE[0]}" ]; do i=$((i + 1)); done
	echo "${BASH_SOURCE[$i]##*/}:${BASH_LINENO[$((i - 1))]}: $*"
	failures=$((failures + 1))
}

finish() {
	echo "$checks checks, $failures failures"
	[ "$failures" = 0 ]
	exit
}

skip_all() {
	echo "skipped: $*"
	exit 77
}

need() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip_all "$tool is not installed"
	done
}

m() {
	"$MHEX" --batch "$@" </dev/null
}

# ok ARG...: it succeeds and prints nothing.
ok() {
	prints '' "$@"
}

# prints WANT ARG...: it succeeds and prints exactly that (a last newline is added).
prints() {
	local want=$1 got status
	shift
	checks=$((checks + 1))
	got=$(m "$@" 2>"$work/err")
	status=$?
	[ "$status" = 0 ] || fail "exit status $status of: $*: $(cat "$work/err")"
	[ ! -s "$work/err" ] || [ "$status" != 0 ] || fail "on stderr: $(cat "$work/err")"
	[ "$got" = "$want" ] || fail "$*: printed '$got', not '$want'"
}

# fails STATUS MESSAGE ARG...: exactly that on stderr, behind "mhex: ".
fails() {
	local want_status=$1 want=$2 status
	shift 2
	checks=$((checks + 1))
	m "$@" >"$work/out" 2>"$work/err"
	status=$?
	[ "$status" = "$want_status" ] || fail "$*: exit status $status, not $want_status"
	[ "$(cat "$work/err")" = "mhex: $want" ] || fail "$*: said '$(cat "$work/err")', not 'mhex: $want'"
}

# fails_like STATUS GLOB ARG...
fails_like() {
	local want_status=$1 want=$2 status
	shift 2
	checks=$((checks + 1))
	m "$@" >"$work/out" 2>"$work/err"
	status=$?
	[ "$status" = "$want_status" ] || fail "$*: exit status $status, not $want_status"
	# shellcheck disable=SC2053
	[[ $(cat "$work/err") == mhex:\ $want ]] || fail "$*: said '$(cat "$work/err")', not 'mhex: $want'"
	[ "$(wc -l <"$work/err")" = 1 ] || fail "$*: more than one line on stderr: $(cat "$work/err")"
}

# same A B: two files are equal.
same() {
	checks=$((checks + 1))
	cmp "$1" "$2" >"$work/cmp.out" 2>&1 || fail "$(cat "$work/cmp.out")"
}

# holds FILE TEXT (printf escapes): the file consists of that.
holds() {
	# shellcheck disable=SC2059
	printf "$2" >"$work/want.bytes"
	same "$1" "$work/want.bytes"
}

# is WANT GOT
is() {
	checks=$((checks + 1))
	[ "$1" = "$2" ] || fail "'$2', not '$1'"
}

# A file of N bytes that do not repeat soon, the same on every machine.
counting() {
	seq -w 0 9999999 | head -c "$1"
}

# For a program of 32 bits qemu-user 7.2 maps file offsets modulo 4 GiB, whatever the program.
maps_modulo_4g() {
	[[ ${MHEX_EMULATED:-} == *qemu-i386* ]]
}

is_root() {
	[ "$(id -u)" = 0 ]
}
