/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/quoted.h"
#include "editor/command_line.h"
#include "editor/editor_private.h"

/*
 * What could stand where the cursor of the prompt is, from the same tables that
 * the command line is checked with.
 */
enum {
	CANDIDATES_MAX = 500
};

typedef struct {
	Prompt *prompt;
	const char *word; /* what is there already */
	size_t length;
} Completion;

static void add(const Completion *completion, const char *text)
{
	Prompt *prompt = completion->prompt;
	if (strncmp(text, completion->word, completion->length) != 0 ||
	    prompt->candidate_count == CANDIDATES_MAX)
		return;
	char **candidates = reallocarray(prompt->candidates, prompt->candidate_count + 1,
					 sizeof(*candidates));
	if (!candidates)
		return;
	prompt->candidates = candidates;
	candidates[prompt->candidate_count] = strdup(text);
	if (candidates[prompt->candidate_count])
		prompt->candidate_count++;
}

static void add_commands(const Completion *completion, bool all)
{
	for (size_t i = 0; i < command_count; i++) {
		if (all || !(command_table[i].flags & COMMAND_BATCH))
			add(completion, command_table[i].name);
	}
}

static void add_settings(const Completion *completion)
{
	for (size_t i = 0; i < setting_count; i++)
		add(completion, setting_table[i].name);
}

/* "theme=" and then its values. */
static void add_values(const Completion *completion)
{
	const char *equals = memchr(completion->word, '=', completion->length);
	const Setting *row =
		setting_find(completion->word, (size_t)(equals - completion->word));
	for (size_t i = 0; row && row->type == SETTING_CHOICE && row->choices[i]; i++) {
		StrBuf text = {0};
		strbuf_printf(&text, "%s=%s", row->name, row->choices[i]);
		add(completion, strbuf_text(&text));
		strbuf_free(&text);
	}
}

static void add_topics(const Completion *completion)
{
	for (size_t i = 0; help_topic(i); i++)
		add(completion, help_topic(i));
	add_commands(completion, true);
	add_settings(completion);
}

/* Without quotes, and without anything that a terminal would not show? */
static bool reads_back(const StrBuf *name)
{
	StrBuf shown = {0};
	const char *text = strbuf_text(name);
	strbuf_add_escaped(&shown, text, name->length);
	const bool same = strcmp(strbuf_text(&shown), text) == 0;
	strbuf_free(&shown);
	return same && !strpbrk(text, " \"") && !command_line_is_word(text);
}

/* Within quotes ~ is one. */
static void add_quoted(StrBuf *out, const StrBuf *name)
{
	StrBuf path = {0};
	const char *text = strbuf_text(name);
	const char *home = strncmp(text, "~/", 2) == 0 ? getenv("HOME") : NULL;
	if (home)
		strbuf_add_text(&path, home);
	strbuf_add_text(&path, home ? text + 1 : text);
	quoted_add(out, strbuf_text(&path), path.length);
	strbuf_free(&path);
}

/* A name as it has to be typed: quoted where it would not be read back. */
static void add_file(const Completion *completion, const char *folder,
		     size_t folder_length, const struct dirent *entry)
{
	StrBuf text = {0};
	strbuf_add(&text, folder, folder_length);
	strbuf_add_text(&text, entry->d_name);
	if (entry->d_type == DT_DIR)
		strbuf_add_char(&text, '/');
	if (!reads_back(&text)) {
		StrBuf quoted = {0};
		add_quoted(&quoted, &text);
		/* Found by its beginning without the quote. */
		const Completion any = {completion->prompt, "", 0};
		if (strncmp(strbuf_text(&text), completion->word, completion->length) ==
		    0)
			add(&any, strbuf_text(&quoted));
		strbuf_free(&quoted);
	} else {
		add(completion, strbuf_text(&text));
	}
	strbuf_free(&text);
}

static char *folder_to_open(const char *word, size_t folder_length)
{
	StrBuf path = {0};
	const char *home = getenv("HOME");
	if (folder_length >= 2 && word[0] == '~' && word[1] == '/' && home) {
		strbuf_add_text(&path, home);
		strbuf_add(&path, word + 1, folder_length - 1);
	} else {
		strbuf_add(&path, word, folder_length);
	}
	if (folder_length == 0)
		strbuf_add_text(&path, ".");
	return path.text;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_files(const Completion *completion)
{
	size_t folder_length = completion->length;
	while (folder_length > 0 && completion->word[folder_length - 1] != '/')
		folder_length--;
	char *path = folder_to_open(completion->word, folder_length);
	DIR *folder = path ? opendir(path) : NULL;
	free(path);
	if (!folder)
		return;
	const bool hidden = completion->length > folder_length &&
			    completion->word[folder_length] == '.';
	const struct dirent *entry = NULL;
	while ((entry = readdir(folder))) {
		const char *name = entry->d_name;
		const bool self = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
		if (!self && (hidden || name[0] != '.'))
			add_file(completion, completion->word, folder_length, entry);
	}
	(void)closedir(folder);
	Prompt *prompt = completion->prompt;
	if (prompt->candidate_count > 1)
		qsort(prompt->candidates, prompt->candidate_count,
		      sizeof(prompt->candidates[0]), by_text);
}

static void add_clauses(const Completion *completion, const Command *row)
{
	static const struct {
		unsigned flag;
		const char *word;
	} clauses[] = {
		{COMMAND_AS, "as "},          {COMMAND_AT, "at "},
		{COMMAND_CONFIRM, "confirm"}, {COMMAND_EVERY, "every "},
		{COMMAND_IN, "in "},          {COMMAND_WITH, "with "},
	};
	for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++) {
		if (row->flags & clauses[i].flag)
			add(completion, clauses[i].word);
	}
}

static void add_arguments(const Completion *completion, const Command *row, bool first)
{
	const bool assigns = memchr(completion->word, '=', completion->length) != NULL;
	if (row->argument == ARGUMENT_SETTING && assigns)
		add_values(completion);
	else if (row->argument == ARGUMENT_SETTING)
		add_settings(completion);
	else if (row->argument == ARGUMENT_WORDS)
		add_topics(completion);
	else if (row->argument == ARGUMENT_FILE && first)
		add_files(completion);
	else if (row->argument == ARGUMENT_CHOICE && first)
		for (size_t i = 0; row->choices[i]; i++)
			add(completion, row->choices[i]);
	if (!first || row->argument == ARGUMENT_NONE)
		add_clauses(completion, row);
}

/* Is the word the one directly behind the command's name? */
static bool is_first_word(const char *line, size_t word)
{
	size_t at = strspn(line, " \t:");
	at += strcspn(line + at, " \t");
	at += strspn(line + at, " \t");
	return at >= word;
}

void completion_fill(Editor *editor)
{
	Prompt *prompt = &editor->prompt;
	const char *line = strbuf_text(&prompt->line);
	const CommandWord word = command_line_word(line, prompt->cursor);
	const Completion completion = {prompt, line + word.word,
				       prompt->cursor - word.word};
	prompt_forget_candidates(prompt);
	prompt->word_start = word.word;
	prompt->word_end = prompt->cursor;
	if (word.row)
		add_arguments(&completion, word.row, is_first_word(line, word.word));
	else if (strspn(line, " \t:") >= word.word)
		add_commands(&completion, false);
	if (prompt->candidate_count == 0)
		editor_say(editor, "nothing to complete here");
}
