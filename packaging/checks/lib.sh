# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the checks share; packaging/check runs them. Each sources this, states functions
# and ends with lines "check NAME FUNCTION".
set -eu -o pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=${MHEX_CHECK_OUT:-$root/build/packages}
logs=$out/log
version=$("$root/packaging/changelog" version)
[ -n "${MHEX_CHECK_LIST-}" ] || mkdir -p "$logs"

fail() {
	echo "$*"
	exit 1
}

skip() {
	echo "$*"
	exit 77
}

need() { # TOOL...
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
}

# need_file FILE WHOSE: what an earlier check has made.
need_file() {
	[ -e "$1" ] || skip "${1##*/} is missing: $2 has not made it"
}

selected() { # NAME
	local pattern
	[ -n "${MHEX_CHECK_NAMES-}" ] || return 0
	for pattern in $MHEX_CHECK_NAMES; do
		# shellcheck disable=SC2053
		[[ $1 != $pattern ]] || return 0
	done
	return 1
}

# check NAME COMMAND...: one line says how it went: passed, failed, or skipped (exit
# status 77), with the last line of what it said as the reason.
check() {
	local name=$1 log=$logs/$1.log status=0
	shift
	if [ -n "${MHEX_CHECK_LIST-}" ]; then
		echo "  $name"
		return
	fi
	selected "$name" || return 0
	# Not in a condition, where "set -e" would not hold.
	(
		set -eu -o pipefail
		"$@"
	) >"$log" 2>&1 </dev/null &
	wait $! || status=$?
	case $status in
	0) echo "passed $name" ;;
	77) echo "skipped $name: $(tail -n 1 "$log")" ;;
	*)
		echo "failed $name: $(tail -n 1 "$log") ($log)"
		tail -n 20 "$log" >&2
		;;
	esac
}

# in_overlay UPPER COMMAND...: as root in a copy of this machine that is thrown away,
# with $out visible. What the command changes outside of /tmp is put into UPPER.
in_overlay() {
	local upper=$1
	shift
	[ "$(id -u)" = 0 ] || skip "not root: no overlay of this machine can be mounted"
	need unshare chroot
	rm -rf "$upper"
	mkdir -p "$upper"
	unshare -m true 2>/dev/null || skip "no mount namespaces here"
	# shellcheck disable=SC2016
	unshare -m --propagation private bash -c '
		set -eu
		upper=$1 out=$2
		shift 2
		stage=$(mktemp -d)
		mount -t tmpfs none "$stage"
		mkdir "$stage/upper" "$stage/work" "$stage/root"
		mount -t overlay none "$stage/root" \
			-o "lowerdir=/,upperdir=$stage/upper,workdir=$stage/work" || {
			echo "no overlay can be mounted here"
			exit 77
		}
		mount --rbind /dev "$stage/root/dev"
		mount -t proc none "$stage/root/proc"
		mount -t tmpfs none "$stage/root/tmp"
		mount -t tmpfs none "$stage/root/run"
		mkdir -p "$stage/root$out"
		mount --bind "$out" "$stage/root$out"
		status=0
		chroot "$stage/root" "$@" || status=$?
		tar -C "$stage/upper" -cf - . | tar -C "$upper" -xf -
		umount -l "$stage/root" "$stage"
		rmdir "$stage"
		exit $status' overlay "$upper" "$out" "$@"
}
