/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/inspect.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <locale.h>
#include <string.h>

#include "base/utf8.h"
#include "unit/analysis/random.h"

static const InspectRow *find_row(const char *name)
{
	size_t i = 0;
	while (i < inspect_count && strcmp(inspect_table[i].name, name) != 0)
		i++;
	cr_assert_lt(i, inspect_count, "no row %s", name);
	return &inspect_table[i];
}

struct value_case {
	char name[12];
	char bytes[24];
	size_t length;
	char want[48];
};

#define CASE(name, bytes, want)                                                          \
	{                                                                                \
		name, bytes, sizeof(bytes) - 1, want                                     \
	}

static struct value_case values[] = {
	CASE("u8", "\xff", "255"),
	CASE("i8", "\xff", "-1"),
	CASE("u16le", "\x7f\x45", "17791"),
	CASE("u16be", "\x7f\x45", "32581"),
	CASE("i16le", "\x00\x80", "-32768"),
	CASE("i16be", "\xff\xfe", "-2"),
	CASE("u32le", "\x7f\x45\x4c\x46", "1179403647"),
	CASE("i32be", "\x80\x00\x00\x00", "-2147483648"),
	CASE("u64le", "\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615"),
	CASE("i64be", "\x80\x00\x00\x00\x00\x00\x00\x00", "-9223372036854775808"),
	CASE("u16le", "\x7f", "-"),
	CASE("u8", "", "-"),

	CASE("f16le", "\x00\x3e", "1.5"),
	CASE("f16be", "\x7b\xff", "65504"),
	CASE("f16be", "\x00\x01", "5.9605e-08"),
	CASE("f16be", "\x7c\x00", "inf"),
	CASE("f32le", "\xcd\xcc\xcc\x3d", "0.1"),
	CASE("f32be", "\x4b\x80\x00\x00", "16777216"),
	CASE("f32be", "\x00\x00\x00\x01", "1.4013e-45"),
	CASE("f32be", "\x80\x00\x00\x00", "-0"),
	CASE("f32be", "\xff\x80\x00\x00", "-inf"),
	CASE("f32be", "\xff\xc0\x00\x00", "nan"),
	CASE("f64be", "\x3f\xb9\x99\x99\x99\x99\x99\x9a", "0.1"),
	CASE("f64be", "\x3f\xd5\x55\x55\x55\x55\x55\x55", "0.3333333333333333"),
	CASE("f64le", "\xff\xff\xff\xff\xff\xff\xef\x7f", "1.7976931348623157e+308"),

