/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "render/charset.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

#include "base/utf8.h"
#include "render/rune.h"

TestSuite(charset, .timeout = 100);

static const TextCharset charsets[] = {TEXT_ASCII, TEXT_LATIN1, TEXT_CP437, TEXT_EBCDIC,
				       TEXT_UTF8};

Test(charset, every_byte_is_one_cell_and_never_a_control_character)
{
	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++) {
		for (unsigned byte = 0; byte < 256; byte++) {
			const uint32_t rune = charset_rune(charsets[i], (uint8_t)byte);
			cr_expect(eq(int, rune_width(rune), 1), "%zu: %02x", i, byte);
			cr_expect(not(utf8_is_control(rune)), "%zu: %02x", i, byte);
		}
	}
}

Test(charset, ascii_is_itself_where_it_is_printable)
{
	for (unsigned byte = 0x20; byte < 0x7f; byte++) {
		const uint8_t value = (uint8_t)byte;
		cr_expect(eq(u32, charset_rune(TEXT_ASCII, value), byte));
		cr_expect(eq(u32, charset_rune(TEXT_LATIN1, value), byte));
		cr_expect(eq(u32, charset_rune(TEXT_CP437, value), byte));
		cr_expect(eq(u32, charset_rune(TEXT_UTF8, value), byte));
	}
}

struct charset_case {
	TextCharset charset;
	uint8_t byte;
	uint32_t want;
};

static void check_charset(const struct charset_case *param)
{
	cr_expect(eq(u32, charset_rune(param->charset, param->byte), param->want),
		  "charset %d, byte %02x", (int)param->charset, param->byte);
}

Test(charset, knows)
{
	static const struct charset_case cases[] = {
		{TEXT_ASCII, 0xe9, '.'},    {TEXT_UTF8, 0xe9, '.'},
		{TEXT_LATIN1, 0xe9, 0xe9},  {TEXT_LATIN1, 0x9b, '.'},
		{TEXT_LATIN1, 0xa0, ' '},   {TEXT_LATIN1, 0xad, '-'},
		{TEXT_CP437, 0x00, '.'},    {TEXT_CP437, 0x01, 0x263a},
		{TEXT_CP437, 0x1b, 0x2190}, {TEXT_CP437, 0x7f, 0x2302},
		{TEXT_CP437, 0x80, 0xc7},   {TEXT_CP437, 0xb3, 0x2502},
		{TEXT_CP437, 0xdb, 0x2588}, {TEXT_CP437, 0xe1, 0xdf},
		{TEXT_CP437, 0xff, ' '},    {TEXT_EBCDIC, 0xc8, 'H'},
		{TEXT_EBCDIC, 0x85, 'e'},   {TEXT_EBCDIC, 0xf0, '0'},
		{TEXT_EBCDIC, 0x40, ' '},   {TEXT_EBCDIC, 0x4b, '.'},
		{TEXT_EBCDIC, 0x25, '.'},   {TEXT_EBCDIC, 0x51, 0xe9},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_charset(&cases[i]);
}

/* cp037 is a permutation of Latin-1: no character is there twice. */
Test(charset, ebcdic_has_every_printable_character_of_latin1_once)
{
	int seen[256] = {0};
	for (unsigned byte = 0; byte < 256; byte++)
		seen[charset_rune(TEXT_EBCDIC, (uint8_t)byte)]++;

	for (unsigned rune = 0x21; rune < 256; rune++) {
		const bool printable = (rune < 0x7f || rune > 0xa0) && rune != 0xad;
		if (printable && rune != '.' && rune != '-')
			cr_expect(eq(int, seen[rune], 1), "U+%04X", rune);
	}
}
