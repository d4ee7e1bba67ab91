/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "editor/commands.h"
#include "editor/match_view.h"

enum {
	PATTERN_SHOWN = 48, /* bytes of its text, in a sentence */
	WORD_MAX = 64       /* bytes to each side of the cursor */
};

MhexStatus search_use_pattern(Editor *editor, const char *pattern, size_t length,
			      uint64_t every, MhexError *err)
{
	Pattern parsed;
	const MhexStatus status = pattern_parse(&parsed, pattern, length, err);
	if (status)
		return status;
	char *text = strndup(pattern, length);
	if (!text) {
		pattern_free(&parsed);
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	}
	pattern_free(&editor->pattern);
	free(editor->pattern_text);
	editor->pattern = parsed;
	editor->pattern_text = text;
	editor->pattern_every = every;
	editor->stale = true;
	return MHEX_OK;
}

const char *search_shown(const char *pattern, StrBuf *shown)
{
	const size_t length = strlen(pattern);
	size_t part = length > PATTERN_SHOWN ? PATTERN_SHOWN : length;
	while (part < length && part > 0 &&
	       ((unsigned char)pattern[part] & 0xc0U) == 0x80U)
		part--;
	strbuf_add_escaped(shown, pattern, part);
	if (part < length)
		strbuf_add_text(shown, "\xe2\x80\xa6");
	return strbuf_text(shown);
}

MhexStatus search_not_found(const char *pattern, MhexError *err)
{
	StrBuf shown = {0};
	const MhexStatus status = mhex_fail(err, MHEX_E_NOTFOUND, "%s: not found",
					    search_shown(pattern, &shown));
	strbuf_free(&shown);
	return status;
}

static MhexStatus use_argument(Editor *editor, const CommandArgs *args, MhexError *err)
{
	const MhexStatus status = search_use_pattern(
		editor, args->text, args->length, args->has_every ? args->every : 1, err);
	return mhex_error_shift(status, args->caret, err);
}

static Range range_or_all(const Editor *editor, const CommandArgs *args)
{
	const Range all = {0, document_size(editor_file(editor)->doc)};
	return args->has_in ? args->in : all;
}

/* Look for editor->pattern from start. */
static MhexStatus look(Editor *editor, bool backward, uint64_t start, MhexError *err)
{
	const SearchRequest request = {
		.kind = backward ? SEARCH_BACKWARD : SEARCH_FORWARD,
		.range = {0, document_size(editor_file(editor)->doc)},
		.start = start,
		.wrap = editor->settings.wrap,
		.every = editor->pattern_every,
	};
	const SearchTask plan = {.use = FOR_MOVE};
	return task_search(editor, editor->pattern_text, strlen(editor->pattern_text),
			   &request, &plan, err);
}

/* A match under the cursor that the last search found is not found again. */
static uint64_t start_forward(const Editor *editor)
{
	const OpenFile *file = editor_file(editor);
	const uint64_t size = document_size(file->doc);
	const uint64_t next = file->cursor.offset + editor->at_match;
	return next <= size ? next : size;
}

HANDLER(cmd_find)
{
	const MhexStatus status = use_argument(editor, args, err);
	if (status)
		return status;
	editor->pattern_backward = false;
	return look(editor, false, start_forward(editor), err);
}

HANDLER(cmd_find_backward)
{
	const MhexStatus status = use_argument(editor, args, err);
	if (status)
		return status;
	editor->pattern_backward = true;
	return look(editor, true, editor_file(editor)->cursor.offset, err);
}

static MhexStatus again(Editor *editor, bool reverse, MhexError *err)
{
	const OpenFile *file = editor_file(editor);
	const bool backward = editor->pattern_backward != reverse;
	const uint64_t size = document_size(file->doc);
	const uint64_t offset = file->cursor.offset;
	const uint64_t start = backward || offset == size ? offset : offset + 1;
	MhexStatus status = MHEX_OK;
	if (!editor->pattern_text)
		return mhex_fail(err, MHEX_E_NOTFOUND, "nothing was searched for yet");
	if (match_view_follow(editor, backward, start, &status, err))
		return status;
	return look(editor, backward, start, err);
}

HANDLER(cmd_next)
{
	(void)args;
	return again(editor, false, err);
}

HANDLER(cmd_previous)
{
	(void)args;
	return again(editor, true, err);
}

/* The selection, or the letters and digits around the cursor, or its byte. */
static Range word_here(Editor *editor)
{
	const OpenFile *file = editor_file(editor);
	uint8_t bytes[2 * WORD_MAX];
	uint8_t states[2 * WORD_MAX];
	const uint64_t size = document_size(file->doc);
	const uint64_t cursor = file->cursor.offset;
	if (file->has_selection)
		return selection_or_bytes(editor, 1);
	const uint64_t begin = cursor > WORD_MAX ? cursor - WORD_MAX : 0;
	const Range around =
		range_intersect((Range){begin, sizeof(bytes)}, (Range){0, size});
	if (cursor >= size || document_read(file->doc, around.offset, bytes,
					    (size_t)around.length, states, NULL))
		return (Range){cursor, 0};
	size_t first = (size_t)(cursor - begin);
	size_t end = first;
	while (first > 0 && isalnum(bytes[first - 1]) && bytes[first - 1] < 0x80)
		first--;
	while (end < around.length && isalnum(bytes[end]) && bytes[end] < 0x80)
		end++;
	if (end == cursor - begin)
		return (Range){cursor, 1};
	return (Range){begin + first, end - first};
}