	CASE("uleb128", "\x00", "0"),
	CASE("uleb128", "\xe5\x8e\x26", "624485"),
	CASE("uleb128", "\x85\x80\x00", "5"), /* longer than it need be */
	CASE("uleb128", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
	     "18446744073709551615"),
	CASE("uleb128", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "-"),
	CASE("uleb128", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", "0"),
	CASE("uleb128", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", "-"),
	CASE("uleb128", "\x80\x80", "-"), /* goes on, but where? */
	CASE("sleb128", "\x7f", "-1"),
	CASE("sleb128", "\x3f", "63"),
	CASE("sleb128", "\x40", "-64"),
	CASE("sleb128", "\xc0\xbb\x78", "-123456"),
	CASE("sleb128", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00",
	     "9223372036854775807"),
	CASE("sleb128", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f",
	     "-9223372036854775808"),
	CASE("sleb128", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "-"),
	CASE("sleb128", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7e", "-"),
	CASE("sleb128", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "-1"),

	CASE("unix32le", "\xff\xff\xff\x7f", "2038-01-19T03:14:07Z"),
	CASE("unix32be", "\x80\x00\x00\x00", "1901-12-13T20:45:52Z"),
	CASE("unix32le", "\0\0\0\0", "1970-01-01T00:00:00Z"),
	CASE("unix32le", "\x00\x7e\x5f\x38", "1999-12-21T13:17:52Z"),
	CASE("unix64be", "\x00\x00\x00\x3a\xff\xf4\x41\x7f", "9999-12-31T23:59:59Z"),
	CASE("unix64be", "\x00\x00\x00\x3a\xff\xf4\x41\x80", "-"),
	CASE("unix64be", "\xff\xff\xff\xf1\x88\x6e\x09\x00", "0001-01-01T00:00:00Z"),
	CASE("unix64be", "\xff\xff\xff\xf1\x88\x6e\x08\xff", "-"),
	CASE("unix64le", "\xff\xff\xff\xff\xff\xff\xff\x7f", "-"),
	CASE("unix64le", "\x00\x00\x00\x00\x00\x00\x00\x80", "-"),
	CASE("dos", "\x00\x00\x21\x00", "1980-01-01T00:00:00"),
	CASE("dos", "\x7d\xbf\x9f\xff", "2107-12-31T23:59:58"),
	CASE("dos", "\x00\x00\x5d\x58", "2024-02-29T00:00:00"),
	CASE("dos", "\x00\x00\x5d\x56", "-"), /* no 29th of February in 2023 */
	CASE("dos", "\x1e\x00\x21\x00", "-"), /* 60 seconds */
	CASE("dos", "\0\0\0\0", "-"),
	CASE("dos", "\xff\xff\xff\xff", "-"),
	CASE("filetime", "\0\0\0\0\0\0\0\0", "1601-01-01T00:00:00.0000000Z"),
	CASE("filetime", "\x01\x80\x3e\xd5\xde\xb1\x9d\x01",
	     "1970-01-01T00:00:00.0000001Z"),
	CASE("filetime", "\xff\x3f\xc0\xd1\x5e\x5a\xc8\x24",
	     "9999-12-31T23:59:59.9999999Z"),
	CASE("filetime", "\x00\x40\xc0\xd1\x5e\x5a\xc8\x24", "-"),
	CASE("filetime", "\xff\xff\xff\xff\xff\xff\xff\xff", "-"),

	CASE("guidle", "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\xff",
	     "03020100-0504-0706-0809-0a0b0c0d0eff"),
	CASE("guidbe", "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\xff",
	     "00010203-0405-0607-0809-0a0b0c0d0eff"),
	CASE("guidle", "123456789012345", "-"),

	CASE("utf8", "A", "U+0041 A"),
	CASE("utf8", "\xe2\x82\xac", "U+20AC \xe2\x82\xac"),
	CASE("utf8", "\xf0\x9f\x98\x80", "U+1F600 \xf0\x9f\x98\x80"),
	CASE("utf8", "\xe2\x82", "-"),
	CASE("utf8", "\xff", "-"),
	CASE("utf8", "\xc0\x80", "-"),
	CASE("utf8", "\x1b[31m", "U+001B"),
	CASE("utf8", "\0", "U+0000"),
	CASE("utf8", "\xc2\x9b", "U+009B"),
	CASE("utf8", "\xe2\x80\xae", "U+202E"),
};

static void check_value(const struct value_case *c)
{
	char text[INSPECT_TEXT];

	const bool is_value = inspect_format(find_row(c->name), (const uint8_t *)c->bytes,
					     c->length, text);

	const int differs = strcmp(text, c->want);
	cr_expect_eq(differs, 0, "%s: %s, not %s", c->name, text, c->want);
	cr_expect_eq(is_value, strcmp(c->want, "-") != 0, "%s: %s", c->name, text);
}

Test(inspect, shows_a_value)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		check_value(&values[i]);
}

Test(inspect, has_rows_that_need_no_more_than_is_read)
{
	for (size_t i = 0; i < inspect_count; i++) {
		const InspectRow *row = &inspect_table[i];
		cr_expect_leq(row->need, INSPECT_BYTES, "%s", row->name);
		cr_expect_eq(find_row(row->name), row, "%s is there twice", row->name);
		cr_expect_eq(strncmp(row->name, row->group, strlen(row->group)), 0, "%s",
			     row->name);
	}
}

Test(inspect, never_shows_a_control_character_whatever_the_bytes)
{
	uint64_t state = 3;
	for (int round = 0; round < 20000; round++) {
		uint8_t bytes[INSPECT_BYTES];
		char text[INSPECT_TEXT];
		const size_t length = random_below(&state, INSPECT_BYTES + 1);
		for (size_t i = 0; i < length; i++)
			bytes[i] = round % 2 ? (uint8_t)next_random(&state)
					     : (uint8_t) - (int)random_below(&state, 3);
		const InspectRow *row =
			&inspect_table[random_below(&state, inspect_count)];

		const bool is_value = inspect_format(row, bytes, length, text);

		const size_t end = strnlen(text, INSPECT_TEXT);
		cr_assert_lt(end, INSPECT_TEXT, "%s", row->name);
		cr_assert_gt(end, 0, "%s", row->name);
		cr_assert_eq(is_value, strcmp(text, "-") != 0, "%s: %s", row->name, text);
		for (size_t i = 0; i < end;) {
			uint32_t rune = 0;
			const size_t used = utf8_decode(text + i, end - i, &rune);
			cr_assert_gt(used, 0, "%s: %s", row->name, text);
			cr_assert(not(utf8_is_control(rune)), "%s: U+%04X", row->name,
				  (unsigned)rune);
			i += used;
		}
	}
}

Test(inspect, writes_a_point_in_any_locale)
{
	static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
					    "ru_RU.UTF-8", "da_DK.UTF-8"};
	char text[INSPECT_TEXT];
	const char *set = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !set; i++)
		set = setlocale(LC_ALL, names[i]);
	if (!set)
		cr_skip_test("no locale with a decimal comma is installed");

	cr_expect(inspect_format(find_row("f32be"), (const uint8_t *)"\x3f\xc0\0\0", 4,
				 text));

	cr_expect(eq(int, strcmp(text, "1.5"), 0));
}
