/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/prompt.h"

#include <stdlib.h>
#include <string.h>

void prompt_forget_candidates(Prompt *prompt)
{
	for (size_t i = 0; i < prompt->candidate_count; i++)
		free(prompt->candidates[i]);
	free(prompt->candidates);
	prompt->candidates = NULL;
	prompt->candidate_count = 0;
	prompt->candidate_at = 0;
	prompt->completing = false;
}

void prompt_free(Prompt *prompt)
{
	prompt_forget_candidates(prompt);
	for (size_t i = 0; i < prompt->history_count; i++)
		free(prompt->history[i]);
	strbuf_free(&prompt->line);
	strbuf_free(&prompt->draft);
	*prompt = (Prompt){0};
}

void prompt_open(Prompt *prompt, const char *text)
{
	prompt_forget_candidates(prompt);
	prompt->active = true;
	strbuf_clear(&prompt->line);
	strbuf_add_text(&prompt->line, text);
	prompt->cursor = prompt->line.length;
	prompt->history_at = prompt->history_count;
	strbuf_clear(&prompt->draft);
}

void prompt_close(Prompt *prompt)
{
	prompt_forget_candidates(prompt);
	prompt->active = false;
	strbuf_clear(&prompt->line);
	prompt->cursor = 0;
}

void prompt_remember(Prompt *prompt, const char *line)
{
	if (line[0] == '\0')
		return;
	size_t at = 0;
	while (at < prompt->history_count && strcmp(prompt->history[at], line) != 0)
		at++;
	char *copy = NULL;
	if (at < prompt->history_count) {
		copy = prompt->history[at];
	} else {
		copy = strdup(line);
		if (!copy)
			return;
		at = prompt->history_count;
		if (at == PROMPT_HISTORY_MAX) {
			free(prompt->history[0]);
			at = 0;
		} else {
			prompt->history_count++;
		}
	}
	memmove(&prompt->history[at], &prompt->history[at + 1],
		(prompt->history_count - 1 - at) * sizeof(prompt->history[0]));
	prompt->history[prompt->history_count - 1] = copy;
}

static void set_line(Prompt *prompt, const char *text)
{
	strbuf_clear(&prompt->line);
	strbuf_add_text(&prompt->line, text);
	prompt->cursor = prompt->line.length;
}

/* Older lines that begin as the line being typed does, as in a shell. */
static void history_step(Prompt *prompt, bool older)
{
	if (prompt->history_at == prompt->history_count) {
		strbuf_clear(&prompt->draft);
		strbuf_add_text(&prompt->draft, strbuf_text(&prompt->line));
	}
	size_t at = prompt->history_at;
	while (older ? at > 0 : at < prompt->history_count) {
		at = older ? at - 1 : at + 1;
		if (at == prompt->history_count ||
		    strncmp(prompt->history[at], strbuf_text(&prompt->draft),
			    prompt->draft.length) == 0) {
			prompt->history_at = at;
			set_line(prompt, at == prompt->history_count
						 ? strbuf_text(&prompt->draft)
						 : prompt->history[at]);
			return;
		}
	}
}

static size_t before(const Prompt *prompt, size_t at)
{
	const char *text = strbuf_text(&prompt->line);
	if (at > 0)
		at--;
	while (at > 0 && ((unsigned char)text[at] & 0xc0U) == 0x80U)
		at--;
	return at;
}

static size_t after(const Prompt *prompt, size_t at)
{
	const char *text = strbuf_text(&prompt->line);
	if (at < prompt->line.length)
		at++;
	while (at < prompt->line.length && ((unsigned char)text[at] & 0xc0U) == 0x80U)
		at++;
	return at;
}

static size_t word_before(const Prompt *prompt)
{
	const char *text = strbuf_text(&prompt->line);
	size_t at = prompt->cursor;
	while (at > 0 && text[at - 1] == ' ')
		at--;
	while (at > 0 && text[at - 1] != ' ')
		at--;
	return at;
}

static void erase_between(Prompt *prompt, size_t begin, size_t end)
{
	strbuf_erase(&prompt->line, begin, end - begin);
	prompt->cursor = begin;
}

void prompt_insert(Prompt *prompt, const char *text, size_t length)
{
	prompt_forget_candidates(prompt);
	for (size_t i = 0; i < length; i++) {
		const unsigned char c = (unsigned char)text[i];
		char put = text[i];
		if (c == '\n' || c == '\r' || c == '\t')
			put = ' ';
		else if (c < ' ' || c == 0x7f)
			continue;
		strbuf_insert(&prompt->line, prompt->cursor++, &put, 1);
	}
}

