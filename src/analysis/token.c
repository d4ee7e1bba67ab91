/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/token.h"

#include <math.h>
#include <string.h>

#include "analysis/charset.h"
#include "base/digit.h"
#include "base/quoted.h"

static bool is_separator(char c)
{
	return c == ' ' || c == ',' || c == '\t' || c == '\n' || c == '\r';
}

static bool ends_token(const Lexer *lexer, size_t at)
{
	return at >= lexer->length || is_separator(lexer->text[at]) ||
	       lexer->text[at] == '*';
}

static size_t token_end(const Lexer *lexer)
{
	size_t end = lexer->at;
	while (!ends_token(lexer, end))
		end++;
	return end;
}

/* The text a lower parser saw began at by. */
static void add_byte(Token *token, uint8_t value, uint8_t mask)
{
	if (mask != 0xff && token->mask.length == 0) {
		for (size_t i = 0; i < token->value.length; i++)
			strbuf_add_char(&token->mask, (char)0xff);
	}
	if (mask != 0xff || token->mask.length > 0)
		strbuf_add_char(&token->mask, (char)mask);
	strbuf_add_char(&token->value, (char)value);
}

/* One digit, or "?". */
static bool read_nibble(char c, unsigned *value, unsigned *mask)
{
	const int digit = digit_value(c);
	if (digit < 0 && c != '?')
		return false;
	*value = digit < 0 ? 0 : (unsigned)digit;
	*mask = digit < 0 ? 0 : 0xf;
	return true;
}

static MhexStatus bad_character(const Lexer *lexer, size_t at, MhexError *err)
{
	const unsigned char c = (unsigned char)lexer->text[at];
	if (c < 0x20 || c >= 0x7f)
		return mhex_fail_at(err, at, "byte 0x%02x is no hexadecimal digit", c);
	return mhex_fail_at(err, at,
			    "'%c' is no hexadecimal digit; text is written in "
			    "double quotes",
			    c);
}

static MhexStatus parse_hex(Lexer *lexer, Token *token, MhexError *err)
{
	const char *text = lexer->text;
	size_t at = lexer->at;
	size_t end = token_end(lexer);
	lexer->at = end;
	if (end - at > 1 && (text[end - 1] == 'h' || text[end - 1] == 'H'))
		end--;
	if (end - at > 1 && text[at] == '0' &&
	    (text[at + 1] == 'x' || text[at + 1] == 'X'))
		at += 2;
	if (at == end)
		return mhex_fail_at(err, at, "hexadecimal digits are missing");
	while (at < end) {
		unsigned value[2] = {0, 0};
		unsigned mask[2] = {0, 0};
		if (text[at] == '\\' && at + 1 < end && text[at + 1] == 'x')
			at += 2;
		for (size_t i = 0; i < 2; i++, at++) {
			if (at == end || text[at] == '\\')
				return mhex_fail_at(err, at,
						    "an odd number of hexadecimal "
						    "digits");
			if (!read_nibble(text[at], &value[i], &mask[i]))
				return bad_character(lexer, at, err);
		}
		add_byte(token, (uint8_t)(value[0] << 4 | value[1]),
			 (uint8_t)(mask[0] << 4 | mask[1]));
	}
	return MHEX_OK;
}

/* "[30-39]" */
static MhexStatus parse_span(Lexer *lexer, Token *token, MhexError *err)
{
	static const char shape[] = "[##-##]";
	unsigned digits[4];
	size_t count = 0;
	for (size_t i = 0; i < sizeof(shape) - 1; i++) {
		const size_t at = lexer->at + i;
		const char c = at < lexer->length ? lexer->text[at] : '\0';
		const int digit = digit_value(c);
		if (shape[i] == '#' ? digit < 0 : c != shape[i])
			return mhex_fail_at(err, at,
					    "a range of bytes is written [30-39]");
		if (shape[i] == '#')
			digits[count++] = (unsigned)digit;
	}
	token->kind = TOKEN_SPAN;
	token->low = (uint8_t)(digits[0] << 4 | digits[1]);
	token->high = (uint8_t)(digits[2] << 4 | digits[3]);
	if (token->low > token->high)
		return mhex_fail_at(err, lexer->at + 1,
				    "the range ends before it begins");
	lexer->at += sizeof(shape) - 1;
	return MHEX_OK;
}

