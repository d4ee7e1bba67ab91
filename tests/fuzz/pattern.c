/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/scanner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	COMPARED_MAX = 4096 /* longer patterns are only parsed */
};

static void check(bool condition)
{
	if (!condition)
		abort();
}

/* The least value that each element accepts. */
static void write_match(const Pattern *pattern, uint8_t *bytes)
{
	for (size_t i = 0; i < pattern->length; i++) {
		const PatternElement *element = &pattern->elements[i];
		bytes[i] = element->kind == ELEMENT_MASK ? element->value : element->low;
	}
}

static void check_matcher(const Pattern *pattern, const uint8_t *bytes, size_t length)
{
	Matcher matcher;
	matcher_init(&matcher, pattern, NULL);
	size_t found = matcher_find(&matcher, bytes, length, 0, NULL);
	for (size_t at = 0; at + pattern->length <= length; at++) {
		check((found == at) == pattern_matches(pattern, bytes + at));
		if (found == at)
			found = matcher_find(&matcher, bytes, length, at + 1, NULL);
	}
	check(found == SIZE_MAX);
}

typedef struct {
	uint64_t sum; /* of what was found, whatever it was */
	bool stuck;
} Found;

static bool add_found(void *context, uint64_t offset, uint64_t length)
{
	Found *found = context;
	check(length > 0);
	found->sum = found->sum * 31 + offset * 7 + length;
	return true;
}

static Found find_all(const Pattern *pattern, const uint8_t *bytes, size_t length,
		      size_t cut)
{
	const Matcher matcher = {.pattern = pattern};
	Found found = {0, false};
	Scanner scanner;
	check(scanner_init(&scanner, &matcher));
	regex_runner_hurry(scanner.runner);
	scanner.found = add_found;
	scanner.context = &found;
	scanner_restart(&scanner, 0);
	(void)scanner_feed(&scanner, 0, bytes, cut);
	(void)scanner_feed(&scanner, cut, bytes + cut, length - cut);
	scanner_finish(&scanner);
	found.stuck = scanner.stuck;
	scanner_free(&scanner);
	return found;
}

/* An expression finds the same in itself wherever that is cut. */
static void check_regex(const Pattern *pattern, const uint8_t *bytes, size_t length)
{
	const Found whole = find_all(pattern, bytes, length, length);
	const Found parts = find_all(pattern, bytes, length, length / 2);
	check(whole.stuck || parts.stuck || whole.sum == parts.sum);
}

/* Any text is a pattern, or an error whose caret lies in the text. What a pattern without
 * numbers describes is matched by it, and in the text itself with that in its middle the
 * matcher finds what comparing at every place finds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Pattern pattern;
	MhexError err = {.caret = -1};
	const MhexStatus status = pattern_parse(&pattern, (const char *)data, size, &err);
	if (status) {
		check(err.status == status && err.message[0] && pattern.length == 0);
		check(err.caret >= 0 && (size_t)err.caret <= size);
		return 0;
	}
	check(pattern.length >= 1 && pattern.length <= PATTERN_MAX);
	if (pattern.regex) {
		check_regex(&pattern, data, size);
	} else if (pattern.length <= COMPARED_MAX) {
		const size_t length = 2 * size + pattern.length;
		uint8_t *bytes = malloc(length);
		check(bytes != NULL);
		memcpy(bytes, data, size);
		write_match(&pattern, bytes + size);
		memcpy(bytes + size + pattern.length, data, size);
		check(pattern.number_count > 0 ||
		      pattern_matches(&pattern, bytes + size));
		check_matcher(&pattern, bytes, length);
		free(bytes);
	}
	pattern_free(&pattern);
	return 0;
}
