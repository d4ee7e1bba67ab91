/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2e/pattern_maker.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "unit/analysis/random.h"

typedef struct {
	uint64_t *state;
	const uint8_t *bytes; /* what the pattern is to match */
	size_t left;
	MadePattern *made;
	size_t text_length, expression_length;
} Maker;

static size_t below(const Maker *maker, size_t limit)
{
	return random_below(maker->state, limit);
}

__attribute__((format(printf, 2, 3))) static void put(Maker *maker, const char *format,
						      ...)
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

__attribute__((format(printf, 2, 3))) static void say(Maker *maker, const char *format,
						      ...)
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

/* One byte of [low, high]. */
static void say_range(Maker *maker, unsigned low, unsigned high)
{
	maker->made->may_break |= low <= '\n' && '\n' <= high;
	if (low == high)
		say(maker, "\\x%02x", low);
	else
		say(maker, "[\\x%02x-\\x%02x]", low, high);
}

static uint8_t take(Maker *maker)
{
	maker->left--;
	return *maker->bytes++;
}

/* ---- bytes ---- */

static void make_byte(Maker *maker)
{
	const unsigned byte = take(maker);
	put(maker, "%02x ", byte);
	say_range(maker, byte, byte);
}

static void make_any(Maker *maker)
{
	(void)take(maker);
	put(maker, "?? ");
	say_range(maker, 0, 255);
}

static void make_nibble(Maker *maker)
{
	const unsigned byte = take(maker);
	if (below(maker, 2)) {
		put(maker, "%x? ", byte >> 4);
		say_range(maker, byte & 0xf0, byte | 0x0f);
		return;
	}
	put(maker, "?%x ", byte & 0xf);
	say(maker, "[");
	for (unsigned high = 0; high < 256; high += 16)
		say(maker, "\\x%02x", high | (byte & 0xf));
	say(maker, "]");
	maker->made->may_break |= (byte & 0xf) == '\n';
}

static void make_range(Maker *maker)
{
	const unsigned byte = take(maker);
	const unsigned low = byte - (unsigned)below(maker, byte + 1) / 4;
	const unsigned high = byte + (unsigned)below(maker, 256 - byte) / 4;
	put(maker, "[%02x-%02x] ", low, high);
	say_range(maker, low, high);
}

static void make_repeat(Maker *maker)
{
	const unsigned byte = take(maker);
	size_t count = 1;
	while (maker->left > 0 && *maker->bytes == byte && count < 20) {
		(void)take(maker);
		count++;
	}
	put(maker, "%02x*%zu ", byte, count);
	say_range(maker, byte, byte);
	say(maker, "{%zu}", count);
}

/* ---- text ---- */

static void make_text(Maker *maker)
{
	const bool folds = below(maker, 2) == 0;
	const size_t most = 1 + below(maker, 12);
	put(maker, "\"");
	for (size_t i = 0; i < most && maker->left > 0; i++) {
		const unsigned byte = take(maker);
		put(maker, isalnum((int)byte) && i > 0 ? "%c" : "\\x%02x", byte);
		if (folds && isalpha((int)byte))
			say(maker, "[\\x%02x\\x%02x]", byte, byte ^ 0x20);
		else
			say_range(maker, byte, byte);
	}
	put(maker, folds ? "\"i " : "\" ");
}

/* What a letter is in a charset; 0: the letter's own value. e-acute is '\351'. */
static size_t encode(const char *charset, uint8_t letter, uint8_t out[2])
{
	const bool acute = letter == 0xe9 || letter == 0xc9;
	const unsigned place = (letter & 0x1fU) - 1; /* in the alphabet */
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
	if (strcmp(charset, "ebcdic") == 0 && acute)
		out[0] = letter == 0xe9 ? 0x51 : 0x71;
	else if (strcmp(charset, "ebcdic") == 0)
		out[0] = (uint8_t)((place < 9 ? 0x81 + place
					      : (place < 18 ? 0x91 + place - 9
							    : 0xa2 + place - 18)) +
				   (letter < 'a' ? 0x40 : 0));
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
		say_range(maker, bytes[i], bytes[i]);
}

static void make_charset_text(Maker *maker)
{
	const char *charset = charsets[below(maker, CHARSETS)];
	const bool folds = below(maker, 2) == 0;
	put(maker, "%s\"", charset);
	for (const char *at = words[below(maker, WORDS)]; *at; at++) {
		const uint8_t letter = (uint8_t)*at;
		put(maker, letter < 0x80 ? "%c" : "\303%c",
		    letter < 0x80 ? letter : letter - 0x40);
		say(maker, "(?:");
		say_letter(maker, charset, letter);
		if (folds) {
			say(maker, "|");
			say_letter(maker, charset, other_case(letter));
		}
		say(maker, ")");
	}
	put(maker, folds ? "\"i " : "\" ");
	maker->left = 0;
}

