/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/matcher.h"

#include <string.h>

#include "analysis/element.h"

enum {
	/* What it costs to look for an anchor otherwise than by memchr, in the units of
	 * byte_weight(). */
	MASK_COST = 40,
	SET_COST = 400,
};

/* How often a byte is met in the files that people open with a hex editor, roughly. */
static unsigned byte_weight(uint8_t byte)
{
	static const uint8_t in_code[] = {0x48, 0x8b, 0x89, 0x0f, 0x24, 0x83, 0xe8,
					  0xc0, 0x85, 0x41, 0x44, 0x4c, 0x01};
	if (byte == 0x00)
		return 200;
	if (byte == 0xff || byte == ' ')
		return 60;
	if (strchr("etaoinsr", byte))
		return 50;
	if (memchr(in_code, byte, sizeof(in_code)))
		return 30;
	if (byte >= 'a' && byte <= 'z')
		return 25;
	if (byte < 0x10 || (byte >= '0' && byte <= '9'))
		return 15;
	if (byte < 0x80)
		return 8;
	return 5;
}

/* The lower, the better an anchor. */
static unsigned element_weight(const PatternElement *element, const unsigned weights[256])
{
	unsigned weight = 0;
	if (element->kind == ELEMENT_MASK && element->mask == 0xff)
		return weights[element->value];
	if (element->kind == ELEMENT_EITHER)
		return weights[element->low] + weights[element->high] + MASK_COST;
	for (unsigned byte = 0; byte < 256; byte++) {
		if (element_accepts(element, (uint8_t)byte))
			weight += weights[byte];
	}
	return weight + (element->kind == ELEMENT_MASK ? MASK_COST : SET_COST);
}

static bool same_element(const PatternElement *a, const PatternElement *b)
{
	return a->kind == b->kind && a->value == b->value && a->mask == b->mask &&
	       a->low == b->low && a->high == b->high;
}

static void choose_anchor(Matcher *matcher)
{
	const PatternElement *elements = matcher->pattern->elements;
	unsigned weights[256];
	unsigned best = UINT32_MAX;
	for (unsigned byte = 0; byte < 256; byte++)
		weights[byte] = byte_weight((uint8_t)byte);
	for (size_t i = 0; i < matcher->pattern->length; i++) {
		if (i > 0 && same_element(&elements[i], &elements[i - 1]))
			continue;
		const unsigned weight = element_weight(&elements[i], weights);
		if (weight < best) {
			best = weight;
			matcher->anchor = i;
		}
	}
}

static void prepare_anchor(Matcher *matcher)
{
	const PatternElement *anchor = &matcher->pattern->elements[matcher->anchor];
	for (unsigned byte = 0; byte < 256; byte++)
		matcher->accepts[byte] = element_accepts(anchor, (uint8_t)byte);
	matcher->kind = ANCHOR_SET;
	matcher->value = anchor->value;
	matcher->mask = anchor->mask;
	if (anchor->kind == ELEMENT_MASK)
		matcher->kind = anchor->mask == 0xff ? ANCHOR_BYTE : ANCHOR_MASK;
	if (anchor->kind != ELEMENT_EITHER)
		return;
	/* Two values that differ in one bit, as letters mostly do, are a mask too. */
	const unsigned bits = anchor->low ^ anchor->high;
	if ((bits & (bits - 1)) != 0)
		return;
	matcher->kind = ANCHOR_MASK;
	matcher->mask = (uint8_t)~bits;
	matcher->value = anchor->low & matcher->mask;
}

/* The first few elements with a value that no guard before them has. */
static void choose_guards(Matcher *matcher)
{
	const Pattern *pattern = matcher->pattern;
	bool seen[256] = {false};
	for (size_t i = 0; i < pattern->length; i++) {
		const PatternElement *element = &pattern->elements[i];
		const bool fixed = element->kind == ELEMENT_MASK && element->mask == 0xff;
		if (!fixed || seen[element->value] || i == matcher->anchor)
			continue;
		seen[element->value] = true;
		matcher->guards[matcher->guard_count++] = i;
		if (matcher->guard_count == MATCHER_GUARDS)
			return;
	}
}

