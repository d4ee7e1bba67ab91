/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_ANALYSIS_TOKEN_H
#define MHEX_ANALYSIS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/number.h"
#include "base/strbuf.h"
#include "mhex/error.h"
#include "mhex/pattern.h"

/*
 * The words of BYTES and PATTERN, one at a time. Which of them a language accepts
 * is for its parser to say.
 */
typedef enum {
	TOKEN_BYTES,   /* value, and mask where there are wildcards */
	TOKEN_ANYCASE, /* value in one case, other in the other */
	TOKEN_SPAN,    /* [low-high] */
	TOKEN_NUMBER,  /* a number in a range */
} TokenKind;

typedef struct {
	TokenKind kind;
	size_t begin; /* where it begins in the text */
	StrBuf value;
	StrBuf mask;   /* empty when all bits count, else as long as value */
	StrBuf other;  /* TOKEN_ANYCASE */
	StrBuf widths; /* TOKEN_ANYCASE: see charset_encode_cases() */
	uint8_t low, high;
	PatternNumber number;
	uint64_t repeat; /* "*N", else 1 */
	bool typed;      /* written TYPE:NUMBER */
	NumberType type;
} Token;

typedef struct {
	const char *text;
	size_t length;
	size_t at;
} Lexer;

/* The next token, or *end. The token's memory is used again by the next call;
 * token_free() at the end. Carets are indexes into the lexer's text. */
MhexStatus token_next(Lexer *lexer, Token *token, bool *end, MhexError *err);
void token_free(Token *token);

/* Which bits of byte i of a TOKEN_BYTES count. */
uint8_t token_mask(const Token *token, size_t i);

/* How many bytes it stands for, not repeated. */
size_t token_length(const Token *token);

#endif
