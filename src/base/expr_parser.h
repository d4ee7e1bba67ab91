/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_BASE_EXPR_PARSER_H
#define MHEX_BASE_EXPR_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/expr.h"

/*
 * What expr.c and expr_range.c share: a recursive descent over text; at is where
 * it stands.
 */
typedef struct {
	const char *text;
	size_t length;
	size_t at;
	int depth;
	const ExprEnv *env;
	MhexError *err;
} ExprParser;

/* At the first character that is no blank; blanks at the end are cut off. */
ExprParser expr_parser(const char *text, size_t length, const ExprEnv *env,
		       MhexError *err);

/* The character ahead, NUL at the end. */
char expr_peek(const ExprParser *parser, size_t ahead);
void expr_skip_blanks(ExprParser *parser);
bool expr_at_dots(const ExprParser *parser);

/* One EXPR, up to where it ends. */
MhexStatus expr_parse_next(ExprParser *parser, uint64_t *out);
/* MHEX_E_SYNTAX unless nothing but blanks is left. */
MhexStatus expr_expect_end(ExprParser *parser);

MhexStatus expr_fail(const ExprParser *parser, MhexStatus status, size_t caret,
		     const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