void prompt_complete_next(Prompt *prompt, bool backwards)
{
	const size_t count = prompt->candidate_count;
	if (count == 0)
		return;
	if (!prompt->completing)
		prompt->candidate_at = backwards ? count - 1 : 0;
	else
		prompt->candidate_at =
			(prompt->candidate_at + (backwards ? count - 1 : 1)) % count;
	prompt->completing = true;
	const char *text = prompt->candidates[prompt->candidate_at];
	strbuf_erase(&prompt->line, prompt->word_start,
		     prompt->word_end - prompt->word_start);
	strbuf_insert(&prompt->line, prompt->word_start, text, strlen(text));
	prompt->word_end = prompt->word_start + strlen(text);
	prompt->cursor = prompt->word_end;
	/* Nothing to choose from: the next Tab asks anew, for what is in a folder. */
	if (count == 1)
		prompt_forget_candidates(prompt);
}

typedef enum {
	EDIT_LEFT,
	EDIT_RIGHT,
	EDIT_HOME,
	EDIT_END,
	EDIT_BACKSPACE,
	EDIT_DELETE,
	EDIT_KILL_LINE,
	EDIT_KILL_END,
	EDIT_KILL_WORD,
	EDIT_OLDER,
	EDIT_NEWER
} LineEdit;

static const struct {
	const char *key;
	LineEdit edit;
} line_edits[] = {
	{"<Left>", EDIT_LEFT},
	{"<C-b>", EDIT_LEFT},
	{"<Right>", EDIT_RIGHT},
	{"<C-f>", EDIT_RIGHT},
	{"<Home>", EDIT_HOME},
	{"<C-a>", EDIT_HOME},
	{"<End>", EDIT_END},
	{"<C-e>", EDIT_END},
	{"<Backspace>", EDIT_BACKSPACE},
	{"<C-h>", EDIT_BACKSPACE},
	{"<Delete>", EDIT_DELETE},
	{"<C-d>", EDIT_DELETE},
	{"<C-u>", EDIT_KILL_LINE},
	{"<C-k>", EDIT_KILL_END},
	{"<C-w>", EDIT_KILL_WORD},
	{"<Up>", EDIT_OLDER},
	{"<C-p>", EDIT_OLDER},
	{"<Down>", EDIT_NEWER},
	{"<C-n>", EDIT_NEWER},
};

static void run_edit(Prompt *prompt, LineEdit edit)
{
	const size_t cursor = prompt->cursor;
	switch (edit) {
	case EDIT_LEFT:
		prompt->cursor = before(prompt, cursor);
		break;
	case EDIT_RIGHT:
		prompt->cursor = after(prompt, cursor);
		break;
	case EDIT_HOME:
		prompt->cursor = 0;
		break;
	case EDIT_END:
		prompt->cursor = prompt->line.length;
		break;
	case EDIT_BACKSPACE:
		erase_between(prompt, before(prompt, cursor), cursor);
		break;
	case EDIT_DELETE:
		erase_between(prompt, cursor, after(prompt, cursor));
		break;
	case EDIT_KILL_LINE:
		erase_between(prompt, 0, cursor);
		break;
	case EDIT_KILL_END:
		erase_between(prompt, cursor, prompt->line.length);
		break;
	case EDIT_KILL_WORD:
		erase_between(prompt, word_before(prompt), cursor);
		break;
	case EDIT_OLDER:
	case EDIT_NEWER:
		history_step(prompt, edit == EDIT_OLDER);
		break;
	}
}

PromptResult prompt_key(Prompt *prompt, const char *key)
{
	if (strcmp(key, "<Enter>") == 0)
		return PROMPT_ENTERED;
	if (strcmp(key, "<Esc>") == 0 || strcmp(key, "<C-c>") == 0)
		return PROMPT_CANCELLED;
	if (strcmp(key, "<Backspace>") == 0 && prompt->line.length == 0)
		return PROMPT_CANCELLED;
	if (strcmp(key, "<Tab>") == 0 || strcmp(key, "<S-Tab>") == 0)
		return PROMPT_COMPLETE;
	prompt_forget_candidates(prompt);
	for (size_t i = 0; i < sizeof(line_edits) / sizeof(line_edits[0]); i++) {
		if (strcmp(line_edits[i].key, key) == 0) {
			run_edit(prompt, line_edits[i].edit);
			return PROMPT_EDITED;
		}
	}
	if (strcmp(key, "<lt>") == 0)
		key = "<";
	else if (key[0] == '<' && key[1] != '\0')
		return PROMPT_IGNORED;
	prompt_insert(prompt, key, strlen(key));
	return PROMPT_EDITED;
}
