/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/expr.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

enum {
	DEPTH_MAX = 64,
	SHIFT_MAX = 127,
}; /* bits */

__extension__ typedef unsigned __int128 UnsignedWide;

/* A recursive descent over text; at is where it stands. */
typedef struct {
	const char *text;
	size_t length;
	size_t at;
	int depth;
	const ExprEnv *env;
	MhexError *err;
} Parser;

static MhexStatus parse_binary(Parser *parser, int level, Wide *out);

static MhexStatus fail(const Parser *parser, MhexStatus status, size_t caret,
		       const char *format, ...) __attribute__((format(printf, 4, 5)));

static MhexStatus fail(const Parser *parser, MhexStatus status, size_t caret,
		       const char *format, ...)
{
	if (!parser->err)
		return status;
	va_list args;
	va_start(args, format);
	(void)vsnprintf(parser->err->message, sizeof(parser->err->message), format, args);
	va_end(args);
	parser->err->status = status;
	parser->err->sys_errno = 0;
	parser->err->caret = (int)caret;
	return status;
}

static char peek(const Parser *parser, size_t ahead)
{
	const size_t at = parser->at + ahead;
	return at < parser->length ? parser->text[at] : '\0';
}

static void skip_blanks(Parser *parser)
{
	while (peek(parser, 0) == ' ' || peek(parser, 0) == '\t')
		parser->at++;
}

static bool at_dots(const Parser *parser)
{
	return peek(parser, 0) == '.' && peek(parser, 1) == '.';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_';
}

static MhexStatus parse_number(Parser *parser, Wide *out)
{
	const size_t begin = parser->at;
	size_t used = 0;
	const MhexStatus status = number_parse_wide(
		parser->text + begin, parser->length - begin, out, &used, parser->err);
	if (status) {
		if (parser->err && parser->err->caret >= 0)
			parser->err->caret += (int)begin;
		return status;
	}
	parser->at += used;
	if (peek(parser, 0) != '%')
		return MHEX_OK;
	parser->at++;
	if (is_word(peek(parser, 0)))
		return fail(parser, MHEX_E_SYNTAX, parser->at,
			    "%% behind a number is percent of the size; a remainder has "
			    "a blank before the %%");
	if (__builtin_mul_overflow(*out, (Wide)parser->env->size, out))
		return fail(parser, MHEX_E_RANGE, begin, "the number is too large");
	*out /= 100;
	return MHEX_OK;
}

static MhexStatus parse_mark(Parser *parser, Wide *out)
{
	const size_t quote = parser->at++;
	const size_t begin = parser->at;
	uint64_t offset = 0;
	while (is_word(peek(parser, 0)))
		parser->at++;
	const int length = (int)(parser->at - begin);
	if (length == 0)
		return fail(parser, MHEX_E_SYNTAX, quote, "a mark's name is missing");
	if (!parser->env->mark)
		return fail(parser, MHEX_E_NOTFOUND, quote, "there are no marks here");
	if (!parser->env->mark(parser->env->context, parser->text + begin, (size_t)length,
			       &offset))
		return fail(parser, MHEX_E_NOTFOUND, quote, "the mark '%.*s is not set",
			    length, parser->text + begin);
	*out = (Wide)offset;
	return MHEX_OK;
}

static MhexStatus parse_parenthesis(Parser *parser, Wide *out)
{
	const size_t begin = parser->at++;
	const MhexStatus status = parse_binary(parser, 0, out);
	if (status)
		return status;
	skip_blanks(parser);
	if (peek(parser, 0) != ')')
		return fail(parser, MHEX_E_SYNTAX, begin,
			    "the closing parenthesis is missing");
	parser->at++;
	return MHEX_OK;
}

