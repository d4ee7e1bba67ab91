/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/token.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

struct token_case {
	char name[48];
	char bytes[80];
	size_t length;
	TokenKind kind;
	size_t want;
};

#define CASE(name, bytes, kind, want)                                                    \
	{                                                                                \
		name, bytes, sizeof(bytes) - 1, kind, want                               \
	}

static void check_token(const struct token_case *param)
{
	const Token got = token_scan((const uint8_t *)param->bytes, param->length);

	cr_expect(eq(int, (int)got.kind, (int)param->kind), "%s", param->name);
	cr_expect(eq(sz, got.length, param->want), "%s", param->name);
}

Test(token, one_key)
{
	static const struct token_case cases[] = {
		CASE("a letter", "ab", TOKEN_COMPLETE, 1),
		CASE("a control byte", "\x06x", TOKEN_COMPLETE, 1),
		CASE("the byte 0", "\0x", TOKEN_COMPLETE, 1),
		CASE("two bytes of UTF-8", "\xc3\xa9x", TOKEN_COMPLETE, 2),
		CASE("three bytes of UTF-8", "\xe2\x82\xacx", TOKEN_COMPLETE, 3),
		CASE("four bytes of UTF-8", "\xf0\x9f\x98\x80x", TOKEN_COMPLETE, 4),
		CASE("half a character", "\xe2\x82", TOKEN_PARTIAL, 2),
		CASE("a cut character", "\xe2\x82x", TOKEN_INVALID, 2),
		CASE("a lone continuation byte", "\x80x", TOKEN_INVALID, 1),
		CASE("an overlong lead", "\xc0\x80", TOKEN_INVALID, 1),
		CASE("Esc alone", "\033", TOKEN_PARTIAL, 1),
		CASE("Esc and Esc", "\033\033", TOKEN_COMPLETE, 1),
		CASE("Esc and an arrow", "\033\033[A", TOKEN_COMPLETE, 1),
		CASE("Alt and a letter", "\033xy", TOKEN_COMPLETE, 2),
		CASE("Alt and UTF-8", "\033\xc3\xa9y", TOKEN_COMPLETE, 3),
		CASE("Alt and Backspace", "\033\x7fy", TOKEN_COMPLETE, 2),
		CASE("Alt-[ or a begin", "\033[", TOKEN_PARTIAL, 2),
		CASE("an arrow", "\033[Ax", TOKEN_COMPLETE, 3),
		CASE("a keypad arrow", "\033OAx", TOKEN_COMPLETE, 3),
		CASE("with modifiers", "\033[1;5Dx", TOKEN_COMPLETE, 6),
		CASE("F5", "\033[15~x", TOKEN_COMPLETE, 5),
		CASE("half of F5", "\033[15", TOKEN_PARTIAL, 4),
		CASE("rxvt, Shift-Home", "\033[7$", TOKEN_COMPLETE, 4),
		CASE("rxvt, Shift-Home and Esc", "\033[7$\033", TOKEN_COMPLETE, 4),
		CASE("an answer with $", "\033[?2026;2$yx", TOKEN_COMPLETE, 11),
		CASE("Linux console, F1", "\033[[Ax", TOKEN_COMPLETE, 4),
		CASE("Linux console, half of F1", "\033[[", TOKEN_PARTIAL, 3),
		CASE("SGR mouse", "\033[<0;12;7Mx", TOKEN_COMPLETE, 10),
		CASE("X10 mouse", "\033[M !!x", TOKEN_COMPLETE, 6),
		CASE("half of an X10 mouse", "\033[M ", TOKEN_PARTIAL, 4),
		CASE("focus", "\033[Ix", TOKEN_COMPLETE, 3),
		CASE("cut off by Esc", "\033[1;\033[A", TOKEN_INVALID, 4),
		CASE("Alt-[ and Esc", "\033[\033", TOKEN_COMPLETE, 2),
		CASE("a string", "\033]11;rgb", TOKEN_STRING, 2),
		CASE("a device string", "\033P1$r", TOKEN_STRING, 2),
		CASE("Alt-P or a string", "\033P", TOKEN_PARTIAL, 2),
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_token(&cases[i]);
}

Test(token, an_endless_sequence_is_given_up)
{
	uint8_t bytes[200];
	memset(bytes, '1', sizeof(bytes));
	memcpy(bytes, "\033[", 2);

	const Token got = token_scan(bytes, sizeof(bytes));

	cr_expect(eq(int, (int)got.kind, TOKEN_INVALID));
}

Test(token, is_never_longer_than_the_bytes_nor_empty)
{
	uint32_t random = 12345;
	for (int round = 0; round < 200000; round++) {
		static const uint8_t likely[] = "\033\033[[O]P?<0123;$~MAm\xe2\x80\xf0";
		uint8_t bytes[12];
		for (size_t i = 0; i < sizeof(bytes); i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = likely[(random >> 16) % (sizeof(likely) - 1)];
		}
		const size_t length = 1 + (random >> 8) % sizeof(bytes);

		const Token got = token_scan(bytes, length);

		cr_assert(got.length >= 1 && got.length <= length, "round %d", round);
	}
}
