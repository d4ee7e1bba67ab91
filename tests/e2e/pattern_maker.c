/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2e/pattern_maker_parts.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "unit/analysis/random.h"

size_t maker_below(const Maker *maker, size_t limit)
{
	return random_below(maker->state, limit);
}

void maker_put(Maker *maker, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const size_t room = MADE_MAX - maker->text_length;
	const int length = vsnprintf(maker->made->text + maker->text_length, room, format,
				     arguments);
	va_end(arguments);
	cr_assert((size_t)length < room);
	maker->text_length += (size_t)length;
}

void maker_say(Maker *maker, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const size_t room = MADE_MAX - maker->expression_length;
	const int length = vsnprintf(maker->made->expression + maker->expression_length,
				     room, format, arguments);
	va_end(arguments);
	cr_assert((size_t)length < room);
	maker->expression_length += (size_t)length;
}

void maker_say_range(Maker *maker, unsigned low, unsigned high)
{
	maker->made->may_break |= low <= '\n' && '\n' <= high;
	if (low == high)
		maker_say(maker, "\\x%02x", low);
	else
		maker_say(maker, "[\\x%02x-\\x%02x]", low, high);
}

uint8_t maker_take(Maker *maker)
{
	maker->left--;
	return *maker->bytes++;
}

/* ---- bytes ---- */

void make_byte(Maker *maker)
{
	const unsigned byte = maker_take(maker);
	maker_put(maker, "%02x ", byte);
	maker_say_range(maker, byte, byte);
}

static void make_any(Maker *maker)
{
	(void)maker_take(maker);
	maker_put(maker, "?? ");
	maker_say_range(maker, 0, 255);
}

static void make_nibble(Maker *maker)
{
	const unsigned byte = maker_take(maker);
	if (maker_below(maker, 2)) {
		maker_put(maker, "%x? ", byte >> 4);
		maker_say_range(maker, byte & 0xf0, byte | 0x0f);
		return;
	}
	maker_put(maker, "?%x ", byte & 0xf);
	maker_say(maker, "[");
	for (unsigned high = 0; high < 256; high += 16)
		maker_say(maker, "\\x%02x", high | (byte & 0xf));
	maker_say(maker, "]");
	maker->made->may_break |= (byte & 0xf) == '\n';
}

static void make_range(Maker *maker)
{
	const unsigned byte = maker_take(maker);
	const unsigned low = byte - (unsigned)maker_below(maker, byte + 1) / 4;
	const unsigned high = byte + (unsigned)maker_below(maker, 256 - byte) / 4;
	maker_put(maker, "[%02x-%02x] ", low, high);
	maker_say_range(maker, low, high);
}

static void make_repeat(Maker *maker)
{
	const unsigned byte = maker_take(maker);
	size_t count = 1;
	while (maker->left > 0 && *maker->bytes == byte && count < 20) {
		(void)maker_take(maker);
		count++;
	}
	maker_put(maker, "%02x*%zu ", byte, count);
	maker_say_range(maker, byte, byte);
	maker_say(maker, "{%zu}", count);
}

/* ---- text ---- */

static void make_text(Maker *maker)
{
	const bool folds = maker_below(maker, 2) == 0;
	const size_t most = 1 + maker_below(maker, 12);
	maker_put(maker, "\"");
	for (size_t i = 0; i < most && maker->left > 0; i++) {
		const unsigned byte = maker_take(maker);
		maker_put(maker, isalnum((int)byte) && i > 0 ? "%c" : "\\x%02x", byte);
		if (folds && isalpha((int)byte))
			maker_say(maker, "[\\x%02x\\x%02x]", byte, byte ^ 0x20);
		else
			maker_say_range(maker, byte, byte);
	}
	maker_put(maker, folds ? "\"i " : "\" ");
}

