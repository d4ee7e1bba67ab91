/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/regex_bytes.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

uint32_t regex_option(char letter)
{
	switch (letter) {
	case 'i':
		return PCRE2_CASELESS;
	case 's':
		return PCRE2_DOTALL;
	case 'm':
		return PCRE2_MULTILINE;
	default:
		return 0;
	}
}

uint32_t regex_base_options(void)
{
	return PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
}

static bool ask_each(ByteSet *out, const pcre2_code *code, pcre2_match_data *data)
{
	bool any = false;
	if (pcre2_match(code, (PCRE2_SPTR) "", 0, 0, 0, data, NULL) >= 0)
		return false;
	for (unsigned byte = 0; byte < 256; byte++) {
		const uint8_t subject = (uint8_t)byte;
		out->has[byte] = pcre2_match(code, &subject, 1, 0, 0, data, NULL) >= 0;
		any = any || out->has[byte];
	}
	return any;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool regex_bytes(ByteSet *out, const char *text, size_t length, uint32_t options)
{
	int error = 0;
	size_t at = 0;
	*out = (ByteSet){{false}};
	if (length == 1 && *text != '.') {
		out->has[(uint8_t)*text] = true;
		if (is_letter(*text) && (options & PCRE2_CASELESS) != 0)
			out->has[(uint8_t)*text ^ 0x20] = true;
		return true;
	}
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)text, length,
					 options | PCRE2_ANCHORED | PCRE2_ENDANCHORED,
					 &error, &at, NULL);
	pcre2_match_data *data = code ? pcre2_match_data_create(1, NULL) : NULL;
	const bool known = data && ask_each(out, code, data);
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	return known;
}

void byte_set_hull(const ByteSet *set, PatternElement *out)
{
	unsigned count = 0;
	unsigned first = 0;
	unsigned last = 0;
	for (unsigned byte = 0; byte < 256; byte++) {
		if (!set->has[byte])
			continue;
		first = count == 0 ? byte : first;
		last = byte;
		count++;
	}
	*out = (PatternElement){.kind = ELEMENT_MASK,
				.value = (uint8_t)first,
				.mask = 0xff,
				.low = (uint8_t)first,
				.high = (uint8_t)last};
	if (count == 2)
		out->kind = ELEMENT_EITHER;
	else if (first < last)
		out->kind = ELEMENT_RANGE;
}
