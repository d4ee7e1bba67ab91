/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/pattern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/element.h"
#include "analysis/regex.h"
#include "analysis/token.h"
#include "base/array.h"

typedef struct {
	ARRAY(PatternElement) elements;
	ARRAY(PatternNumber) numbers;
} Builder;

static bool add_number(Builder *builder, PatternNumber number, size_t begin)
{
	number.at = begin;
	return ARRAY_PUSH(&builder->numbers, number);
}

/* Both spellings of the character at i of an ANYCASE token, as one number each. */
static PatternNumber two_spellings(const Token *token, size_t i)
{
	const uint8_t size = (uint8_t)token->widths.text[i];
	const NumberType type = {'u', size, true};
	return (PatternNumber){
		.kind = 't',
		.size = size,
		.big_endian = true,
		.low = number_decode_unsigned(type,
					      (const uint8_t *)token->value.text + i),
		.high = number_decode_unsigned(type,
					       (const uint8_t *)token->other.text + i),
	};
}

/* How many bytes of the character at i have two values. */
static size_t differing(const Token *token, size_t i)
{
	size_t count = 0;
	for (size_t k = i; k < i + (uint8_t)token->widths.text[i]; k++)
		count += token->value.text[k] != token->other.text[k];
	return count;
}

static PatternElement element_of(const Token *token, size_t i)
{
	PatternElement element = {.kind = ELEMENT_MASK};
	switch (token->kind) {
	case TOKEN_SPAN:
		element.kind = ELEMENT_RANGE;
		element.low = token->low;
		element.high = token->high;
		break;
	case TOKEN_ANYCASE:
		element.value = (uint8_t)token->value.text[i];
		element.mask = 0xff;
		if (token->value.text[i] == token->other.text[i])
			break;
		element.kind = ELEMENT_EITHER;
		element.low = element.value;
		element.high = (uint8_t)token->other.text[i];
		break;
	case TOKEN_BYTES:
		element.mask = token_mask(token, i);
		element.value = (uint8_t)token->value.text[i] & element.mask;
		break;
	case TOKEN_NUMBER:
	default:
		break;
	}
	return element;
}

static uint64_t float_bits(double value, size_t size)
{
	uint64_t bits = 0;
	uint32_t half = 0;
	const float narrow = (float)value;
	if (size == sizeof(bits)) {
		memcpy(&bits, &value, sizeof(bits));
		return bits;
	}
	memcpy(&half, &narrow, sizeof(half));
	return half;
}

/* The bits of numbers of one sign ascend with what they are worth: low and high are those
 * of the limits, or both 0 where that says nothing. */
static void limit_float(PatternNumber *number)
{
	enum {
		SLACK = 4 /* what rounding may add, and more */
	};
	const double nearest = fabs(number->value) - number->epsilon;
	const double farthest = fabs(number->value) + number->epsilon;
	if (number->size < sizeof(float) || nearest <= 0)
		return;
	const double sign = number->value < 0 ? -1.0 : 1.0;
	const uint64_t low = float_bits(sign * nearest, number->size);
	const uint64_t sign_bit = (uint64_t)1 << (8 * number->size - 1);
	if ((low & ~sign_bit) <= SLACK)
		return;
	number->low = low - SLACK;
	number->high = float_bits(sign * farthest, number->size) + SLACK;
}

/* What a number in a range leaves its bytes, so that they can be searched for:
 * those at the high end that both limits share, then a range, then anything. */
static PatternElement element_of_number(const PatternNumber *number, size_t i)
{
	const PatternElement any = {.kind = ELEMENT_MASK};
	const size_t rank = number->big_endian ? number->size - 1U - i : i;
	const uint64_t low = number->low >> 8 * rank;
	const uint64_t high = number->high >> 8 * rank;
	/* Over zero the bytes of a signed number do not ascend with it. */
	const bool turns = number->kind == 'i' && (int64_t)number->low < 0 &&
			   (int64_t)number->high >= 0;
	if (turns || (number->kind == 'f' && number->high == 0) || low >> 8 != high >> 8)
		return any;
	if (low == high)
		return (PatternElement){
			.kind = ELEMENT_MASK, .value = (uint8_t)low, .mask = 0xff};
	return (PatternElement){
		.kind = ELEMENT_RANGE, .low = (uint8_t)low, .high = (uint8_t)high};
}