static uint8_t ebcdic(uint8_t letter)
{
	const unsigned place = (letter & 0x1fU) - 1; /* in the alphabet */
	const unsigned upper = letter < 'a' ? 0x40 : 0;
	if (letter == 0xe9 || letter == 0xc9)
		return letter == 0xe9 ? 0x51 : 0x71;
	if (place < 9)
		return (uint8_t)(0x81 + place + upper);
	if (place < 18)
		return (uint8_t)(0x91 + place - 9 + upper);
	return (uint8_t)(0xa2 + place - 18 + upper);
}

/* What a letter is in a charset; 0: the letter's own value. e-acute is '\351'. */
static size_t encode(const char *charset, uint8_t letter, uint8_t out[2])
{
	const bool acute = letter == 0xe9 || letter == 0xc9;
	out[0] = letter;
	out[1] = 0;
	if (strcmp(charset, "utf16le") == 0)
		return 2;
	if (strcmp(charset, "utf16be") == 0) {
		out[1] = letter;
		out[0] = 0;
		return 2;
	}
	if (strcmp(charset, "utf8") == 0 && acute) {
		out[0] = 0xc3;
		out[1] = letter - 0x40;
		return 2;
	}
	if (strcmp(charset, "cp437") == 0 && acute)
		out[0] = letter == 0xe9 ? 0x82 : 0x90;
	if (strcmp(charset, "ebcdic") == 0)
		out[0] = ebcdic(letter);
	return 1;
}

static const char *const charsets[] = {"utf8",   "utf16le", "utf16be",
				       "latin1", "cp437",   "ebcdic"};
static const char *const words[] = {"magic",   "THE", "\351t\351", "Zebra",
				    "cAf\351", "xy",  "\311cole"};

enum {
	CHARSETS = sizeof(charsets) / sizeof(charsets[0]),
	WORDS = sizeof(words) / sizeof(words[0]),
};

static uint8_t other_case(uint8_t letter)
{
	return letter ^ 0x20;
}

size_t make_word(uint64_t *state, uint8_t *bytes)
{
	const char *charset = charsets[random_below(state, CHARSETS)];
	size_t length = 0;
	for (const char *at = words[random_below(state, WORDS)]; *at; at++) {
		const bool turn = random_below(state, 4) == 0;
		const uint8_t letter = (uint8_t)*at;
		length += encode(charset, turn ? other_case(letter) : letter,
				 bytes + length);
	}
	return length;
}

static void say_letter(Maker *maker, const char *charset, uint8_t letter)
{
	uint8_t bytes[2];
	const size_t length = encode(charset, letter, bytes);
	for (size_t i = 0; i < length; i++)
		maker_say_range(maker, bytes[i], bytes[i]);
}

static void make_charset_text(Maker *maker)
{
	const char *charset = charsets[maker_below(maker, CHARSETS)];
	const bool folds = maker_below(maker, 2) == 0;
	maker_put(maker, "%s\"", charset);
	for (const char *at = words[maker_below(maker, WORDS)]; *at; at++) {
		const uint8_t letter = (uint8_t)*at;
		maker_put(maker, letter < 0x80 ? "%c" : "\303%c",
			  letter < 0x80 ? letter : letter - 0x40);
		maker_say(maker, "(?:");
		say_letter(maker, charset, letter);
		if (folds) {
			maker_say(maker, "|");
			say_letter(maker, charset, other_case(letter));
		}
		maker_say(maker, ")");
	}
	maker_put(maker, folds ? "\"i " : "\" ");
	maker->left = 0;
}

/* ---- expressions ---- */

__attribute__((format(printf, 2, 3))) static void both(Maker *maker, const char *format,
						       ...)
{
	char part[64];
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(part, sizeof(part), format, arguments);
	va_end(arguments);
	maker_put(maker, "%s", part);
	maker_say(maker, "%s", part);
}

static void both_literal(Maker *maker, unsigned byte)
{
	both(maker, isalnum((int)byte) ? "%c" : "\\x%02x", byte);
	maker->made->may_break |= byte == '\n';
}

