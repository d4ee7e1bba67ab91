/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/matcher.h"

#include <string.h>

#include "analysis/element.h"

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

void byte_counts_add(ByteCounts *counts, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		counts->of[bytes[i]]++;
}

/* What was counted, and among what was not met the one that is rarer elsewhere. */
static void weigh_bytes(const ByteCounts *counts, uint64_t weights[256])
{
	enum {
		COUNTED = 256
	};
	for (unsigned byte = 0; byte < 256; byte++) {
		weights[byte] = byte_weight((uint8_t)byte);
		if (counts)
			weights[byte] += (uint64_t)COUNTED * counts->of[byte];
	}
}

static bool accepts(const ScanProbe *probe, unsigned byte)
{
	return (uint8_t)((byte & probe->mask) - probe->low) <= probe->span;
}

static uint64_t probe_weight(const ScanProbe *probe, const uint64_t weights[256])
{
	uint64_t weight = 0;
	if (probe->mask == 0xff && probe->span == 0)
		return weights[probe->low];
	for (unsigned byte = 0; byte < 256; byte++)
		weight += accepts(probe, byte) ? weights[byte] : 0;
	return weight;
}

/* What accepts all that the element does. Two values that differ in one bit, as both
 * cases of a letter mostly do, are exactly a mask. */
static ScanProbe probe_of(const PatternElement *element, size_t at)
{
	ScanProbe probe = {at, element->mask, element->value, 0};
	switch (element->kind) {
	case ELEMENT_RANGE:
		probe.mask = 0xff;
		probe.low = element->low;
		probe.span = (uint8_t)(element->high - element->low);
		break;
	case ELEMENT_EITHER:
		probe.mask = (uint8_t) ~(element->low ^ element->high);
		probe.low = element->low & probe.mask;
		break;
	default:
		break;
	}
	return probe;
}

static ScanShape shape_of(const ScanProbe *probe)
{
	if (probe->span > 0)
		return SCAN_RANGED;
	return probe->mask == 0xff ? SCAN_EXACT : SCAN_MASKED;
}

static bool same_element(const PatternElement *a, const PatternElement *b)
{
	return a->kind == b->kind && a->value == b->value && a->mask == b->mask &&
	       a->low == b->low && a->high == b->high;
}

typedef struct {
	ScanProbe probe;
	uint64_t weight;
} Choice;

/* The best two so far. */
static void consider(Choice best[2], const Choice *choice)
{
	if (choice->weight < best[0].weight) {
		best[1] = best[0];
		best[0] = *choice;
	} else if (choice->weight < best[1].weight) {
		best[1] = *choice;
	}
}

static void choose_probes(Matcher *matcher, const ByteCounts *counts)
{
	const Pattern *pattern = matcher->pattern;
	ScanPlan *plan = &matcher->plan;
	uint64_t weights[256];
	uint64_t all = 0;
	weigh_bytes(counts, weights);
	for (unsigned byte = 0; byte < 256; byte++)
		all += weights[byte];
	/* Worse than this, a probe lets through nearly everything. */
	const uint64_t useful = all - all / 8;
	Choice best[2] = {{.weight = useful}, {.weight = useful}};
	for (size_t i = 0; i < pattern->length; i++) {
		if (i > 0 &&
		    same_element(&pattern->elements[i], &pattern->elements[i - 1]))
			continue;
		Choice choice = {probe_of(&pattern->elements[i], i), 0};
		choice.weight = probe_weight(&choice.probe, weights);
		consider(best, &choice);
	}
	for (size_t i = 0; i < 2 && best[i].weight < useful; i++) {
		const ScanShape shape = shape_of(&best[i].probe);
		plan->probes[plan->count++] = best[i].probe;
		plan->shape = shape > plan->shape ? shape : plan->shape;
	}
	plan->find = scan_kernel()->find;
}

/* As far as elements are values under masks. */
static void prepare_head(Matcher *matcher)
{
	const Pattern *pattern = matcher->pattern;
	size_t i = 0;
	for (; i < pattern->length && i < MATCHER_HEAD; i++) {
		const PatternElement *element = &pattern->elements[i];
		if (element->kind != ELEMENT_MASK)
			break;
		matcher->values[i] = element->value;
		matcher->masks[i] = element->mask;
	}
	matcher->head = i;
	matcher->head_is_all = i == pattern->length && pattern->number_count == 0;
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

void matcher_init(Matcher *matcher, const Pattern *pattern, const ByteCounts *counts)
{
	*matcher = (Matcher){.pattern = pattern};
	choose_probes(matcher, counts);
	prepare_head(matcher);
	prepare_jumps(matcher);
}

static uint64_t load(const uint8_t *bytes)
{
	uint64_t word = 0;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

static bool head_matches(const Matcher *matcher, const uint8_t *bytes)
{
	size_t i = 0;
	for (; matcher->head - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
		if (((load(bytes + i) ^ load(matcher->values + i)) &
		     load(matcher->masks + i)) != 0)
			return false;
	}
	for (; i < matcher->head; i++) {
		if ((bytes[i] & matcher->masks[i]) != matcher->values[i])
			return false;
	}
	return true;
}

/* 0 when the pattern matches at bytes, else how far the next try may lie away. */
static size_t mismatch(const Matcher *matcher, const uint8_t *bytes)
{
	const Pattern *pattern = matcher->pattern;
	if (!head_matches(matcher, bytes))
		return 1;
	if (matcher->head_is_all)
		return 0;
	for (size_t i = pattern->length; i > matcher->head; i--) {
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
	const ScanPlan *plan = &matcher->plan;
	const size_t needed = matcher->pattern->length;
	if (length < needed)
		return SIZE_MAX;
	const size_t end = length - needed + 1; /* of where a match may begin */
	size_t at = from;
	for (unsigned tries = 1; at < end; tries++) {
		if (plan->count > 0)
			at = plan->find(plan, bytes, at, end);
		if (at == end)
			break;
		const size_t step = mismatch(matcher, bytes + at);
		if (step == 0)
			return at;
		at += step;
		if (tries % TRIES == 0 && job_cancelled(job))
			break;
	}
	return SIZE_MAX;
}