/* A number, mark, ".", "$" or parenthesis: what may stand behind "@". */
static MhexStatus parse_operand(Parser *parser, Wide *out)
{
	skip_blanks(parser);
	const char c = peek(parser, 0);
	if (is_digit(c))
		return parse_number(parser, out);
	switch (c) {
	case '\'':
		return parse_mark(parser, out);
	case '(':
		return parse_parenthesis(parser, out);
	case '$':
		parser->at++;
		*out = (Wide)parser->env->size;
		return MHEX_OK;
	case '.':
		if (at_dots(parser))
			break;
		parser->at++;
		*out = (Wide)parser->env->cursor;
		return MHEX_OK;
	default:
		break;
	}
	if (is_word(c))
		return fail(parser, MHEX_E_SYNTAX, parser->at,
			    "not a number; hexadecimal ones begin with a digit: 0xff or "
			    "0ffh");
	return fail(parser, MHEX_E_SYNTAX, parser->at, "a number is missing");
}

static MhexStatus read_value(const Parser *parser, NumberType type, size_t caret,
			     Wide offset, Wide *out)
{
	uint8_t bytes[8];
	const ExprEnv *env = parser->env;
	if (type.kind == 'f')
		return fail(parser, MHEX_E_SYNTAX, caret,
			    "an offset is a whole number: read u or i");
	if (!env->read)
		return fail(parser, MHEX_E_UNSUPPORTED, caret,
			    "there is no document to read from");
	if (offset < 0 || offset > UINT64_MAX ||
	    !range_fits((uint64_t)offset, type.size, env->size))
		return fail(parser, MHEX_E_RANGE, caret,
			    "the value to read lies past the end (0x%" PRIx64 ")",
			    env->size);
	const MhexStatus status =
		env->read(env->context, (uint64_t)offset, bytes, type.size, parser->err);
	if (status) {
		if (parser->err && parser->err->caret < 0)
			parser->err->caret = (int)caret;
		return status;
	}
	*out = type.kind == 'u' ? (Wide)number_decode_unsigned(type, bytes)
				: (Wide)number_decode_signed(type, bytes);
	return MHEX_OK;
}

static MhexStatus parse_primary(Parser *parser, Wide *out)
{
	NumberType type;
	size_t used = 0;
	skip_blanks(parser);
	const size_t begin = parser->at;
	if (!number_type_parse(parser->text + begin, parser->length - begin, &type,
			       &used) ||
	    peek(parser, used) != '@')
		return parse_operand(parser, out);
	parser->at += used + 1;
	Wide offset = 0;
	const MhexStatus status = parse_operand(parser, &offset);
	return status ? status : read_value(parser, type, begin, offset, out);
}

static MhexStatus parse_unary(Parser *parser, Wide *out)
{
	skip_blanks(parser);
	const size_t begin = parser->at;
	const char c = peek(parser, 0);
	if (parser->depth >= DEPTH_MAX)
		return fail(parser, MHEX_E_SYNTAX, begin, "nested too deeply");
	parser->depth++;
	MhexStatus status = MHEX_OK;
	if (c == '-' || c == '+' || c == '~') {
		parser->at++;
		status = parse_unary(parser, out);
		if (!status && c == '-' && __builtin_sub_overflow((Wide)0, *out, out))
			status = fail(parser, MHEX_E_RANGE, begin,
				      "the value is too large");
		if (!status && c == '~')
			*out = ~*out;
	} else {
		status = parse_primary(parser, out);
	}
	parser->depth--;
	return status;
}

/* C's precedence, the loosest first. */
static const struct {
	char text[3];
	int level;
} operators[] = {
	{"|", 0}, {"^", 1}, {"&", 2}, {"<<", 3}, {">>", 3},
	{"+", 4}, {"-", 4}, {"*", 5}, {"/", 5},  {"%", 5},
};

enum {
	LEVEL_COUNT = 6
};

/* The operator of this level that stands here, NULL if there is none. */
static const char *operator_here(const Parser *parser, int level)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		const char *text = operators[i].text;
		if (operators[i].level == level && peek(parser, 0) == text[0] &&
		    (!text[1] || peek(parser, 1) == text[1]))
			return text;
	}
	return NULL;
}

static MhexStatus apply_shift(const Parser *parser, char op, size_t caret, Wide right,
			      Wide *left)
{
	if (right < 0 || right > SHIFT_MAX)
		return fail(parser, MHEX_E_RANGE, caret,
			    "cannot shift by that many bits");
	if (op == '>') {
		*left >>= right;
		return MHEX_OK;
	}
	const Wide shifted = (Wide)((UnsignedWide)*left << right);
	if (shifted >> right != *left)
		return fail(parser, MHEX_E_RANGE, caret, "the value is too large");
	*left = shifted;
	return MHEX_OK;
}