static void both_class(Maker *maker, unsigned byte)
{
	const size_t kind = maker_below(maker, 4);
	if (kind == 0 && byte != '\n')
		both(maker, ".");
	else if (kind == 1 && (isalnum((int)byte) || byte == '_'))
		both(maker, "\\w");
	else if (isdigit((int)byte))
		both(maker, "\\d");
	else if (islower((int)byte))
		both(maker, "[a-z]");
	else if (kind == 2) {
		both(maker, "[^\\x%02x\\n]", byte ^ 0x55);
		maker->made->may_break |= byte == '\n';
	} else {
		const unsigned low = byte & 0xf8;
		both(maker, "[\\x%02x-\\x%02x]", low, low + 7);
		maker->made->may_break |= low == ('\n' & 0xf8);
	}
}

/* Nothing that goes on for long: what is seen behind the beginning of a match is limited.
 */
static void both_repeat(Maker *maker)
{
	static const char *const repeats[] = {"",      "",  "",   "",
					      "{1,4}", "?", "??", "{0,3}?"};
	both(maker, "%s",
	     repeats[maker_below(maker, sizeof(repeats) / sizeof(repeats[0]))]);
}

static void make_atom(Maker *maker)
{
	const unsigned byte = maker_take(maker);
	switch (maker_below(maker, 6)) {
	case 0:
	case 1:
		both_class(maker, byte);
		both_repeat(maker);
		break;
	case 2:
		both(maker, "(?:");
		both_literal(maker, byte);
		both(maker, "|");
		both_literal(maker, (unsigned)maker_below(maker, 256));
		both_class(maker, byte);
		both(maker, ")");
		both_repeat(maker);
		break;
	case 3:
		both(maker, "[a-z0-9]*");
		both_literal(maker, byte);
		break;
	default:
		both_literal(maker, byte);
		break;
	}
}

static void make_expression(Maker *maker)
{
	static const char *const before[] = {
		"", "", "", "", "\\b", "(?<=[a-z\\x00])", "(?<!\\x00)"};
	static const char *const behind[] = {
		"", "", "", "", "\\b", "(?=[\\x00-\\x7f])", "(?!\\x00)"};
	const bool folds = maker_below(maker, 4) == 0;
	maker_put(maker, "/");
	maker_say(maker, folds ? "(?i)" : "");
	both(maker, "%s", before[maker_below(maker, sizeof(before) / sizeof(before[0]))]);
	both_literal(maker, maker_take(maker));
	while (maker->left > 0)
		make_atom(maker);
	both(maker, "%s", behind[maker_below(maker, sizeof(behind) / sizeof(behind[0]))]);
	maker_put(maker, folds ? "/i" : "/");
	/* A line has an end for these. */
	maker->made->may_break = true;
}

/* ---- all ---- */

static void make_mixture(Maker *maker)
{
	static void (*const makers[])(Maker *) = {make_byte,   make_byte,  make_any,
						  make_nibble, make_range, make_repeat,
						  make_text,   make_number};
	while (maker->left > 0)
		makers[maker_below(maker, sizeof(makers) / sizeof(makers[0]))](maker);
}

void make_pattern(uint64_t *state, const uint8_t *bytes, size_t length, MadePattern *out)
{
	static void (*const kinds[])(Maker *) = {
		make_mixture,      make_mixture,    make_byte,
		make_number,       make_number,     make_text,
		make_charset_text, make_expression, make_expression};
	const size_t wish = 1 + random_below(state, 16);
	const size_t part = wish < length ? wish : length;
	Maker maker = {.state = state,
		       .bytes = bytes + random_below(state, length - part + 1),
		       .left = part,
		       .made = out};
	*out->text = '\0';
	*out->expression = '\0';
	out->may_break = false;
	out->every = 1;
	kinds[random_below(state, sizeof(kinds) / sizeof(kinds[0]))](&maker);
	if (random_below(state, 8) == 0) {
		static const size_t steps[] = {2, 3, 4, 16, 64, 100, 512};
		out->every = steps[random_below(state, 7)];
		maker_put(&maker, " every %zu", out->every);
	}
}
