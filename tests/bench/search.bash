# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What tests/bench/run measures of searching and of changing many bytes: search patterns
# regex replace dump. Sourced by it. Needs ripgrep, GNU grep and xxd.

runs=${RUNS:-11}

# corpus FILE MIB: programs of this machine, over and over, in the page cache as reading
# puts it there.
corpus() {
	local some=$disk/some
	find /usr/bin /usr/lib -type f -size +8k -print0 | sort -z | xargs -0 cat 2>/dev/null |
		head -c 256M >"$some" || true
	while [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -lt $(($2 << 20)) ]; do
		cat "$some" >>"$1"
	done
	truncate -s "$2M" "$1"
	rm "$some"
	cached "$1"
}

# Pages that were written lie in the cache in another way than those that were read, and are
# up to three times slower to map.
cached() {
	sync "$1"
	dd if="$1" of=/dev/null iflag=nocache count=0 status=none
	cat "$1" >/dev/null
}

# beside WHAT LIMIT COMMAND... :: BASELINE...
beside() {
	local what=$1 limit=$2 line
	shift 2
	line=$("$alternate" "$runs" "$@")
	read -r a b peak <<<"$line"
	ratio "$what" "$a" "$b" "$limit"
}

# GB/s of so many MiB in a: for people.
speed() {
	awk -v mib="$1" -v ms="$a" 'BEGIN { printf "%.1f GB/s", mib * 1.048576 / ms }'
}

measure_search() {
	local file=$disk/corpus small=$disk/1g sparse=$disk/sparse cores
	cores=$(nproc)
	corpus "$file" 4096
	beside "rare text to the end of 4 GiB / sum of it, $cores threads" 1.05 \
		"$mhex" --clean -b -c 'count "zqxJkvwY~#"' "$file" :: \
		"$baseline" sum "$cores" "$file"
	printf '    %s; RssAnon %s KiB\n' "$(speed 4096)" "$peak"
	figure "memory of that search: RssAnon, MiB" "$((peak / 1024))" 64
	beside "the same on one core / sum of it, one thread" 1.05 \
		taskset -c 0 "$mhex" --clean -b -c 'count "zqxJkvwY~#"' "$file" :: \
		taskset -c 0 "$baseline" sum 1 "$file"
	beside "the same / rg -c -a" 1.05 \
		"$mhex" --clean -b -c 'count "zqxJkvwY~#"' "$file" :: \
		sh -c "rg -c -a 'zqxJkvwY~#' '$file'; true"
	head -c 1G "$file" >"$small"
	truncate -s 100G "$sparse"
	dd if="$small" of="$sparse" bs=1M seek=51200 conv=notrunc status=none
	cached "$small"
	sync "$sparse"
	dd if="$sparse" of=/dev/null iflag=nocache count=0 status=none
	dd if="$sparse" of=/dev/null bs=1M skip=51200 count=1024 status=none
	beside "the same in 1 GiB of data within 100 GiB / in 1 GiB" 1.2 \
		"$mhex" --clean -b -c 'count "zqxJkvwY~#"' "$sparse" :: \
		"$mhex" --clean -b -c 'count "zqxJkvwY~#"' "$small"
	rm -f "$file" "$small" "$sparse"
}

# A text of that length in which the first byte is frequent or rare.
needle() { # LENGTH frequent|rare
	local text
	case $2 in
	frequent) text='e@lm the quick brown fox jumps over lazy dogs, 0123456789 times.' ;;
	*) text='~@lm The quick brown fox jumps over lazy dogs, 0123456789 times.' ;;
	esac
	printf '%.*s' "$1" "$text"
}

