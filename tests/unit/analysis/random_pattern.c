/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/analysis/random_pattern.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "unit/analysis/random.h"

static const uint8_t values[] = {0x00, 0x01, 0x41, 0x61, 0xff};

static uint8_t any_value(uint64_t *state)
{
	return values[random_below(state, sizeof(values))];
}

static size_t add_element(uint64_t *state, char *text, size_t size, size_t room)
{
	const unsigned value = any_value(state);
	switch (random_below(state, 12)) {
	case 0:
		(void)snprintf(text, size, "?? ");
		return 1;
	case 1:
		(void)snprintf(text, size, "%x? ", value >> 4);
		return 1;
	case 2:
		(void)snprintf(text, size, "?%x ", value & 0xf);
		return 1;
	case 3:
		(void)snprintf(text, size, "[%02x-%02x] ", value, value | 0x41);
		return 1;
	case 4:
		(void)snprintf(text, size, "\"a\"i ");
		return 1;
	case 5:
		if (room < 2)
			break;
		(void)snprintf(text, size, "u16%ce:%u..%u ", "bl"[random_below(state, 2)],
			       value, value * 0x41);
		return 2;
	case 6:
		if (room < 2)
			break;
		(void)snprintf(text, size, "i16%ce:%d..%d ", "bl"[random_below(state, 2)],
			       (int)value - 0x100, (int)any_value(state) - 1);
		return 2;
	default:
		break;
	}
	(void)snprintf(text, size, "%02x ", value);
	return 1;
}

Pattern random_pattern(uint64_t *state, size_t most, char *description, size_t size)
{
	Pattern pattern;
	MhexError err;
	size_t used = 0;
	for (size_t left = 1 + random_below(state, most); left > 0;) {
		left -= add_element(state, description + used, size - used, left);
		used += strlen(description + used);
	}
	cr_assert_eq(pattern_parse(&pattern, description, used, &err), MHEX_OK, "%s: %s",
		     description, err.message);
	return pattern;
}

void random_bytes(uint64_t *state, uint8_t *bytes, size_t length)
{
	const bool few = random_below(state, 2) == 0;
	for (size_t i = 0; i < length; i++)
		bytes[i] = few ? values[random_below(state, 2)] : any_value(state);
}

static bool naive_accepts(const PatternElement *element, uint8_t byte)
{
	if (element->kind == ELEMENT_RANGE)
		return element->low <= byte && byte <= element->high;
	if (element->kind == ELEMENT_EITHER)
		return byte == element->low || byte == element->high;
	return (byte & element->mask) == element->value;
}

bool naive_matches(const Pattern *pattern, const uint8_t *bytes)
{
	for (size_t i = 0; i < pattern->length; i++) {
		if (!naive_accepts(&pattern->elements[i], bytes[i]))
			return false;
	}
	for (size_t i = 0; i < pattern->number_count; i++) {
		const PatternNumber *number = &pattern->numbers[i];
		const uint8_t *at = bytes + number->at;
		int64_t value =
			number->big_endian ? at[0] << 8 | at[1] : at[1] << 8 | at[0];
		if (number->kind == 'i' && value >= 0x8000)
			value -= 0x10000;
		if (value < (int64_t)number->low || value > (int64_t)number->high)
			return false;
	}
	return true;
}
