/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <string.h>

#include "base/expr.h"
#include "base/expr_parser.h"

static MhexStatus expect_fits(const ExprParser *parser, size_t caret, Range range)
{
	if (range_fits(range.offset, range.length, parser->env->size))
		return MHEX_OK;
	return expr_fail(parser, MHEX_E_RANGE, caret,
			 "the range 0x%" PRIx64 "..0x%" PRIx64
			 " reaches past the end (0x%" PRIx64 ")",
			 range.offset, range_end(range), parser->env->size);
}

/* "%", "." or "sel" alone. False: something else. */
static bool parse_range_word(const ExprParser *parser, Range *out, MhexStatus *status)
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
			*status = expr_fail(parser, MHEX_E_RANGE, parser->at,
					    "there is no byte at the cursor");
		return true;
	}
	if (length != 3 || memcmp(word, "sel", 3) != 0)
		return false;
	*out = env->selection;
	if (!env->has_selection)
		*status = expr_fail(parser, MHEX_E_NOTFOUND, parser->at,
				    "nothing is selected");
	else
		*status = expect_fits(parser, parser->at, *out);
	return true;
}

/* Behind "A..". */
static MhexStatus parse_range_end(ExprParser *parser, uint64_t begin, Range *out)
{
	uint64_t end = parser->env->size;
	expr_skip_blanks(parser);
	const size_t caret = parser->at;
	const bool missing = parser->at == parser->length;
	const MhexStatus status = missing ? MHEX_OK : expr_parse_next(parser, &end);
	if (status)
		return status;
	/* A beginning past the end is named as such by the caller. */
	if (end < begin && !(missing && begin > parser->env->size))
		return expr_fail(parser, MHEX_E_RANGE, caret,
				 "the range ends (0x%" PRIx64
				 ") before it begins (0x%" PRIx64 ")",
				 end, begin);
	*out = range_between(begin, end);
	return MHEX_OK;
}

/* Behind "A,". */
static MhexStatus parse_range_length(ExprParser *parser, uint64_t begin, Range *out)
{
	expr_skip_blanks(parser);
	if (expr_peek(parser, 0) != '+')
		return expr_fail(parser, MHEX_E_SYNTAX, parser->at,
				 "a length is written A,+N, an end A..B");
	parser->at++;
	expr_skip_blanks(parser);
	const size_t caret = parser->at;
	if (expr_peek(parser, 0) == '+' || expr_peek(parser, 0) == '-')
		return expr_fail(parser, MHEX_E_SYNTAX, caret, "a length has no sign");
	uint64_t length = 0;
	const MhexStatus status = expr_parse_next(parser, &length);
	if (status)
		return status;
	if (length > UINT64_MAX - begin)
		return expr_fail(parser, MHEX_E_RANGE, caret,
				 "the range is past the end (0x%" PRIx64 ")",
				 parser->env->size);
	*out = (Range){begin, length};
	return MHEX_OK;
}

static MhexStatus parse_range(ExprParser *parser, Range *out)
{
	MhexStatus status = MHEX_OK;
	if (parse_range_word(parser, out, &status))
		return status;
	const size_t caret = parser->at;
	uint64_t begin = 0;
	if (!expr_at_dots(parser))
		status = expr_parse_next(parser, &begin);
	if (status)
		return status;
	expr_skip_blanks(parser);
	if (expr_at_dots(parser)) {
		parser->at += 2;
		status = parse_range_end(parser, begin, out);
	} else if (expr_peek(parser, 0) == ',') {
		parser->at++;
		status = parse_range_length(parser, begin, out);
	} else if (parser->at == parser->length) {
		return expr_fail(parser, MHEX_E_SYNTAX, parser->at,
				 "a range is A..B, A,+N, %%, . or sel");
	}
	if (!status)
		status = expr_expect_end(parser);
	return status ? status : expect_fits(parser, caret, *out);
}

MhexStatus expr_parse_range(const char *text, size_t length, const ExprEnv *env,
			    Range *out, MhexError *err)
{
	ExprParser parser = expr_parser(text, length, env, err);
	Range range = {0, 0};
	const MhexStatus status = parse_range(&parser, &range);
	if (!status)
		*out = range;
	return status;
}