# grep ends with the first match when its output goes to /dev/null: hence the pipes.
measure_patterns() {
	local file=$disk/corpus length first text
	corpus "$file" 1024
	for first in frequent rare; do
		for length in 1 2 4 16 64; do
			text=$(needle "$length" "$first")
			beside "$length bytes, first one $first / grep -obUaF" 1.05 \
				"$mhex" --clean -b -c "find-all \"$text\"" "$file" :: \
				sh -c "LC_ALL=C grep -obUaF '$text' '$file' | cat"
			beside "$length bytes, first one $first / rg -aob" 1.05 \
				"$mhex" --clean -b -c "find-all \"$text\"" "$file" :: \
				sh -c "rg -aob -F '$text' '$file'; true"
			beside "$length bytes, first one $first, counted / memmem" 1.05 \
				"$mhex" --clean -b -c "count \"$text\"" "$file" :: \
				"$baseline" memmem 1 "$file" "$text"
		done
	done
	beside "masked: 7f 45 ?? 46 / rg -aob" 1.05 \
		"$mhex" --clean -b -c 'find-all 7f 45 ?? 46' "$file" :: \
		sh -c "rg -aob '(?s-u)\x7f\x45.\x46' '$file'; true"
	beside "ignoring case: \"license\"i / rg -aobi" 1.05 \
		"$mhex" --clean -b -c 'find-all "license"i' "$file" :: \
		sh -c "rg -aobi '(?-u)license' '$file'; true"
	awk 'BEGIN { for (;;) printf "%99s~", "" }' | head -c 1G >"$file" || true
	cached "$file"
	beside "a match every 100 bytes / grep -obUaF" 1.05 \
		"$mhex" --clean -b -c 'find-all "~"' "$file" :: \
		sh -c "LC_ALL=C grep -obUaF '~' '$file' | cat"
	beside "a match every 100 bytes, counted / memmem" 1.05 \
		"$mhex" --clean -b -c 'count "~"' "$file" :: "$baseline" memmem 1 "$file" '~'
	rm -f "$file"
}

# Expressions with bytes that are in every match, and without.
literal_expressions=(
	'https?://[a-z0-9.]+'
	'GLIBC_2\.[0-9]+'
	'GCC: \([^)]+\)'
	'[a-z_]+\.so\.[0-9]+'
	'\x7fELF[\x01\x02]'
	'(?i)copyright'
	'[A-Za-z]+ [0-9]+, (19|20)[0-9][0-9]'
	'%[0-9]*l[du]'
	'\bmain\b'
	'[0-9]+\.[0-9]+\.[0-9]+'
	'(?i)usage: .{1,40}'
	'_ZN[0-9]+[a-z]+E?v'
)
other_expressions=(
	'[a-z]+[0-9]+'
	'[0-9a-f]{32}'
	'cat|dog|bird'
	'[A-Z][a-z]+[A-Z][a-z]+'
	'([a-z])\1\1'
	'[\x80-\xff]{16}'
)

measure_regex() {
	local file=$disk/corpus cores expression
	cores=$(nproc)
	corpus "$file" 1024
	for expression in "${literal_expressions[@]}"; do
		beside "/$expression/ / rg -aob" 1.2 \
			"$mhex" --clean -b -c "find-all /${expression//\//\\/}/" "$file" :: \
			sh -c "rg -aob '(?-u)$expression' '$file'; true"
	done
	truncate -s 256M "$file"
	for expression in "${other_expressions[@]}"; do
		beside "/$expression/, counted / pcre2_jit_match, $cores threads" 1.05 \
			"$mhex" --clean -b -c "count /$expression/" "$file" :: \
			"$baseline" pcre2 "$cores" "$file" "$expression"
	done
	rm -f "$file"
}

measure_replace() {
	local file=$disk/corpus
	awk 'BEGIN { for (;;) printf "%1069s~@~@", "" }' | head -c 1G >"$file" || true
	cached "$file"
	beside "1,000,000 replaced by longer ones in 1 GiB / only found" 2 \
		"$mhex" --clean -b -c 'replace "~@~@" with "longer"' -c 'quit!' "$file" :: \
		"$mhex" --clean -b -c 'count "~@~@"' "$file"
	figure "memory of that: RssAnon, MiB" "$((peak / 1024))" 64
	beside "the same, undone and redone / not undone" 1.1 \
		"$mhex" --clean -b -c 'replace "~@~@" with "longer"' -c undo -c redo -c 'quit!' \
		"$file" :: \
		"$mhex" --clean -b -c 'replace "~@~@" with "longer"' -c 'quit!' "$file"
	figure "undo and redo of that, ms" \
		"$(awk -v a="$a" -v b="$b" 'BEGIN { d = a - b; print d < 0 ? 0 : d }')" 20
	rm -f "$file"
}

measure_dump() {
	local file=$disk/corpus
	corpus "$file" 256
	runs=3 beside "dump of 256 MiB / xxd" 0.1 \
		"$mhex" --clean -b -c dump "$file" :: xxd "$file"
	cmp <("$mhex" --clean -b -c dump "$file") <(xxd "$file") || missed "dump differs from xxd"
	rm -f "$file"
}