/* ---- numbers ---- */

typedef struct {
	unsigned size;
	bool big_endian;
	bool several; /* something has been said */
	uint64_t low, high;
	uint8_t from[8], to[8]; /* of each byte, the highest first */
} Span;

static void say_bytes(Maker *maker, Span *span)
{
	say(maker, span->several ? "|" : "");
	span->several = true;
	for (unsigned i = 0; i < span->size; i++) {
		const unsigned at = span->big_endian ? i : span->size - 1 - i;
		say_range(maker, span->from[at], span->to[at]);
	}
}

/* The numbers of a span whose first bytes are those of both limits, of one, or neither.
 */
static void say_span(Maker *maker, Span *span, unsigned at, bool at_low, bool at_high)
{
	if (at == span->size) {
		say_bytes(maker, span);
		return;
	}
	const unsigned shift = 8 * (span->size - 1 - at);
	unsigned low = at_low ? span->low >> shift & 0xff : 0;
	unsigned high = at_high ? span->high >> shift & 0xff : 0xff;
	const unsigned first = low;
	const unsigned last = high;
	const bool one = at_low && at_high && first == last;
	low += at_low ? 1 : 0;
	high -= at_high ? 1 : 0;
	if (at_low) {
		span->from[at] = span->to[at] = (uint8_t)first;
		say_span(maker, span, at + 1, true, one);
	}
	if (at_high && !one) {
		span->from[at] = span->to[at] = (uint8_t)last;
		say_span(maker, span, at + 1, false, true);
	}
	if (!one && low <= high && high < 256) {
		span->from[at] = (uint8_t)low;
		span->to[at] = (uint8_t)high;
		say_span(maker, span, at + 1, false, false);
	}
}

static uint64_t ones(unsigned size)
{
	return size == 8 ? UINT64_MAX : ((uint64_t)1 << 8 * size) - 1;
}

static void add_span(Maker *maker, Span *span, uint64_t low, uint64_t high)
{
	span->low = low & ones(span->size);
	span->high = high & ones(span->size);
	say_span(maker, span, 0, true, true);
}

static uint64_t take_bits(Maker *maker, const Span *span)
{
	uint64_t bits = 0;
	for (unsigned i = 0; i < span->size; i++) {
		const unsigned rank = span->big_endian ? span->size - 1 - i : i;
		bits |= (uint64_t)take(maker) << 8 * rank;
	}
	return bits;
}

static const char *endian(const Span *span)
{
	if (span->size == 1)
		return "";
	return span->big_endian ? "be" : "le";
}

static uint64_t some_distance(const Maker *maker, unsigned size)
{
	return (next_random(maker->state) & ones(size)) >> below(maker, 8 * size);
}

static void make_unsigned(Maker *maker, Span *span)
{
	const uint64_t bits = take_bits(maker, span);
	const uint64_t under = some_distance(maker, span->size);
	const uint64_t over = some_distance(maker, span->size);
	const uint64_t low = below(maker, 4) == 0 || under > bits ? bits : bits - under;
	const uint64_t high = below(maker, 4) == 0 || over > ones(span->size) - bits
				      ? bits
				      : bits + over;
	put(maker, "u%u%s:%llu", 8 * span->size, endian(span), (unsigned long long)low);
	put(maker, low == high ? " " : "..%llu ", (unsigned long long)high);
	add_span(maker, span, low, high);
}

static void make_signed(Maker *maker, Span *span)
{
	const unsigned shift = 64 - 8 * span->size;
	const int64_t value = (int64_t)(take_bits(maker, span) << shift) >> shift;
	const int64_t most = (int64_t)(ones(span->size) >> 1);
	const int64_t under = (int64_t)(some_distance(maker, span->size) >> 1);
	const int64_t over = (int64_t)(some_distance(maker, span->size) >> 1);
	const int64_t low = value < -most - 1 + under ? value : value - under;
	const int64_t high = value > most - over ? value : value + over;
	put(maker, "i%u%s:%lld..%lld ", 8 * span->size, endian(span), (long long)low,
	    (long long)high);
	if (low < 0)
		add_span(maker, span, (uint64_t)low,
			 high < 0 ? (uint64_t)high : UINT64_MAX);
	if (high >= 0)
		add_span(maker, span, low < 0 ? 0 : (uint64_t)low, (uint64_t)high);
}

