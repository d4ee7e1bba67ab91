/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "editor/match_view.h"
#include "mhex/render.h"

/*
 * One key: whoever is asked first uses it. A question, a list, the prompt, a
 * count, typed bytes, and last the keymap.
 */

/* Counts grow no further than this. */
static const uint64_t count_max = UINT64_MAX / 16;

static bool key_is(const char *key, const char *name)
{
	return strcmp(key, name) == 0;
}

static void forget_pending(Editor *editor)
{
	strbuf_clear(&editor->pending);
	editor->has_count = false;
	editor->count = 0;
}

/* ---- a question ---- */

/* Quitting was called off: nothing is to be dropped any more. */
static void stay(Editor *editor)
{
	for (size_t i = 0; i < editor->file_count; i++)
		editor->files[i]->discard = false;
}

static void answer_question(Editor *editor, const char *key)
{
	Question *question = &editor->question;
	const char *line = NULL;
	if (question->unseen)
		return;
	const char *wanted = key_is(key, "<C-c>") ? "<Esc>" : key;
	for (size_t i = 0; i < question->answer_count && !line; i++) {
		if (key_is(wanted, question->answers[i].key))
			line = question->answers[i].line;
	}
	/* While a replacement asks, Esc is the end of it. */
	if (!line && editor->confirm.active && key_is(wanted, "<Esc>"))
		line = "q";
	if (!line)
		return;
	question->active = false;
	editor->stale = true;
	if (editor->confirm.active) {
		MhexError err;
		if (replace_answer(editor, line[0], &err))
			editor_complain(editor, &err);
	} else if (*line) {
		editor_execute_shown(editor, line);
	} else {
		stay(editor);
	}
}

/* ---- a list ---- */

static void use_list_key(Editor *editor, const char *key)
{
	List *list = &editor->list;
	editor->stale = true;
	if (list->of_matches) {
		match_view_key(editor, key);
		return;
	}
	switch (list_key(list, key, render_popup_rows(&editor->layout, list->count))) {
	case LIST_CLOSED:
		list_free(list);
		break;
	case LIST_CHOSEN: {
		char *line = strdup(list->rows[list->selected].action);
		list_free(list);
		if (line)
			editor_execute_shown(editor, line);
		free(line);
		break;
	}
	case LIST_MOVED:
	case LIST_IGNORED:
		break;
	}
}

/* ---- the prompt ---- */

static void run_prompt(Editor *editor)
{
	char *line = strdup(strbuf_text(&editor->prompt.line));
	prompt_close(&editor->prompt);
	if (!line)
		return;
	prompt_remember(&editor->prompt, line);
	editor_execute_shown(editor, line);
	free(line);
}

static void use_prompt_key(Editor *editor, const char *key)
{
	Prompt *prompt = &editor->prompt;
	switch (prompt_key(prompt, key)) {
	case PROMPT_ENTERED:
		run_prompt(editor);
		break;
	case PROMPT_CANCELLED:
		prompt_close(prompt);
		break;
	case PROMPT_COMPLETE:
		if (!prompt->completing)
			completion_fill(editor);
		prompt_complete_next(prompt, key_is(key, "<S-Tab>"));
		break;
	case PROMPT_EDITED:
	case PROMPT_IGNORED:
		break;
	}
	editor->stale = true;
}

/* ---- counts and bound keys ---- */

static bool use_count(Editor *editor, const char *key)
{
	const OpenFile *file = editor_file(editor);
	const bool digit = key[1] == '\0' && isdigit((unsigned char)key[0]);
	if (!digit || file->mode != MODE_NORMAL || editor->pending.length > 0)
		return false;
	if (key[0] == '0' && !editor->has_count)
		return false;
	editor->has_count = true;
	if (editor->count < count_max)
		editor->count = editor->count * 10 + (uint64_t)(key[0] - '0');
	editor->stale = true;
	return true;
}

