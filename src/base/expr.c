/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/expr.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/expr_parser.h"
#include "base/number.h"

enum {
	DEPTH_MAX = 64,
};

static MhexStatus parse_binary(ExprParser *parser, int level, Wide *out);

MhexStatus expr_fail(const ExprParser *parser, MhexStatus status, size_t caret,
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

char expr_peek(const ExprParser *parser, size_t ahead)
{
	const size_t at = parser->at + ahead;
	return at < parser->length ? parser->text[at] : '\0';
}

void expr_skip_blanks(ExprParser *parser)
{
	while (expr_peek(parser, 0) == ' ' || expr_peek(parser, 0) == '\t')
		parser->at++;
}

bool expr_at_dots(const ExprParser *parser)
{
	return expr_peek(parser, 0) == '.' && expr_peek(parser, 1) == '.';
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

static MhexStatus parse_number(ExprParser *parser, Wide *out)
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
	if (expr_peek(parser, 0) != '%')
		return MHEX_OK;
	parser->at++;
	if (is_word(expr_peek(parser, 0)))
		return expr_fail(
			parser, MHEX_E_SYNTAX, parser->at,
			"%% behind a number is percent of the size; a remainder has "
			"a blank before the %%");
	if (!wide_multiply(*out, wide_from_unsigned(parser->env->size), out))
		return expr_fail(parser, MHEX_E_RANGE, begin, "the number is too large");
	Wide rest = {0};
	(void)wide_divide(*out, wide_from_unsigned(100), out, &rest);
	return MHEX_OK;
}

static MhexStatus parse_mark(ExprParser *parser, Wide *out)
{
	const size_t quote = parser->at++;
	const size_t begin = parser->at;
	uint64_t offset = 0;
	while (is_word(expr_peek(parser, 0)))
		parser->at++;
	const int length = (int)(parser->at - begin);
	if (length == 0)
		return expr_fail(parser, MHEX_E_SYNTAX, quote,
				 "a mark's name is missing");
	if (!parser->env->mark)
		return expr_fail(parser, MHEX_E_NOTFOUND, quote,
				 "there are no marks here");
	if (!parser->env->mark(parser->env->context, parser->text + begin, (size_t)length,
			       &offset))
		return expr_fail(parser, MHEX_E_NOTFOUND, quote,
				 "the mark '%.*s is not set", length,
				 parser->text + begin);
	*out = wide_from_unsigned(offset);
	return MHEX_OK;
}

static MhexStatus parse_parenthesis(ExprParser *parser, Wide *out)
{
	const size_t begin = parser->at++;
	const MhexStatus status = parse_binary(parser, 0, out);
	if (status)
		return status;
	expr_skip_blanks(parser);
	if (expr_peek(parser, 0) != ')')
		return expr_fail(parser, MHEX_E_SYNTAX, begin,
				 "the closing parenthesis is missing");
	parser->at++;
	return MHEX_OK;
}

/* A number, mark, ".", "$" or parenthesis: what may stand behind "@". */
static MhexStatus parse_operand(ExprParser *parser, Wide *out)
{
	expr_skip_blanks(parser);
	const char c = expr_peek(parser, 0);
	if (is_digit(c))
		return parse_number(parser, out);
	switch (c) {
	case '\'':
		return parse_mark(parser, out);
	case '(':
		return parse_parenthesis(parser, out);
	case '$':
		parser->at++;
		*out = wide_from_unsigned(parser->env->size);
		return MHEX_OK;
	case '.':
		if (expr_at_dots(parser))
			break;
		parser->at++;
		*out = wide_from_unsigned(parser->env->cursor);
		return MHEX_OK;
	default:
		break;
	}
	if (is_word(c))
		return expr_fail(
			parser, MHEX_E_SYNTAX, parser->at,
			"not a number; hexadecimal ones begin with a digit: 0xff or "
			"0ffh");
	return expr_fail(parser, MHEX_E_SYNTAX, parser->at, "a number is missing");
}

static MhexStatus read_value(const ExprParser *parser, NumberType type, size_t caret,
			     Wide offset, Wide *out)
{
	uint8_t bytes[8];
	uint64_t at = 0;
	const ExprEnv *env = parser->env;
	if (type.kind == 'f')
		return expr_fail(parser, MHEX_E_SYNTAX, caret,
				 "an offset is a whole number: read u or i");
	if (!env->read)
		return expr_fail(parser, MHEX_E_UNSUPPORTED, caret,
				 "there is no document to read from");
	if (!wide_to_unsigned(offset, &at) || !range_fits(at, type.size, env->size))
		return expr_fail(parser, MHEX_E_RANGE, caret,
				 "the value to read lies past the end (0x%" PRIx64 ")",
				 env->size);
	const MhexStatus status =
		env->read(env->context, at, bytes, type.size, parser->err);
	if (status) {
		if (parser->err && parser->err->caret < 0)
			parser->err->caret = (int)caret;
		return status;
	}
	*out = type.kind == 'u' ? wide_from_unsigned(number_decode_unsigned(type, bytes))
				: wide_from_signed(number_decode_signed(type, bytes));
	return MHEX_OK;
}

static MhexStatus parse_primary(ExprParser *parser, Wide *out)
{
	NumberType type;
	size_t used = 0;
	expr_skip_blanks(parser);
	const size_t begin = parser->at;
	if (!number_type_parse(parser->text + begin, parser->length - begin, &type,
			       &used) ||
	    expr_peek(parser, used) != '@')
		return parse_operand(parser, out);
	parser->at += used + 1;
	Wide offset = {0};
	const MhexStatus status = parse_operand(parser, &offset);
	return status ? status : read_value(parser, type, begin, offset, out);
}

static MhexStatus parse_unary(ExprParser *parser, Wide *out)
{
	expr_skip_blanks(parser);
	const size_t begin = parser->at;
	const char c = expr_peek(parser, 0);
	if (parser->depth >= DEPTH_MAX)
		return expr_fail(parser, MHEX_E_SYNTAX, begin, "nested too deeply");
	parser->depth++;
	MhexStatus status = MHEX_OK;
	if (c == '-' || c == '+' || c == '~') {
		parser->at++;
		status = parse_unary(parser, out);
		if (!status && c == '-' &&
		    !wide_subtract(wide_from_unsigned(0), *out, out))
			status = expr_fail(parser, MHEX_E_RANGE, begin,
					   "the value is too large");
		if (!status && c == '~')
			*out = wide_not(*out);
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
static const char *operator_here(const ExprParser *parser, int level)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		const char *text = operators[i].text;
		if (operators[i].level == level && expr_peek(parser, 0) == text[0] &&
		    (!text[1] || expr_peek(parser, 1) == text[1]))
			return text;
	}
	return NULL;
}

static MhexStatus apply_shift(const ExprParser *parser, char op, size_t caret, Wide right,
			      Wide *left)
{
	uint64_t bits = 0;
	if (!wide_to_unsigned(right, &bits) || bits >= WIDE_BITS)
		return expr_fail(parser, MHEX_E_RANGE, caret,
				 "cannot shift by that many bits");
	if (op == '>') {
		*left = wide_shift_right(*left, (unsigned)bits);
		return MHEX_OK;
	}
	if (!wide_shift_left(*left, (unsigned)bits, left))
		return expr_fail(parser, MHEX_E_RANGE, caret, "the value is too large");
	return MHEX_OK;
}

static MhexStatus apply_division(const ExprParser *parser, char op, size_t caret,
				 Wide right, Wide *left)
{
	Wide quotient = {0}, remainder = {0};
	if (wide_compare(right, wide_from_unsigned(0)) == 0)
		return expr_fail(parser, MHEX_E_RANGE, caret, "division by zero");
	if (!wide_divide(*left, right, &quotient, &remainder))
		return expr_fail(parser, MHEX_E_RANGE, caret, "the value is too large");
	*left = op == '/' ? quotient : remainder;
	return MHEX_OK;
}

static MhexStatus apply(const ExprParser *parser, char op, size_t caret, Wide right,
			Wide *left)
{
	bool fits = true;
	switch (op) {
	case '|':
		*left = wide_or(*left, right);
		break;
	case '^':
		*left = wide_xor(*left, right);
		break;
	case '&':
		*left = wide_and(*left, right);
		break;
	case '+':
		fits = wide_add(*left, right, left);
		break;
	case '-':
		fits = wide_subtract(*left, right, left);
		break;
	case '*':
		fits = wide_multiply(*left, right, left);
		break;
	case '/':
	case '%':
		return apply_division(parser, op, caret, right, left);
	default:
		return apply_shift(parser, op, caret, right, left);
	}
	return fits ? MHEX_OK
		    : expr_fail(parser, MHEX_E_RANGE, caret, "the value is too large");
}

/* Operands joined by operators of this level or tighter ones. */
static MhexStatus parse_binary(ExprParser *parser, int level, Wide *out)
{
	if (level == LEVEL_COUNT)
		return parse_unary(parser, out);
	MhexStatus status = parse_binary(parser, level + 1, out);
	while (!status) {
		expr_skip_blanks(parser);
		const char *op = operator_here(parser, level);
		if (!op)
			break;
		const size_t caret = parser->at;
		Wide right = {0};
		parser->at += strlen(op);
		status = parse_binary(parser, level + 1, &right);
		if (!status)
			status = apply(parser, op[0], caret, right, out);
	}
	return status;
}

MhexStatus expr_parse_next(ExprParser *parser, uint64_t *out)
{
	expr_skip_blanks(parser);
	const size_t begin = parser->at;
	const bool relative = expr_peek(parser, 0) == '+' || expr_peek(parser, 0) == '-';
	Wide value = {0};
	const MhexStatus status = parse_binary(parser, 0, &value);
	if (status)
		return status;
	if (relative && !wide_add(value, wide_from_unsigned(parser->env->cursor), &value))
		return expr_fail(parser, MHEX_E_RANGE, begin, "the value is too large");
	if (wide_is_negative(value))
		return expr_fail(parser, MHEX_E_RANGE, begin,
				 "that lies before the beginning");
	if (!wide_to_unsigned(value, out))
		return expr_fail(parser, MHEX_E_RANGE, begin,
				 "that lies beyond 2^64-1, the last offset there can be");
	return MHEX_OK;
}

MhexStatus expr_expect_end(ExprParser *parser)
{
	expr_skip_blanks(parser);
	if (parser->at == parser->length)
		return MHEX_OK;
	const unsigned char c = (unsigned char)parser->text[parser->at];
	if (c < 0x20 || c >= 0x7f)
		return expr_fail(parser, MHEX_E_SYNTAX, parser->at,
				 "unexpected byte 0x%02x behind the number", c);
	return expr_fail(parser, MHEX_E_SYNTAX, parser->at,
			 "unexpected '%c' behind the number", c);
}

ExprParser expr_parser(const char *text, size_t length, const ExprEnv *env,
		       MhexError *err)
{
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	ExprParser parser = {.text = text, .length = length, .env = env, .err = err};
	expr_skip_blanks(&parser);
	return parser;
}

MhexStatus expr_parse(const char *text, size_t length, const ExprEnv *env, uint64_t *out,
		      MhexError *err)
{
	ExprParser parser = expr_parser(text, length, env, err);
	uint64_t value = 0;
	MhexStatus status = expr_parse_next(&parser, &value);
	if (!status)
		status = expr_expect_end(&parser);
	if (!status)
		*out = value;
	return status;
}