static double decode_float(unsigned size, uint64_t bits)
{
	double value = 0;
	float narrow = 0;
	const uint32_t low = (uint32_t)bits;
	if (size == 8) {
		memcpy(&value, &bits, sizeof(value));
		return value;
	}
	if (size == 4) {
		memcpy(&narrow, &low, sizeof(narrow));
		return narrow;
	}
	const int exponent = low >> 10 & 0x1f;
	const int fraction = low & 0x3ff;
	if (exponent == 0x1f)
		return fraction ? NAN : INFINITY;
	return exponent ? ldexp(fraction + 0x400, exponent - 25) : ldexp(fraction, -24);
}

/* Of the numbers without a sign, which ascend with their bits, the first that is at least
 * (or beyond) limit. */
static uint64_t first_float(unsigned size, double value, double sign, double limit,
			    bool beyond)
{
	const uint64_t end[] = {[2] = 0x7c00, [4] = 0x7f800000, [8] = 0x7ff0000000000000};
	uint64_t low = 0;
	uint64_t high = end[size] + 1;
	while (low < high) {
		const uint64_t middle = low + (high - low) / 2;
		const double distance =
			sign * (sign * decode_float(size, middle) - value);
		if (beyond ? distance > limit : distance >= limit)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void make_float(Maker *maker, Span *span)
{
	const uint64_t sign_bit = (uint64_t)1 << (8 * span->size - 1);
	const uint64_t bits = take_bits(maker, span);
	double value = decode_float(span->size, bits & ~sign_bit);
	if (!isfinite(value) || value > 1e300)
		value = 1.5;
	value = bits & sign_bit ? -value : value;
	const double part = ldexp(1 + (double)below(maker, 100), -(int)below(maker, 40));
	const double epsilon = below(maker, 8) == 0 ? 0 : fabs(value) * part;
	put(maker, "f%u%s:%.17g~%.17g ", 8 * span->size, endian(span), value, epsilon);
	for (int i = 0; i < 2; i++) {
		const double sign = i ? -1 : 1;
		const uint64_t low =
			first_float(span->size, value, sign, -epsilon, false);
		const uint64_t end = first_float(span->size, value, sign, epsilon, true);
		if (low < end)
			add_span(maker, span, low | (i ? sign_bit : 0),
				 (end - 1) | (i ? sign_bit : 0));
	}
}

static void make_number(Maker *maker)
{
	static const unsigned sizes[] = {1, 2, 4, 8, 2, 4, 8};
	Span span = {.size = sizes[below(maker, 7)], .big_endian = below(maker, 2) == 0};
	if (maker->left < span.size) {
		make_byte(maker);
		return;
	}
	say(maker, "(?:");
	switch (below(maker, span.size > 1 ? 3 : 2)) {
	case 0:
		make_unsigned(maker, &span);
		break;
	case 1:
		make_signed(maker, &span);
		break;
	default:
		make_float(maker, &span);
		break;
	}
	say(maker, ")");
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
	put(maker, "%s", part);
	say(maker, "%s", part);
}

static void both_literal(Maker *maker, unsigned byte)
{
	both(maker, isalnum((int)byte) ? "%c" : "\\x%02x", byte);
	maker->made->may_break |= byte == '\n';
}

static void both_class(Maker *maker, unsigned byte)
{
	const size_t kind = below(maker, 4);
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
	both(maker, "%s", repeats[below(maker, sizeof(repeats) / sizeof(repeats[0]))]);
}

static void make_atom(Maker *maker)
{
	const unsigned byte = take(maker);
	switch (below(maker, 6)) {
	case 0:
	case 1:
		both_class(maker, byte);
		both_repeat(maker);
		break;
	case 2:
		both(maker, "(?:");
		both_literal(maker, byte);
		both(maker, "|");
		both_literal(maker, (unsigned)below(maker, 256));
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
	const bool folds = below(maker, 4) == 0;
	put(maker, "/");
	say(maker, folds ? "(?i)" : "");
	both(maker, "%s", before[below(maker, sizeof(before) / sizeof(before[0]))]);
	both_literal(maker, take(maker));
	while (maker->left > 0)
		make_atom(maker);
	both(maker, "%s", behind[below(maker, sizeof(behind) / sizeof(behind[0]))]);
	put(maker, folds ? "/i" : "/");
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
		makers[below(maker, sizeof(makers) / sizeof(makers[0]))](maker);
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
		put(&maker, " every %zu", out->every);
	}
}