/* Charset, quotes, perhaps "i"; the name has name_length characters. */
static MhexStatus parse_text(Lexer *lexer, size_t name_length, Token *token,
			     MhexError *err)
{
	const size_t begin = lexer->at;
	const size_t quote = begin + name_length;
	Charset *charset = NULL;
	StrBuf raw = {0};
	size_t used = 0;
	MhexStatus status = mhex_error_shift(
		charset_open(&charset, lexer->text + begin, name_length, err), begin,
		err);
	if (status)
		return status;
	status = mhex_error_shift(quoted_parse(lexer->text + quote, lexer->length - quote,
					       &raw, &used, err),
				  quote, err);
	if (status)
		goto out;
	lexer->at = quote + used;
	if (lexer->at < lexer->length && lexer->text[lexer->at] == 'i') {
		lexer->at++;
		token->kind = TOKEN_ANYCASE;
		const CharsetCases cases = {&token->value, &token->other, &token->widths};
		status = charset_encode_cases(charset, strbuf_text(&raw), raw.length,
					      cases, err);
	} else {
		status = charset_encode(charset, strbuf_text(&raw), raw.length,
					&token->value, err);
	}
	status = mhex_error_shift(status, quote, err);
out:
	strbuf_free(&raw);
	charset_close(charset);
	return status;
}

static MhexStatus parse_double(const char *text, size_t length, double *out,
			       MhexError *err)
{
	const NumberType type = {'f', 8, false};
	uint8_t bytes[8];
	const MhexStatus status = number_encode(type, text, length, bytes, err);
	if (status)
		return status;
	*out = number_decode_float(type, bytes);
	if (!isfinite(*out))
		return mhex_fail_at(err, 0, "a range needs finite numbers");
	return MHEX_OK;
}

/* text[0, split) ~ text[split + 1, length) */
static MhexStatus parse_tolerance(const char *text, size_t length, size_t split,
				  PatternNumber *out, MhexError *err)
{
	const size_t second = split + 1;
	MhexStatus status = parse_double(text, split, &out->value, err);
	if (status)
		return status;
	status = mhex_error_shift(
		parse_double(text + second, length - second, &out->epsilon, err), second,
		err);
	if (!status && out->epsilon < 0)
		status = mhex_fail_at(err, second, "a tolerance is not negative");
	return status;
}

static uint64_t decode(NumberType type, const uint8_t *bytes)
{
	return type.kind == 'u' ? number_decode_unsigned(type, bytes)
				: (uint64_t)number_decode_signed(type, bytes);
}

/* text[0, split) .. text[split + 2, length) */
static MhexStatus parse_limits(NumberType type, const char *text, size_t length,
			       size_t split, PatternNumber *out, MhexError *err)
{
	const size_t second = split + 2;
	uint8_t bytes[8];
	MhexStatus status = number_encode(type, text, split, bytes, err);
	if (status)
		return status;
	out->low = decode(type, bytes);
	status = mhex_error_shift(
		number_encode(type, text + second, length - second, bytes, err), second,
		err);
	if (status)
		return status;
	out->high = decode(type, bytes);
	const bool reversed = type.kind == 'u' ? out->low > out->high
					       : (int64_t)out->low > (int64_t)out->high;
	if (reversed)
		return mhex_fail_at(err, second, "the range ends before it begins");
	return MHEX_OK;
}

/* Behind "TYPE:". */
static MhexStatus parse_typed_value(NumberType type, const char *text, size_t length,
				    Token *token, MhexError *err)
{
	const char *tilde = memchr(text, '~', length);
	const char *dots = memmem(text, length, "..", 2);
	uint8_t bytes[8];
	token->number = (PatternNumber){
		.kind = type.kind, .size = type.size, .big_endian = type.big_endian};
	if (tilde && type.kind == 'f') {
		token->kind = TOKEN_NUMBER;
		return parse_tolerance(text, length, (size_t)(tilde - text),
				       &token->number, err);
	}
	if (dots && type.kind != 'f') {
		token->kind = TOKEN_NUMBER;
		return parse_limits(type, text, length, (size_t)(dots - text),
				    &token->number, err);
	}
	if (tilde)
		return mhex_fail_at(err, (size_t)(tilde - text),
				    "whole numbers have a range A..B, not a tolerance");
	if (dots)
		return mhex_fail_at(err, (size_t)(dots - text),
				    "numbers with a point have a tolerance X~EPS, not a "
				    "range");
	const MhexStatus status = number_encode(type, text, length, bytes, err);
	if (!status)
		strbuf_add(&token->value, bytes, type.size);
	token->typed = true;
	return status;
}

