/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/pattern.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

struct match_case {
	char text[48];
	char bytes[24];
	size_t length; /* the pattern has to have it */
	bool want;
};

#define CASE(text, bytes, want)                                                          \
	{                                                                                \
		text, bytes, sizeof(bytes) - 1, want                                     \
	}

static void check_match(const struct match_case *c)
{
	Pattern pattern;
	MhexError err;

	cr_assert_eq(pattern_parse(&pattern, c->text, strlen(c->text), &err), MHEX_OK,
		     "%s: %s", c->text, err.message);

	cr_assert_eq(pattern.length, c->length, "%s: %zu bytes", c->text, pattern.length);
	cr_expect_eq(pattern_matches(&pattern, (const uint8_t *)c->bytes), c->want, "%s",
		     c->text);
	pattern_free(&pattern);
}

Test(pattern, matches_what_the_manual_says)
{
	static const struct match_case cases[] = {
		CASE("7f 45", "\x7f\x45", true),
		CASE("7f 45", "\x7f\x46", false),
		CASE("7f ?? 46", "\x7f\xff\x46", true),
		CASE("7f ?? 46", "\x7f\xff\x47", false),
		CASE("4?", "\x4f", true),
		CASE("4?", "\x5f", false),
		CASE("?f", "\x4f", true),
		CASE("?f", "\x4e", false),
		CASE("[30-39]*2", "09", true),
		CASE("[30-39]*2", "0:", false),
		CASE("[00-FF]", "\xff", true),
		CASE("\"http\"i", "HtTp", true),
		CASE("\"http\"i", "HtTq", false),
		CASE("\"h[]\"i", "H{}", false), /* differ by one bit, as letters do */
		CASE("\"http\"", "Http", false),
		CASE("utf16le\"ab\"i", "A\0b\0", true),
		CASE("\"\xc3\xa9\"i", "\xc3\x89", true),
		CASE("\"\xc3\xa9\"i", "\xc3\xa9", true),
		CASE("\"\xc3\xa9\"i", "\xc3\xaa", false),
		/* U+044F and U+042F differ in both bytes: no mixture of them. */
		CASE("\"\xd1\x8f\"i", "\xd1\x8f", true),
		CASE("\"\xd1\x8f\"i", "\xd0\xaf", true),
		CASE("\"\xd1\x8f\"i", "\xd1\xaf", false),
		CASE("u16le:5..6", "\x05\x00", true),
		CASE("u16le:5..6", "\x06\x00", true),
		CASE("u16le:5..6", "\x07\x00", false),
		CASE("u16le:5..6", "\x05\x01", false),
		CASE("u16be:5..6", "\x00\x05", true),
		CASE("i8:-1..1", "\xff", true),
		CASE("i8:-1..1", "\xfe", false),
		CASE("i32be:-2..-1", "\xff\xff\xff\xfe", true),
		CASE("i32be:-2..-1", "\x00\x00\x00\x00", false),
		CASE("u64le:0..0xffffffffffffffff", "\xff\xff\xff\xff\xff\xff\xff\xff",
		     true),
		CASE("f32le:1.5~0.01", "\x00\x00\xc0\x3f", true),
		CASE("f32le:1.5~0.01", "\x00\x00\xd0\x3f", false),
		CASE("f32le:1.5~0.01", "\x00\x00\xc0\x7f", false), /* NaN */
		CASE("ff u8:1..2 ff", "\xff\x02\xff", true),
		CASE("u8:1..2*2", "\x02\x01", true),
		CASE("u8:1..2*2", "\x02\x03", false),
		/* Limits that share their high bytes, and limits that do not. */
		CASE("u32le:0x12340000..0x123400ff", "\x80\x00\x34\x12", true),
		CASE("u32le:0x12340000..0x123400ff", "\x80\x01\x34\x12", false),
		CASE("u32be:0x12ff..0x1301", "\x00\x00\x13\x00", true),
		CASE("u32be:0x12ff..0x1301", "\x00\x00\x12\xfe", false),
		CASE("i16be:-300..-200", "\xff\x00", true),
		CASE("i16be:-300..-200", "\xfe\xd3", false),
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_match(&cases[i]);
}

struct refused_case {
	char text[40];
	MhexStatus status;
	int caret;
};

static void check_refused(const struct refused_case *c)
{
	Pattern pattern;
	MhexError err = {.caret = -1};

	const MhexStatus status = pattern_parse(&pattern, c->text, strlen(c->text), &err);

	cr_expect_eq(status, c->status, "%s: %d", c->text, (int)status);
	cr_expect_eq(err.status, c->status, "%s: %d", c->text, (int)err.status);
	cr_expect_eq(err.caret, c->caret, "%s: %d, %s", c->text, err.caret, err.message);
	cr_expect(eq(sz, pattern.length, 0));
	pattern_free(&pattern);
}

Test(pattern, is_refused_at_the_fault)
{
	static const struct refused_case cases[] = {
		{"", MHEX_E_SYNTAX, 0},           {"\"\"", MHEX_E_SYNTAX, 0},
		{"00*0", MHEX_E_SYNTAX, 0},       {"7f ?", MHEX_E_SYNTAX, 4},
		{"7f ?g", MHEX_E_SYNTAX, 4},      {"[39-30]", MHEX_E_SYNTAX, 1},
		{"[3-39]", MHEX_E_SYNTAX, 2},     {"[30-39", MHEX_E_SYNTAX, 6},
		{"u8:2..1", MHEX_E_SYNTAX, 6},    {"u8:2..256", MHEX_E_RANGE, 6},
		{"u16le:5~1", MHEX_E_SYNTAX, 7},  {"f32le:1..2", MHEX_E_SYNTAX, 7},
		{"f32le:1~-1", MHEX_E_SYNTAX, 8}, {"f32le:nan~1", MHEX_E_SYNTAX, 6},
		{"00*1048577", MHEX_E_RANGE, 0},  {"00 u64le:1..2*1m", MHEX_E_RANGE, 3},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_refused(&cases[i]);
}

static bool accepts(const PatternElement *element, uint8_t byte)
{
	if (element->kind == ELEMENT_RANGE)
		return element->low <= byte && byte <= element->high;
	return (byte & element->mask) == element->value;
}

/* Each number near X, by its bits, is within what the bytes of the pattern accept, and
 * matches when it is near enough. */
static void check_near(const char *text, double value, double epsilon, size_t known)
{
	Pattern pattern;
	size_t exact = 0;
	const float center = (float)value;
	uint32_t bits = 0;
	cr_assert(eq(int, pattern_parse(&pattern, text, strlen(text), NULL), MHEX_OK));
	for (size_t i = 0; i < 4; i++)
		exact += pattern.elements[i].mask == 0xff ||
			 pattern.elements[i].kind == ELEMENT_RANGE;
	cr_expect_eq(exact, known, "%s: %zu", text, exact);
	memcpy(&bits, &center, sizeof(bits));
	for (int step = -3000; step <= 3000; step++) {
		const uint32_t near_bits = bits + (uint32_t)(step * 37);
		float number = 0;
		uint8_t bytes[4];
		memcpy(&number, &near_bits, sizeof(number));
		memcpy(bytes, &near_bits, sizeof(bytes));
		const bool want = fabs((double)number - value) <= epsilon;
		cr_assert_eq(pattern_matches(&pattern, bytes), want, "%s: %g", text,
			     (double)number);
		for (size_t i = 0; i < 4 && want; i++)
			cr_assert(accepts(&pattern.elements[i], bytes[i]), "%s: %g", text,
				  (double)number);
	}
	pattern_free(&pattern);
}

Test(pattern, knows_the_high_bytes_of_a_number_near_another)
{
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	cr_skip("the test knows numbers of this machine as little endian");
#endif
	check_near("f32le:3.14~0.01", 3.14, 0.01, 2);
	check_near("f32le:-3.14~0.001", -3.14, 0.001, 2);
	check_near("f32le:1000.5~0", 1000.5, 0, 3);
	check_near("f32le:2~0.001", 2, 0.001, 1); /* an exponent begins there */
	check_near("f32le:1~1", 1, 1, 0);         /* -0.0 is near, too */
	check_near("f32le:1e-45~1e-46", 1e-45, 1e-46, 0);
}

Test(pattern, may_have_a_million_bytes)
{
	Pattern pattern;

	cr_assert(eq(int, pattern_parse(&pattern, "00*1m", 5, NULL), MHEX_OK));

	cr_expect(eq(sz, pattern.length, PATTERN_MAX));
	pattern_free(&pattern);
}
