/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_ELEMENT_H
#define MHEX_ANALYSIS_ELEMENT_H

#include "mhex/pattern.h"

/* What the matcher needs of a pattern, in parts. */

static inline bool element_accepts(const PatternElement *element, uint8_t byte)
{
	switch (element->kind) {
	case ELEMENT_RANGE:
		return byte >= element->low && byte <= element->high;
	case ELEMENT_EITHER:
		return byte == element->low || byte == element->high;
	default:
		return (byte & element->mask) == element->value;
	}
}

/* Only the numbers, given that the elements accept. */
bool pattern_numbers_match(const Pattern *pattern, const uint8_t *bytes);

#endif
