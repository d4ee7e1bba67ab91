/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/scanner_regex.h"

#include <stdlib.h>
#include <string.h>

static size_t before(const Scanner *scanner)
{
	return regex_before(scanner->matcher->pattern->regex);
}

/* From a place on. */
static size_t behind(const Scanner *scanner)
{
	return regex_sight(scanner->matcher->pattern->regex);
}

/* What decides about a place. */
static size_t around(const Scanner *scanner)
{
	return before(scanner) + behind(scanner);
}

static size_t joint_room(const Scanner *scanner)
{
	return 4 * around(scanner);
}

bool scanner_regex_init(Scanner *scanner)
{
	scanner->joint = malloc(joint_room(scanner));
	scanner->runner = regex_runner_new(scanner->matcher->pattern->regex);
	return scanner->joint && scanner->runner;
}

/* The first match that begins at an index in [at, to) and at a multiple. */
static RegexResult find(const Scanner *scanner, const RegexSubject *subject,
			uint64_t offset, size_t at, size_t to, RegexHit *hit)
{
	enum {
		FAR = 64
	};
	while (at < to && !job_cancelled(scanner->job)) {
		const bool one = scanner->every >= FAR;
		const RegexResult result = one ? regex_match_at(scanner->runner, subject,
								at, scanner->job, hit)
					       : regex_find(scanner->runner, subject, at,
							    to, scanner->job, hit);
		if (result == REGEX_STUCK || (result == REGEX_NONE && !one))
			return result;
		const uint64_t place = offset + (one ? at : hit->at);
		if (result == REGEX_FOUND && place % scanner->every == 0)
			return result;
		const uint64_t next = scanner_align(scanner, place + 1) - offset;
		at = next < to ? (size_t)next : to;
	}
	return REGEX_NONE;
}

/* Report the matches that begin before limit; bytes begin at offset. */
static void scan(Scanner *scanner, uint64_t offset, const RegexSubject *subject,
		 uint64_t limit)
{
	if (limit > scanner->to)
		limit = scanner->to;
	while (!scanner->ended) {
		RegexHit hit;
		uint64_t from = scanner->from > scanner->decided ? scanner->from
								 : scanner->decided;
		from = scanner_align(scanner, from);
		if (from >= limit)
			break;
		const RegexResult result =
			find(scanner, subject, offset, (size_t)(from - offset),
			     (size_t)(limit - offset), &hit);
		if (result == REGEX_NONE)
			break;
		if (result == REGEX_STUCK) {
			scanner->stuck = true;
			scanner->stuck_at = offset + hit.at;
			scanner->ended = true;
			break;
		}
		scanner->from = offset + hit.at + hit.length;
		scanner->ended =
			!scanner->found(scanner->context, offset + hit.at, hit.length);
	}
	if (scanner->decided < limit)
		scanner->decided = limit;
}

/* What lies together ends at next; its places below limit have enough behind them. */
static void scan_joint(Scanner *scanner, uint64_t next, uint64_t limit, bool is_end)
{
	const RegexSubject subject = {scanner->joint, scanner->carried, is_end};
	scan(scanner, next - scanner->carried, &subject, limit);
}

/* The last bytes of what was fed, up to offset next, are what the next places need. */
static void carry(Scanner *scanner, const uint8_t *bytes, size_t length)
{
	const size_t keep = around(scanner) < length ? around(scanner) : length;
	memmove(scanner->joint, bytes + length - keep, keep);
	scanner->carried = keep;
}

/* Decide what can be in what lies together. */
static void settle(Scanner *scanner, uint64_t next)
{
	if (scanner->carried <= around(scanner))
		return;
	scan_joint(scanner, next, next - behind(scanner), false);
	carry(scanner, scanner->joint, scanner->carried);
}

static void add(Scanner *scanner, const uint8_t *bytes, size_t length)
{
	memcpy(scanner->joint + scanner->carried, bytes, length);
	scanner->carried += length;
}

/* Much more than what decides about a place: seen where it lies. */
static void feed_long(Scanner *scanner, uint64_t offset, const uint8_t *bytes,
		      size_t length)
{
	const RegexSubject subject = {bytes, length, false};
	if (scanner->carried > 0) {
		settle(scanner, offset);
		add(scanner, bytes, around(scanner));
		scan_joint(scanner, offset + around(scanner), offset + before(scanner),
			   false);
	}
	scan(scanner, offset, &subject, offset + length - behind(scanner));
	carry(scanner, bytes, length);
}

static void feed_short(Scanner *scanner, uint64_t offset, const uint8_t *bytes,
		       size_t length)
{
	for (size_t done = 0; done < length && !scanner->ended;) {
		const size_t room = joint_room(scanner) - scanner->carried;
		const size_t part = length - done < room ? length - done : room;
		add(scanner, bytes + done, part);
		done += part;
		if (scanner->carried == joint_room(scanner))
			settle(scanner, offset + done);
	}
}

void scanner_regex_feed(Scanner *scanner, uint64_t offset, const uint8_t *bytes,
			size_t length)
{
	if (scanner->ended)
		return;
	if (offset != scanner->next || !bytes)
		scanner_regex_finish(scanner);
	scanner->next = offset + length;
	if (!bytes)
		return;
	if (scanner->carried == 0 && scanner->decided < offset)
		scanner->decided = offset;
	if (length > 2 * around(scanner))
		feed_long(scanner, offset, bytes, length);
	else
		feed_short(scanner, offset, bytes, length);
}

void scanner_regex_finish(Scanner *scanner)
{
	if (scanner->carried > 0)
		scan_joint(scanner, scanner->next, scanner->next, true);
	scanner->carried = 0;
}