static unsigned binding_mode(const OpenFile *file)
{
	switch (file->mode) {
	case MODE_NORMAL:
		return IN_NORMAL;
	case MODE_INSERT:
		return IN_INSERT;
	case MODE_OVERWRITE:
	case MODE_ONE:
		break;
	}
	return IN_OVERWRITE;
}

static void run_bound(Editor *editor)
{
	const OpenFile *file = editor_file(editor);
	StrBuf line = {0};
	switch (keymap_find(&editor->keymap, binding_mode(file),
			    strbuf_text(&editor->pending), &line)) {
	case KEYS_BOUND:
		editor_execute_shown(editor, strbuf_text(&line));
		forget_pending(editor);
		break;
	case KEYS_UNFINISHED:
		break;
	case KEYS_UNKNOWN: {
		StrBuf shown = {0};
		strbuf_add_escaped(&shown, strbuf_text(&editor->pending),
				   editor->pending.length);
		editor_say(editor, "%s does nothing here; F1 lists the keys",
			   strbuf_text(&shown));
		strbuf_free(&shown);
		forget_pending(editor);
		break;
	}
	}
	strbuf_free(&line);
	editor->stale = true;
}

static bool use_as_bytes(Editor *editor, const char *key)
{
	const OpenFile *file = editor_file(editor);
	bool used = false;
	if (file->mode == MODE_NORMAL || editor->pending.length > 0)
		return false;
	if (key_is(key, "<Backspace>") || key_is(key, "<C-h>")) {
		typing_backspace(editor);
		return true;
	}
	typing_key(editor, key, &used);
	return used;
}

static void use_bound_key(Editor *editor, const char *key)
{
	const bool gives_up = key_is(key, "<Esc>") || key_is(key, "<C-c>");
	if (gives_up && (editor->pending.length > 0 || editor->has_count)) {
		forget_pending(editor);
		editor->stale = true;
		return;
	}
	strbuf_add_text(&editor->pending, key);
	run_bound(editor);
}

/* What Alt was held with, as a key of its own. False for keys that send more than
 * one byte behind Esc, and for "<M-x>" that something is bound to. */
static bool split_alt(const Editor *editor, const char *key, char *rest, size_t size)
{
	static const char *const one_byte[] = {"lt>",        "Enter>", "Tab>",
					       "Backspace>", "Space>", "@>"};
	StrBuf line = {0};
	if (strncmp(key, "<M-", 3) != 0 || !editor_file(editor))
		return false;
	const bool bound = keymap_find(&editor->keymap, binding_mode(editor_file(editor)),
				       key, &line) != KEYS_UNKNOWN;
	strbuf_free(&line);
	if (bound)
		return false;
	const char *name = key + 3;
	const char *base = strncmp(name, "C-", 2) == 0 ? name + 2 : name;
	const size_t length = keymap_key_length(base);
	const bool single = strcmp(base + length, ">") == 0;
	bool named = false;
	for (size_t i = 0; i < sizeof(one_byte) / sizeof(one_byte[0]); i++)
		named = named || key_is(base, one_byte[i]);
	if (!single && !named)
		return false;
	if (single && base == name)
		(void)snprintf(rest, size, "%.*s", (int)length, base);
	else
		(void)snprintf(rest, size, "<%s", name);
	return true;
}

void editor_key(Editor *editor, const char *key)
{
	char rest[32];
	/* Esc and a key soon after it arrive as Alt and that key. Where Alt means
	 * nothing, it was Esc. */
	if (split_alt(editor, key, rest, sizeof(rest))) {
		editor_key(editor, "<Esc>");
		key = rest;
	}
	strbuf_clear(&editor->message);
	strbuf_clear(&editor->fault_line);
	editor->fault_caret = -1;
	editor->stale = true;
	if (editor->question.active)
		answer_question(editor, key);
	else if (editor->list.active)
		use_list_key(editor, key);
	else if (editor->prompt.active)
		use_prompt_key(editor, key);
	else if (editor_file(editor) && !use_count(editor, key) &&
		 !use_as_bytes(editor, key))
		use_bound_key(editor, key);
}
