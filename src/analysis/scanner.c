/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/scanner.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/scanner_regex.h"

bool scanner_init(Scanner *scanner, const Matcher *matcher)
{
	*scanner = (Scanner){.matcher = matcher, .every = 1, .to = UINT64_MAX};
	if (matcher->pattern->regex)
		return scanner_regex_init(scanner);
	scanner->joint = malloc(2 * matcher->pattern->length);
	return scanner->joint != NULL;
}

void scanner_free(Scanner *scanner)
{
	regex_runner_free(scanner->runner);
	free(scanner->joint);
	scanner->runner = NULL;
	scanner->joint = NULL;
}

void scanner_restart(Scanner *scanner, uint64_t from)
{
	scanner->from = from;
	scanner->decided = from;
	scanner->carried = 0;
	scanner->next = 0;
	scanner->ended = false;
	scanner->stuck = false;
}

uint64_t scanner_align(const Scanner *scanner, uint64_t offset)
{
	/* Nearly always it is 1, and a division costs more than the rest of a match. */
	const uint64_t over = scanner->every > 1 ? offset % scanner->every : 0;
	if (over == 0)
		return offset;
	const uint64_t add = scanner->every - over;
	return offset > UINT64_MAX - add ? UINT64_MAX : offset + add;
}

/* Far apart, the few places are looked at one by one. */
static size_t find_aligned(const Scanner *scanner, uint64_t offset, const uint8_t *bytes,
			   size_t length, size_t at)
{
	const Pattern *pattern = scanner->matcher->pattern;
	while (at <= length && length - at >= pattern->length &&
	       !job_cancelled(scanner->job)) {
		if (pattern_matches(pattern, bytes + at))
			return at;
		const uint64_t next = scanner_align(scanner, offset + at + 1) - offset;
		if (next >= length)
			break;
		at = (size_t)next;
	}
	return SIZE_MAX;
}

/* The first match that may begin at or after at, an index into bytes. */
static size_t find(const Scanner *scanner, uint64_t offset, const uint8_t *bytes,
		   size_t length, size_t at)
{
	enum {
		FAR = 64
	};
	if (scanner->every >= FAR)
		return find_aligned(scanner, offset, bytes, length, at);
	for (;;) {
		const size_t hit =
			matcher_find(scanner->matcher, bytes, length, at, scanner->job);
		if (hit == SIZE_MAX)
			return SIZE_MAX;
		const uint64_t aligned = scanner_align(scanner, offset + hit) - offset;
		if (aligned == hit)
			return hit;
		if (aligned >= length)
			return SIZE_MAX;
		at = (size_t)aligned;
	}
}

/* Report the matches that begin at an index below limit. */
static void scan(Scanner *scanner, uint64_t offset, const uint8_t *bytes, size_t length,
		 size_t limit)
{
	const uint64_t step = scanner->matcher->pattern->length;
	if (scanner->to < offset + limit)
		limit = scanner->to > offset ? (size_t)(scanner->to - offset) : 0;
	while (!scanner->ended) {
		const uint64_t from = scanner_align(
			scanner, scanner->from > offset ? scanner->from : offset);
		if (from - offset >= limit)
			return;
		const size_t hit =
			find(scanner, offset, bytes, length, (size_t)(from - offset));
		if (hit >= limit) /* none is SIZE_MAX */
			return;
		scanner->from = offset + hit + step;
		scanner->ended = !scanner->found(scanner->context, offset + hit, step);
	}
}

/* The last bytes of what was fed, fewer than a pattern, stay for the next run. */
static void carry(Scanner *scanner, const uint8_t *bytes, size_t length)
{
	const size_t most = scanner->matcher->pattern->length - 1;
	if (length >= most) {
		memcpy(scanner->joint, bytes + length - most, most);
		scanner->carried = most;
		return;
	}
	const size_t keep =
		scanner->carried < most - length ? scanner->carried : most - length;
	memmove(scanner->joint, scanner->joint + scanner->carried - keep, keep);
	memcpy(scanner->joint + keep, bytes, length);
	scanner->carried = keep + length;
}

bool scanner_feed(Scanner *scanner, uint64_t offset, const uint8_t *bytes, size_t length)
{
	if (scanner->runner) {
		scanner_regex_feed(scanner, offset, bytes, length);
		return !scanner->ended;
	}
	if (offset != scanner->next)
		scanner->carried = 0;
	scanner->next = offset + length;
	if (!bytes) {
		scanner->carried = 0;
		return !scanner->ended;
	}
	const size_t most = scanner->matcher->pattern->length - 1;
	if (scanner->carried > 0) {
		const size_t add = length < most ? length : most;
		memcpy(scanner->joint + scanner->carried, bytes, add);
		scan(scanner, offset - scanner->carried, scanner->joint,
		     scanner->carried + add, scanner->carried);
	}
	scan(scanner, offset, bytes, length, length);
	carry(scanner, bytes, length);
	return !scanner->ended;
}

void scanner_finish(Scanner *scanner)
{
	if (scanner->runner)
		scanner_regex_finish(scanner);
}
