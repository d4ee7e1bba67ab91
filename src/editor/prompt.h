/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_PROMPT_H
#define MHEX_EDITOR_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/*
 * The line editor of ":" and "/": a state, not a loop. Keys come in one by one;
 * prompt_key() says what has become of the line.
 */
enum {
	PROMPT_HISTORY_MAX = 200
};

typedef struct {
	bool active;
	StrBuf line;                       /* without the ":" */
	size_t cursor;                     /* byte index */
	char *history[PROMPT_HISTORY_MAX]; /* oldest first; owned */
	size_t history_count;
	size_t history_at; /* history_count: the line being typed */
	StrBuf draft;      /* that line, while one looks at older ones */
	/* Completions of the word at the cursor. */
	char **candidates; /* owned */
	size_t candidate_count, candidate_at;
	size_t word_start, word_end; /* what they replace */
	bool completing;
} Prompt;

typedef enum {
	PROMPT_EDITED,  /* the key was used */
	PROMPT_ENTERED, /* Enter: run prompt->line, then prompt_close() */
	PROMPT_CANCELLED,
	PROMPT_COMPLETE, /* Tab: fill in candidates, then prompt_complete_next() */
	PROMPT_IGNORED,
} PromptResult;

void prompt_free(Prompt *prompt);
void prompt_open(Prompt *prompt, const char *text);
void prompt_close(Prompt *prompt);
PromptResult prompt_key(Prompt *prompt, const char *key);
/* Typed or pasted text; newlines become blanks, other control characters are left out. */
void prompt_insert(Prompt *prompt, const char *text, size_t length);
/* Remember a line; the one before it and an older copy are not kept twice. */
void prompt_remember(Prompt *prompt, const char *line);
/* Put the next candidate (or, backwards, the previous one) where the word is. */
void prompt_complete_next(Prompt *prompt, bool backwards);
void prompt_forget_candidates(Prompt *prompt);

#endif