static MhexStatus apply_division(const Parser *parser, char op, size_t caret, Wide right,
				 Wide *left)
{
	const Wide least = (Wide)((UnsignedWide)1 << SHIFT_MAX);
	if (right == 0)
		return fail(parser, MHEX_E_RANGE, caret, "division by zero");
	if (right == -1 && *left == least)
		return fail(parser, MHEX_E_RANGE, caret, "the value is too large");
	*left = op == '/' ? *left / right : *left % right;
	return MHEX_OK;
}

static MhexStatus apply(const Parser *parser, char op, size_t caret, Wide right,
			Wide *left)
{
	bool overflow = false;
	switch (op) {
	case '|':
		*left |= right;
		break;
	case '^':
		*left ^= right;
		break;
	case '&':
		*left &= right;
		break;
	case '+':
		overflow = __builtin_add_overflow(*left, right, left);
		break;
	case '-':
		overflow = __builtin_sub_overflow(*left, right, left);
		break;
	case '*':
		overflow = __builtin_mul_overflow(*left, right, left);
		break;
	case '/':
	case '%':
		return apply_division(parser, op, caret, right, left);
	default:
		return apply_shift(parser, op, caret, right, left);
	}
	return overflow ? fail(parser, MHEX_E_RANGE, caret, "the value is too large")
			: MHEX_OK;
}

/* Operands joined by operators of this level or tighter ones. */
static MhexStatus parse_binary(Parser *parser, int level, Wide *out)
{
	if (level == LEVEL_COUNT)
		return parse_unary(parser, out);
	MhexStatus status = parse_binary(parser, level + 1, out);
	while (!status) {
		skip_blanks(parser);
		const char *op = operator_here(parser, level);
		if (!op)
			break;
		const size_t caret = parser->at;
		Wide right = 0;
		parser->at += strlen(op);
		status = parse_binary(parser, level + 1, &right);
		if (!status)
			status = apply(parser, op[0], caret, right, out);
	}
	return status;
}

/* One EXPR, up to where it ends; not yet 0 ... 2^64-1. */
static MhexStatus parse_expr(Parser *parser, uint64_t *out)
{
	skip_blanks(parser);
	const size_t begin = parser->at;
	const bool relative = peek(parser, 0) == '+' || peek(parser, 0) == '-';
	Wide value = 0;
	const MhexStatus status = parse_binary(parser, 0, &value);
	if (status)
		return status;
	if (relative && __builtin_add_overflow(value, (Wide)parser->env->cursor, &value))
		return fail(parser, MHEX_E_RANGE, begin, "the value is too large");
	if (value < 0)
		return fail(parser, MHEX_E_RANGE, begin,
			    "that lies before the beginning");
	if (value > UINT64_MAX)
		return fail(parser, MHEX_E_RANGE, begin,
			    "that lies beyond 2^64-1, the last offset there can be");
	*out = (uint64_t)value;
	return MHEX_OK;
}

static MhexStatus expect_end(Parser *parser)
{
	skip_blanks(parser);
	if (parser->at == parser->length)
		return MHEX_OK;
	const unsigned char c = (unsigned char)parser->text[parser->at];
	if (c < 0x20 || c >= 0x7f)
		return fail(parser, MHEX_E_SYNTAX, parser->at,
			    "unexpected byte 0x%02x behind the number", c);
	return fail(parser, MHEX_E_SYNTAX, parser->at,
		    "unexpected '%c' behind the number", c);
}

static Parser parser_of(const char *text, size_t length, const ExprEnv *env,
			MhexError *err)
{
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	Parser parser = {.text = text, .length = length, .env = env, .err = err};
	skip_blanks(&parser);
	return parser;
}

MhexStatus expr_parse(const char *text, size_t length, const ExprEnv *env, uint64_t *out,
		      MhexError *err)
{
	Parser parser = parser_of(text, length, env, err);
	uint64_t value = 0;
	MhexStatus status = parse_expr(&parser, &value);
	if (!status)
		status = expect_end(&parser);
	if (!status)
		*out = value;
	return status;
}