/* As one token of digits. */
static char *digits_of(const uint8_t *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(2 * length + 1);
	if (!text)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 0xf];
	}
	text[2 * length] = '\0';
	return text;
}

static MhexStatus use_bytes(Editor *editor, Range range, MhexError *err)
{
	const size_t length = (size_t)range.length;
	uint8_t *bytes = malloc(length);
	if (!bytes)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	MhexStatus status = document_read(editor_file(editor)->doc, range.offset, bytes,
					  length, NULL, err);
	char *text = status ? NULL : digits_of(bytes, length);
	free(bytes);
	if (status)
		return status;
	status = text ? search_use_pattern(editor, text, 2 * length, 1, err)
		      : mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	free(text);
	return status;
}

HANDLER(cmd_find_here)
{
	const Range word = word_here(editor);
	if (word.length == 0)
		return mhex_fail(err, MHEX_E_RANGE, "nothing to look for here");
	if (word.length > PATTERN_MAX)
		return mhex_fail(err, MHEX_E_RANGE, "more than %d bytes are selected",
				 PATTERN_MAX);
	const MhexStatus status = use_bytes(editor, word, err);
	if (status)
		return status;
	editor->pattern_backward = args->has_argument;
	return look(editor, args->has_argument,
		    args->has_argument ? word.offset : word.offset + 1, err);
}

static MhexStatus all_matches(Editor *editor, const CommandArgs *args, SearchKind kind,
			      SearchUse use, MhexError *err)
{
	MhexStatus status = use_argument(editor, args, err);
	if (status)
		return status;
	const SearchRequest request = {
		.kind = kind,
		.range = range_or_all(editor, args),
		.every = editor->pattern_every,
	};
	const SearchTask plan = {.use = use};
	return task_search(editor, args->text, args->length, &request, &plan, err);
}

HANDLER(cmd_find_all)
{
	return all_matches(editor, args, SEARCH_ALL, FOR_LIST, err);
}

HANDLER(cmd_matches)
{
	(void)args;
	return match_view_reopen(editor, err);
}

HANDLER(cmd_save_matches)
{
	return match_view_save(editor, args->file, args->force, err);
}

HANDLER(cmd_count)
{
	return all_matches(editor, args, SEARCH_COUNT, FOR_COUNT, err);
}

static bool keeps_any(const uint8_t *keep, size_t length)
{
	return length > 0 && memchr(keep, 1, length) != NULL;
}

/* What every match holds; NULL when they differ, or there is no memory to know it. */
static uint8_t *fixed_bytes(const Pattern *pattern)
{
	if (pattern->length == 0 || pattern->number_count > 0 || pattern->regex)
		return NULL;
	uint8_t *bytes = malloc(pattern->length);
	for (size_t i = 0; bytes && i < pattern->length; i++) {
		const PatternElement *element = &pattern->elements[i];
		if (element->kind != ELEMENT_MASK || element->mask != 0xff) {
			free(bytes);
			return NULL;
		}
		bytes[i] = element->value;
	}
	return bytes;
}

HANDLER(cmd_replace)
{
	SearchTask plan = {.use = FOR_REPLACE, .confirm = args->confirm};
	Replacing *with = &plan.replacing;
	MhexStatus status = use_argument(editor, args, err);
	if (status)
		return status;
	if (args->confirm && editor->options.batch)
		return mhex_fail(err, MHEX_E_UNSUPPORTED, "\"confirm\" needs a terminal");
	status = bytes_parse_masked(args->with, args->with_length, &with->bytes,
				    &with->keep, &with->bytes_length, err);
	if (status)
		return mhex_error_shift(status, args->with_caret, err);
	const bool same_length =
		with->bytes_length == editor->pattern.length && !editor->pattern.regex;
	const OpenFile *file = editor_file(editor);
	if (keeps_any(with->keep, with->bytes_length) && editor->pattern.regex)
		status = mhex_fail(err, MHEX_E_SYNTAX,
				   "?? keeps a byte, but the matches of an expression "
				   "differ in length");
	else if (keeps_any(with->keep, with->bytes_length) && !same_length)
		status = mhex_fail(
			err, MHEX_E_SYNTAX,
			"?? keeps a byte, so both must be of one length (%zu and %zu)",
			editor->pattern.length, with->bytes_length);
	else if (!same_length && document_access(file->doc) == ACCESS_LIVE)
		status = mhex_fail(
			err, MHEX_E_READONLY,
			"the size is fixed in live: both must be of one length");
	if (status) {
		replacing_free(with);
		return status;
	}
	with->found = fixed_bytes(&editor->pattern);
	const SearchRequest request = {.kind = SEARCH_ALL,
				       .range = range_or_all(editor, args),
				       .every = editor->pattern_every};
	return task_search(editor, args->text, args->length, &request, &plan, err);
}