static MhexStatus parse_typed(Lexer *lexer, size_t name_length, Token *token,
			      MhexError *err)
{
	lexer->at += name_length + 1;
	const size_t begin = lexer->at;
	lexer->at = token_end(lexer);
	return mhex_error_shift(parse_typed_value(token->type, lexer->text + begin,
						  lexer->at - begin, token, err),
				begin, err);
}

/* How many characters of a charset's name stand before a quote; SIZE_MAX: no quote. */
static size_t charset_length(const Lexer *lexer)
{
	size_t at = lexer->at;
	while (!ends_token(lexer, at) && lexer->text[at] != '"') {
		const char c = lexer->text[at];
		const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				    (c >= '0' && c <= '9');
		if (!letter && c != '-' && c != '_' && c != '.')
			return SIZE_MAX;
		at++;
	}
	return at < lexer->length && lexer->text[at] == '"' ? at - lexer->at : SIZE_MAX;
}

static MhexStatus parse_kind(Lexer *lexer, Token *token, MhexError *err)
{
	size_t used = charset_length(lexer);
	if (used != SIZE_MAX)
		return parse_text(lexer, used, token, err);
	if (number_type_parse(lexer->text + lexer->at, lexer->length - lexer->at,
			      &token->type, &used) &&
	    lexer->at + used < lexer->length && lexer->text[lexer->at + used] == ':')
		return parse_typed(lexer, used, token, err);
	if (lexer->text[lexer->at] == '[')
		return parse_span(lexer, token, err);
	return parse_hex(lexer, token, err);
}

static MhexStatus parse_repeat(Lexer *lexer, Token *token, MhexError *err)
{
	if (lexer->at == lexer->length || lexer->text[lexer->at] != '*')
		return MHEX_OK;
	const size_t begin = ++lexer->at;
	size_t used = 0;
	const MhexStatus status = number_parse_literal(
		lexer->text + begin, lexer->length - begin, &token->repeat, &used, err);
	lexer->at += used;
	return mhex_error_shift(status, begin, err);
}

static void reset(Token *token)
{
	strbuf_clear(&token->value);
	strbuf_clear(&token->mask);
	strbuf_clear(&token->other);
	strbuf_clear(&token->widths);
	token->kind = TOKEN_BYTES;
	token->repeat = 1;
	token->typed = false;
}

MhexStatus token_next(Lexer *lexer, Token *token, bool *end, MhexError *err)
{
	while (lexer->at < lexer->length && is_separator(lexer->text[lexer->at]))
		lexer->at++;
	*end = lexer->at == lexer->length;
	if (*end)
		return MHEX_OK;
	reset(token);
	token->begin = lexer->at;
	MhexStatus status = parse_kind(lexer, token, err);
	if (!status)
		status = parse_repeat(lexer, token, err);
	if (status)
		return status;
	if (lexer->at < lexer->length && !is_separator(lexer->text[lexer->at]))
		return mhex_fail_at(err, lexer->at, "a blank is missing here");
	if (token->value.failed || token->mask.failed)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	return MHEX_OK;
}

void token_free(Token *token)
{
	strbuf_free(&token->value);
	strbuf_free(&token->mask);
	strbuf_free(&token->other);
	strbuf_free(&token->widths);
}

uint8_t token_mask(const Token *token, size_t i)
{
	return token->mask.length > 0 ? (uint8_t)token->mask.text[i] : 0xff;
}

size_t token_length(const Token *token)
{
	switch (token->kind) {
	case TOKEN_SPAN:
		return 1;
	case TOKEN_NUMBER:
		return token->number.size;
	case TOKEN_BYTES:
	case TOKEN_ANYCASE:
	default:
		return token->value.length;
	}
}
