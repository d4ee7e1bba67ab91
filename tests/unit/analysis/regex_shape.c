/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/regex_shape.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "analysis/regex_bytes.h"

struct shape_case {
	char text[40];
	char literal[24]; /* '*' for what is no single byte */
	size_t reach, lead_min, lead_max;
};

enum {
	MANY = 999999 /* no limit */
};

static size_t or_many(size_t length)
{
	return length == REGEX_UNBOUNDED ? MANY : length;
}

static void check_shape(const struct shape_case *c)
{
	RegexShape shape;
	char literal[REGEX_LITERAL_MAX + 1] = "";

	regex_shape(&shape, c->text, strlen(c->text), regex_base_options());

	for (size_t i = 0; i < shape.literal_length; i++) {
		const PatternElement *element = &shape.literal[i];
		const bool one = element->kind == ELEMENT_MASK && element->mask == 0xff;
		literal[i] = '*';
		if (one)
			literal[i] = element->value ? (char)element->value : '?';
	}
	cr_expect_str_eq(literal, c->literal, "%s: %s", c->text, literal);
	cr_expect_eq(or_many(shape.reach), c->reach, "%s: reach %zu", c->text,
		     shape.reach);
	cr_expect_eq(or_many(shape.lead_min), c->lead_min, "%s: lead %zu", c->text,
		     shape.lead_min);
	cr_expect_eq(or_many(shape.lead_max), c->lead_max, "%s: lead %zu", c->text,
		     shape.lead_max);
}

Test(regex_shape, says_what_is_sure)
{
	static const struct shape_case cases[] = {
		{"abc", "abc", 5, 0, 0},
		{"a\\x62\\.", "ab.", 5, 0, 0},
		{"[a-z]+foo", "foo", MANY, 1, MANY},
		{"[a-z]{2,5}foo", "foo", 10, 2, 5},
		{"x?foo.*", "foo", MANY, 0, 1},
		{"fo+bar", "bar", MANY, 2, MANY},
		{"fo+barbq", "barbq", MANY, 2, MANY},
		{"a{3}b", "aaab", 6, 0, 0},
		{"a{3,}b", "aaa", MANY, 0, 0},
		{"foo|bar", "***", 5, 0, 0},
		{"(foo|bar)baz", "***baz", 8, 0, 0},
		{"(?:foo)bar", "foobar", 8, 0, 0},
		{"(?:foo)?bar", "bar", 8, 0, 3},
		{"(?:foo){2}x", "foo", 9, 0, 0},
		{"(?:ab)+", "ab", MANY, 0, 0},
		{"(?i)ab", "**", 4, 0, 0},
		{"(?i:a)b", "*b", 4, 0, 0},
		{"(?=(?i)a)ab", "ab", 5, 0, 0},
		{"(?i)a(?-i)b", "*b", 4, 0, 0},
		{"(?<n>ab)c", "abc", 5, 0, 0},
		{"a(?=bcd)e", "ae", 7, 0, 0},
		{"a(?!b+)c", "ac", MANY, 0, 0},
		{"(?<=abc)d", "d", 3, 0, 0},
		{"a\\bb$", "ab", 4, 0, 0},
		{"PK[\\x00-\\x20]x", "PK*x", 6, 0, 0},
		{".PK", "PK", 5, 1, 1},
		{"[a-z]+[0-9]+", "*", MANY, 1, MANY},
		{"[A-Z][a-z]+[A-Z]", "**", MANY, 0, 0},
		{"[0-9a-f]{4}.", "****", 7, 0, 0},
		{"[^a]{4}", "", 6, 0, 0},
		{"[a-y]{2}", "**", 4, 0, 0},
		{"\\w+", "", MANY, 0, 0},
		{"(?:cat|dog|bird)s", "***", 7, 0, 0},
		{"x(?:19|20)[0-9]", "x***", 6, 0, 0},
		{"x(?:1|20|3)y", "x*", 6, 0, 0},
		{"(?:a|b){3}x", "***x", 6, 0, 0},
		{"(?:a|b|)xy", "xy", 5, 0, 1},
		{"(?:a+|b)xy", "xy", MANY, 1, MANY},
		{"[]x]y", "*y", 4, 0, 0},
		{"[^]]y", "y", 4, 1, 1},
		{"\\0a", "?a", 4, 0, 0}, /* 0 is shown as ? */
		/* What is not read says nothing. */
		{"ab\\R", "", MANY, 0, 0},
		{"(a)b\\1", "", MANY, 0, 0},
		{"a(?1)b", "", MANY, 0, 0},
		{"[[:digit:]]ab", "", MANY, 0, 0},
		{"\\Qab\\E", "", MANY, 0, 0},
		{"(?x)a b", "", MANY, 0, 0},
		{"(?#ab)cd", "", MANY, 0, 0},
		{"(?|ab)", "", MANY, 0, 0},
		{"(?(?=a)b|c)", "", MANY, 0, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_shape(&cases[i]);
}

Test(regex_shape, knows_which_bytes_lead_to_the_literal)
{
	RegexShape shape;

	regex_shape(&shape, "[a-c]*\\d?foo", 12, regex_base_options());

	cr_expect(shape.lead['b']);
	cr_expect(shape.lead['7']);
	cr_expect(not(shape.lead['d']));
	cr_expect(not(shape.lead['\n']));
}