static bool add_once(Builder *builder, const Token *token)
{
	PatternNumber number = token->number;
	if (token->kind == TOKEN_NUMBER && number.kind == 'f')
		limit_float(&number);
	const size_t begin = builder->elements.count;
	const size_t length = token_length(token);
	if (!ARRAY_RESERVE(&builder->elements, begin + length))
		return false;
	for (size_t i = 0; i < length; i++) {
		builder->elements.items[builder->elements.count++] =
			token->kind == TOKEN_NUMBER ? element_of_number(&number, i)
						    : element_of(token, i);
		if (token->kind == TOKEN_ANYCASE && differing(token, i) > 1 &&
		    !add_number(builder, two_spellings(token, i), begin + i))
			return false;
	}
	return token->kind != TOKEN_NUMBER || add_number(builder, number, begin);
}

static MhexStatus add_token(Builder *builder, const Token *token, MhexError *err)
{
	const size_t length = token_length(token);
	const size_t room = PATTERN_MAX - builder->elements.count;
	if (length == 0)
		return MHEX_OK;
	if (token->repeat > room / length) {
		(void)mhex_fail_at(err, token->begin, "a pattern has at most %d bytes",
				   PATTERN_MAX);
		if (err)
			err->status = MHEX_E_RANGE;
		return MHEX_E_RANGE;
	}
	for (uint64_t n = 0; n < token->repeat; n++) {
		if (!add_once(builder, token))
			return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	}
	return MHEX_OK;
}

static MhexStatus parse(Builder *builder, Lexer *lexer, MhexError *err)
{
	Token token = {0};
	bool end = false;
	MhexStatus status = token_next(lexer, &token, &end, err);
	while (!status && !end) {
		status = add_token(builder, &token, err);
		if (!status)
			status = token_next(lexer, &token, &end, err);
	}
	token_free(&token);
	if (!status && builder->elements.count == 0)
		status = mhex_fail_at(err, 0, "the pattern is empty");
	return status;
}

static MhexStatus parse_regex(Pattern *out, const char *text, size_t length,
			      MhexError *err)
{
	const MhexStatus status = regex_parse(&out->regex, text, length, err);
	if (status)
		return status;
	out->length = REGEX_REACH;
	out->before = regex_before(out->regex);
	return MHEX_OK;
}

MhexStatus pattern_parse(Pattern *out, const char *text, size_t text_length,
			 MhexError *err)
{
	Lexer lexer = {text, text_length, 0};
	Builder builder = {0};
	*out = (Pattern){0};
	while (lexer.at < text_length &&
	       (text[lexer.at] == ' ' || text[lexer.at] == '\t'))
		lexer.at++;
	if (lexer.at < text_length && text[lexer.at] == '/')
		return mhex_error_shift(
			parse_regex(out, text + lexer.at, text_length - lexer.at, err),
			lexer.at, err);
	const MhexStatus status = parse(&builder, &lexer, err);
	if (status) {
		ARRAY_FREE(&builder.elements);
		ARRAY_FREE(&builder.numbers);
		return status;
	}
	*out = (Pattern){.length = builder.elements.count,
			 .elements = builder.elements.items,
			 .numbers = builder.numbers.items,
			 .number_count = builder.numbers.count};
	return MHEX_OK;
}

void pattern_free(Pattern *pattern)
{
	regex_free(pattern->regex);
	free(pattern->elements);
	free(pattern->numbers);
	*pattern = (Pattern){0};
}

static bool number_matches(const PatternNumber *number, const uint8_t *bytes)
{
	const NumberType type = {number->kind, number->size, number->big_endian};
	switch (number->kind) {
	case 'u': {
		const uint64_t value = number_decode_unsigned(type, bytes);
		return value >= number->low && value <= number->high;
	}
	case 'i': {
		const int64_t value = number_decode_signed(type, bytes);
		return value >= (int64_t)number->low && value <= (int64_t)number->high;
	}
	case 't': {
		const uint64_t value = number_decode_unsigned(type, bytes);
		return value == number->low || value == number->high;
	}
	default:
		return fabs(number_decode_float(type, bytes) - number->value) <=
		       number->epsilon;
	}
}

bool pattern_numbers_match(const Pattern *pattern, const uint8_t *bytes)
{
	for (size_t i = 0; i < pattern->number_count; i++) {
		if (!number_matches(&pattern->numbers[i], bytes + pattern->numbers[i].at))
			return false;
	}
	return true;
}

bool pattern_matches(const Pattern *pattern, const uint8_t *bytes)
{
	for (size_t i = 0; i < pattern->length; i++) {
		if (!element_accepts(&pattern->elements[i], bytes[i]))
			return false;
	}
	return pattern_numbers_match(pattern, bytes);
}