/* From the right, so that the first element found for a byte is the last one. */
static void prepare_jumps(Matcher *matcher)
{
	const Pattern *pattern = matcher->pattern;
	unsigned missing = 256;
	for (size_t i = pattern->length; i > 0 && missing > 0; i--) {
		const PatternElement *element = &pattern->elements[i - 1];
		if (i < pattern->length && same_element(element, element + 1))
			continue;
		for (unsigned byte = 0; byte < 256; byte++) {
			if (matcher->last[byte] > 0 ||
			    !element_accepts(element, (uint8_t)byte))
				continue;
			matcher->last[byte] = (uint32_t)i;
			missing--;
		}
	}
}

void matcher_init(Matcher *matcher, const Pattern *pattern)
{
	*matcher = (Matcher){.pattern = pattern};
	choose_anchor(matcher);
	prepare_anchor(matcher);
	choose_guards(matcher);
	prepare_jumps(matcher);
}

static uint64_t load(const uint8_t *bytes)
{
	uint64_t word = 0;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* The first of length bytes whose masked bits are value. */
static const uint8_t *find_masked(const Matcher *matcher, const uint8_t *bytes,
				  size_t length)
{
	const uint64_t ones = 0x0101010101010101;
	const uint64_t high = ones << 7;
	const uint64_t mask = ones * matcher->mask;
	const uint64_t value = ones * matcher->value;
	size_t i = 0;
	for (; length - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
		/* A zero byte borrows from its highest bit; a false alarm can only lie
		 * above a true one, and which byte it is is asked again below. */
		const uint64_t word = (load(bytes + i) & mask) ^ value;
		if (((word - ones) & ~word & high) != 0)
			break;
	}
	for (; i < length; i++) {
		if ((bytes[i] & matcher->mask) == matcher->value)
			return bytes + i;
	}
	return NULL;
}

/* Four at a time: one branch for all of them. */
static const uint8_t *find_in_set(const Matcher *matcher, const uint8_t *bytes,
				  size_t length)
{
	const bool *accepts = matcher->accepts;
	size_t i = 0;
	for (; length - i >= 4; i += 4) {
		const uint8_t *four = bytes + i;
		if (accepts[four[0]] | accepts[four[1]] | accepts[four[2]] |
		    accepts[four[3]])
			break;
	}
	for (; i < length; i++) {
		if (accepts[bytes[i]])
			return bytes + i;
	}
	return NULL;
}

static const uint8_t *find_anchor(const Matcher *matcher, const uint8_t *bytes,
				  size_t length)
{
	switch (matcher->kind) {
	case ANCHOR_BYTE:
		return memchr(bytes, matcher->value, length);
	case ANCHOR_MASK:
		return find_masked(matcher, bytes, length);
	case ANCHOR_SET:
	default:
		return find_in_set(matcher, bytes, length);
	}
}

/* 0 when the pattern matches at bytes, else how far the next try may lie away. */
static size_t mismatch(const Matcher *matcher, const uint8_t *bytes)
{
	const Pattern *pattern = matcher->pattern;
	for (size_t i = 0; i < matcher->guard_count; i++) {
		const size_t at = matcher->guards[i];
		if (bytes[at] != pattern->elements[at].value)
			return 1;
	}
	for (size_t i = pattern->length; i > 0; i--) {
		const uint8_t byte = bytes[i - 1];
		if (element_accepts(&pattern->elements[i - 1], byte))
			continue;
		const size_t last = matcher->last[byte];
		return last < i ? i - last : 1;
	}
	return pattern_numbers_match(pattern, bytes) ? 0 : 1;
}

size_t matcher_find(const Matcher *matcher, const uint8_t *bytes, size_t length,
		    size_t from, const Job *job)
{
	enum {
		TRIES = 16 /* until the job is looked at; one may take milliseconds */
	};
	const size_t needed = matcher->pattern->length;
	if (length < needed)
		return SIZE_MAX;
	const size_t end = length - needed + 1; /* of where a match may begin */
	size_t at = from;
	for (unsigned tries = 1; at < end; tries++) {
		const uint8_t *hit =
			find_anchor(matcher, bytes + at + matcher->anchor, end - at);
		if (!hit)
			break;
		at = (size_t)(hit - bytes) - matcher->anchor;
		const size_t step = mismatch(matcher, bytes + at);
		if (step == 0)
			return at;
		at += step;
		if (tries % TRIES == 0 && job_cancelled(job))
			break;
	}
	return SIZE_MAX;
}