/* "%", "." or "sel" alone. False: something else. */
static bool parse_range_word(const Parser *parser, Range *out, MhexStatus *status)
{
	const char *word = parser->text + parser->at;
	const size_t length = parser->length - parser->at;
	const ExprEnv *env = parser->env;
	*status = MHEX_OK;
	if (length == 1 && *word == '%') {
		*out = (Range){0, env->size};
		return true;
	}
	if (length == 1 && *word == '.') {
		*out = (Range){env->cursor, 1};
		if (env->cursor >= env->size)
			*status = fail(parser, MHEX_E_RANGE, parser->at,
				       "there is no byte at the cursor");
		return true;
	}
	if (length != 3 || memcmp(word, "sel", 3) != 0)
		return false;
	*out = env->selection;
	if (!env->has_selection)
		*status =
			fail(parser, MHEX_E_NOTFOUND, parser->at, "nothing is selected");
	return true;
}

/* Behind "A..". */
static MhexStatus parse_range_end(Parser *parser, uint64_t begin, Range *out)
{
	uint64_t end = parser->env->size;
	skip_blanks(parser);
	const size_t caret = parser->at;
	const bool missing = parser->at == parser->length;
	const MhexStatus status = missing ? MHEX_OK : parse_expr(parser, &end);
	if (status)
		return status;
	/* A beginning past the end is named as such by the caller. */
	if (end < begin && !(missing && begin > parser->env->size))
		return fail(parser, MHEX_E_RANGE, caret,
			    "the range ends (0x%" PRIx64 ") before it begins (0x%" PRIx64
			    ")",
			    end, begin);
	*out = range_between(begin, end);
	return MHEX_OK;
}

/* Behind "A,". */
static MhexStatus parse_range_length(Parser *parser, uint64_t begin, Range *out)
{
	skip_blanks(parser);
	if (peek(parser, 0) != '+')
		return fail(parser, MHEX_E_SYNTAX, parser->at,
			    "a length is written A,+N, an end A..B");
	parser->at++;
	skip_blanks(parser);
	const size_t caret = parser->at;
	if (peek(parser, 0) == '+' || peek(parser, 0) == '-')
		return fail(parser, MHEX_E_SYNTAX, caret, "a length has no sign");
	uint64_t length = 0;
	const MhexStatus status = parse_expr(parser, &length);
	if (status)
		return status;
	if (length > UINT64_MAX - begin)
		return fail(parser, MHEX_E_RANGE, caret,
			    "the range is past the end (0x%" PRIx64 ")",
			    parser->env->size);
	*out = (Range){begin, length};
	return MHEX_OK;
}

static MhexStatus parse_range(Parser *parser, Range *out)
{
	MhexStatus status = MHEX_OK;
	if (parse_range_word(parser, out, &status))
		return status;
	const size_t caret = parser->at;
	uint64_t begin = 0;
	if (!at_dots(parser))
		status = parse_expr(parser, &begin);
	if (status)
		return status;
	skip_blanks(parser);
	if (at_dots(parser)) {
		parser->at += 2;
		status = parse_range_end(parser, begin, out);
	} else if (peek(parser, 0) == ',') {
		parser->at++;
		status = parse_range_length(parser, begin, out);
	} else if (parser->at == parser->length) {
		return fail(parser, MHEX_E_SYNTAX, parser->at,
			    "a range is A..B, A,+N, %%, . or sel");
	}
	if (!status)
		status = expect_end(parser);
	if (!status && !range_fits(out->offset, out->length, parser->env->size))
		status = fail(parser, MHEX_E_RANGE, caret,
			      "the range 0x%" PRIx64 "..0x%" PRIx64
			      " reaches past the end (0x%" PRIx64 ")",
			      out->offset, range_end(*out), parser->env->size);
	return status;
}

MhexStatus expr_parse_range(const char *text, size_t length, const ExprEnv *env,
			    Range *out, MhexError *err)
{
	Parser parser = parser_of(text, length, env, err);
	Range range = {0, 0};
	const MhexStatus status = parse_range(&parser, &range);
	if (!status)
		*out = range;
	return status;
}
