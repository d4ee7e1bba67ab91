/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/command_line.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quoted.h"
#include "base/strbuf.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_short_form(const Command *row, const char *name, size_t length)
{
	for (const char *word = row->shorts; word && *word;) {
		const size_t size = strcspn(word, " ");
		if (size == length && memcmp(word, name, length) == 0)
			return true;
		word += size + (word[size] == ' ');
	}
	return false;
}

const Command *command_find(const char *name, size_t length, bool whole_names,
			    MhexError *err)
{
	const Command *found = NULL;
	char others[160] = "";
	size_t prefixes = 0;
	for (size_t i = 0; i < command_count; i++) {
		const Command *row = &command_table[i];
		if (strlen(row->name) == length && memcmp(row->name, name, length) == 0)
			return row;
	}
	for (size_t i = 0; i < command_count; i++) {
		const Command *row = &command_table[i];
		if (is_short_form(row, name, length))
			return row;
		if (whole_names || strncmp(row->name, name, length) != 0)
			continue;
		prefixes++;
		found = row;
		const size_t used = strlen(others);
		(void)snprintf(others + used, sizeof(others) - used, "%s%s",
			       used ? ", " : "", row->name);
	}
	if (prefixes == 1)
		return found;
	if (prefixes > 1)
		(void)mhex_fail_at(err, 0, "%.*s may be %s", (int)length, name, others);
	else
		(void)mhex_fail_at(err, 0, "no such command: %.*s", (int)length, name);
	return NULL;
}

/* A name is letters and dashes up to a blank, "!" or the end. */
static size_t name_length(const char *text)
{
	size_t length = 0;
	while (isalpha((unsigned char)text[length]) || (length && text[length] == '-'))
		length++;
	const char next = text[length];
	return next == '\0' || next == '!' || is_blank(next) ? length : 0;
}

static size_t skip_blanks(const char *line, size_t at)
{
	while (is_blank(line[at]))
		at++;
	return at;
}

/* "e!" is a command of its own (revert), not "e" with force; but "e! FILE" is that. */
static const Command *find_marked(const char *name, size_t length)
{
	for (size_t i = 0; i < command_count; i++) {
		const Command *row = &command_table[i];
		if (is_short_form(row, name, length) &&
		    (row->argument != ARGUMENT_NONE ||
		     name[skip_blanks(name, length)] == '\0'))
			return row;
	}
	return NULL;
}

MhexStatus command_line_split(const char *line, bool whole_names, CommandLine *out,
			      MhexError *err)
{
	*out = (CommandLine){0};
	size_t at = skip_blanks(line, 0);
	if (line[at] == ':')
		at = skip_blanks(line, at + 1);
	out->begin = at;
	out->rest = at;
	if (line[at] == '\0' || line[at] == '#')
		return MHEX_OK;
	const size_t length = name_length(line + at);
	if (length == 0) {
		out->bare = true;
		return MHEX_OK;
	}
	at += length;
	if (line[at] == '!') {
		out->row = find_marked(line + out->begin, length + 1);
		out->force = !out->row;
		at++;
	}
	if (!out->row)
		out->row = command_find(line + out->begin, length, whole_names, err);
	if (!out->row) {
		if (err)
			err->caret = (int)out->begin;
		return MHEX_E_SYNTAX;
	}
	if (out->force && !(out->row->flags & COMMAND_FORCE))
		return mhex_fail_at(err, at - 1, "%s takes no !", out->row->name);
	if (line[at] && !is_blank(line[at]))
		return mhex_fail_at(err, at, "a blank is missing here");
	out->rest = skip_blanks(line, at);
	return MHEX_OK;
}

/* ---- clauses ---- */

typedef struct {
	const char *word;
	unsigned flag; /* CommandFlags */
} ClauseWord;

static const ClauseWord clause_words[] = {
	{"at", COMMAND_AT},       {"in", COMMAND_IN},           {"with", COMMAND_WITH},
	{"every", COMMAND_EVERY}, {"confirm", COMMAND_CONFIRM}, {"as", COMMAND_AS},
};
enum {
	CLAUSES = sizeof(clause_words) / sizeof(clause_words[0])
};

/* [begin, end) in the line; begin 0: not there (no clause can begin at 0). */
typedef struct {
	size_t begin, end, word;
} Segment;

typedef struct {
	Segment argument;
	Segment clauses[CLAUSES];
} Segments;

/* What may hold blanks within a token. */
typedef enum {
	TOKEN_BYTES,   /* text in quotes */
	TOKEN_PATTERN, /* also a regex, which begins with a slash */
	TOKEN_FILE,    /* a name that begins with a quote */
} TokenKind;

/* The first token of a command's argument; the others are bytes or expressions. */
static TokenKind first_token(const Command *row)
{
	if (row->argument == ARGUMENT_FILE)
		return TOKEN_FILE;
	return row->argument == ARGUMENT_PATTERN ? TOKEN_PATTERN : TOKEN_BYTES;
}

/* End of the token that begins at at. */
static size_t token_end(const char *line, size_t at, TokenKind kind)
{
	bool quoted = false;
	bool in_regex = kind == TOKEN_PATTERN && line[at] == '/';
	size_t i = at + in_regex;
	for (; line[i]; i++) {
		const bool opens = kind != TOKEN_FILE || i == at;
		if (line[i] == '\\' && (quoted || in_regex) && line[i + 1])
			i++;
		else if (line[i] == '"' && !in_regex && (quoted || opens))
			quoted = !quoted;
		else if (in_regex && line[i] == '/')
			in_regex = false;
		else if (is_blank(line[i]) && !quoted && !in_regex)
			break;
	}
	return i;
}

static int clause_of(const char *token, size_t length)
{
	for (int i = 0; i < CLAUSES; i++) {
		if (strlen(clause_words[i].word) == length &&
		    memcmp(clause_words[i].word, token, length) == 0)
			return i;
	}
	return -1;
}

bool command_line_is_word(const char *text)
{
	return clause_of(text, strlen(text)) >= 0 || strcmp(text, "-") == 0;
}

static bool has_clauses(ArgumentKind kind)
{
	return kind != ARGUMENT_WORDS && kind != ARGUMENT_SETTING &&
	       kind != ARGUMENT_KEY_LINE;
}

static MhexStatus find_segments(const char *line, const CommandLine *split, Segments *out,
				MhexError *err)
{
	*out = (Segments){.argument = {split->rest, split->rest, split->rest}};
	Segment *current = &out->argument;
	TokenKind kind = first_token(split->row);
	if (!has_clauses(split->row->argument)) {
		current->end = strlen(line);
		return MHEX_OK;
	}
	for (size_t at = split->rest; line[at];) {
		const size_t end = token_end(line, at, kind);
		const int clause = clause_of(line + at, end - at);
		kind = TOKEN_BYTES;
		if (clause < 0) {
			current->end = end;
		} else if (!(split->row->flags & clause_words[clause].flag)) {
			return mhex_fail_at(
				err, at, "%s takes no \"%s\"; quote it if it is a name",
				split->row->name, clause_words[clause].word);
		} else if (out->clauses[clause].begin) {
			return mhex_fail_at(err, at, "\"%s\" stands here twice",
					    clause_words[clause].word);
		} else {
			current = &out->clauses[clause];
			*current = (Segment){skip_blanks(line, end), end, at};
			if (current->end < current->begin)
				current->end = current->begin;
		}
		at = skip_blanks(line, end);
	}
	return MHEX_OK;
}

static MhexStatus parse_file(const char *text, size_t length, size_t at, char **out,
			     MhexError *err)
{
	StrBuf name = {0};
	size_t used = 0;
	if (length && text[0] == '"') {
		const MhexStatus status = quoted_parse(text, length, &name, &used, err);
		if (status) {
			strbuf_free(&name);
			return mhex_error_shift(status, at, err);
		}
	} else {
		while (used < length && !is_blank(text[used]))
			used++;
		const char *home = getenv("HOME");
		const bool expand = used > 1 && text[0] == '~' && text[1] == '/' && home;
		if (expand)
			strbuf_add_text(&name, home);
		strbuf_add(&name, text + expand, used - expand);
	}
	if (used < length) {
		strbuf_free(&name);
		return mhex_fail_at(err, at + used,
				    "a name ends here; one with blanks is quoted");
	}
	if (name.failed || name.length == 0 ||
	    memchr(strbuf_text(&name), '\0', name.length)) {
		strbuf_free(&name);
		return mhex_fail_at(err, at, "not a file name");
	}
	*out = strdup(strbuf_text(&name));
	strbuf_free(&name);
	return *out ? MHEX_OK : mhex_fail(err, MHEX_E_NOMEM, "out of memory");
}

static MhexStatus parse_choice(const Command *row, const CommandArgs *args,
			       MhexError *err)
{
	char known[200] = "";
	for (size_t i = 0; row->choices[i]; i++) {
		if (strlen(row->choices[i]) == args->length &&
		    memcmp(row->choices[i], args->text, args->length) == 0)
			return MHEX_OK;
		const size_t used = strlen(known);
		(void)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
			       row->choices[i]);
	}
	return mhex_fail_at(err, args->caret, "want one of %s", known);
}

static MhexStatus parse_argument(const Command *row, const ExprEnv *env,
				 CommandArgs *args, MhexError *err)
{
	const size_t at = args->caret;
	switch (row->argument) {
	case ARGUMENT_NONE:
		return mhex_fail_at(err, at, "%s takes nothing here", row->name);
	case ARGUMENT_EXPR:
		return mhex_error_shift(
			expr_parse(args->text, args->length, env, &args->number, err), at,
			err);
	case ARGUMENT_RANGE:
		return mhex_error_shift(expr_parse_range(args->text, args->length, env,
							 &args->argument_range, err),
					at, err);
	case ARGUMENT_FILE:
		return parse_file(args->text, args->length, at, &args->file, err);
	case ARGUMENT_CHOICE:
		return parse_choice(row, args, err);
	case ARGUMENT_NAME: {
		const size_t word = strcspn(args->text, " \t");
		return word < args->length ? mhex_fail_at(err, at + word, "want one word")
					   : MHEX_OK;
	}
	case ARGUMENT_BYTES:
	case ARGUMENT_PATTERN:
	case ARGUMENT_WORDS:
	case ARGUMENT_SETTING:
	case ARGUMENT_KEY_LINE:
		break;
	}
	return MHEX_OK;
}

static MhexStatus parse_clause(const char *line, unsigned flag, const Segment *segment,
			       const ExprEnv *env, CommandArgs *args, MhexError *err)
{
	const char *text = line + segment->begin;
	const size_t length = segment->end - segment->begin;
	if (length == 0 && flag != COMMAND_CONFIRM)
		return mhex_fail_at(err, segment->begin, "something is missing here");
	MhexStatus status = MHEX_OK;
	switch (flag) {
	case COMMAND_AT:
		args->has_at = true;
		status = expr_parse(text, length, env, &args->at, err);
		break;
	case COMMAND_IN:
		args->has_in = true;
		status = expr_parse_range(text, length, env, &args->in, err);
		break;
	case COMMAND_EVERY:
		args->has_every = true;
		status = expr_parse(text, length, env, &args->every, err);
		if (!status && args->every == 0)
			status = mhex_fail_at(err, 0, "every 0 matches nothing");
		break;
	case COMMAND_WITH:
		args->with = text;
		args->with_length = length;
		args->with_caret = segment->begin;
		break;
	case COMMAND_AS:
		args->as = text;
		args->as_length = length;
		args->as_caret = segment->begin;
		break;
	case COMMAND_CONFIRM:
		args->confirm = true;
		if (length)
			status = mhex_fail_at(err, 0, "nothing follows \"confirm\"");
		break;
	default:
		break;
	}
	return mhex_error_shift(status, segment->begin, err);
}

static MhexStatus parse_clauses(const char *line, const CommandLine *split,
				const Segments *segments, const ExprEnv *env,
				CommandArgs *args, MhexError *err)
{
	for (int i = 0; i < CLAUSES; i++) {
		if (!segments->clauses[i].begin)
			continue;
		const MhexStatus status =
			parse_clause(line, clause_words[i].flag, &segments->clauses[i],
				     env, args, err);
		if (status)
			return status;
	}
	if ((split->row->flags & COMMAND_WITH) && !args->with)
		return mhex_fail_at(err, strlen(line), "\"with BYTES\" is missing here");
	return MHEX_OK;
}

MhexStatus command_line_parse(const char *line, const CommandLine *split,
			      const ExprEnv *env, CommandArgs *args, MhexError *err)
{
	Segments segments;
	*args = (CommandArgs){.force = split->force};
	MhexStatus status = find_segments(line, split, &segments, err);
	if (status)
		return status;
	args->text = line + segments.argument.begin;
	args->length = segments.argument.end - segments.argument.begin;
	while (args->length && is_blank(args->text[args->length - 1]))
		args->length--;
	args->caret = segments.argument.begin;
	args->has_argument = args->length > 0;
	if (args->has_argument)
		status = parse_argument(split->row, env, args, err);
	else if (split->row->argument != ARGUMENT_NONE &&
		 !(split->row->flags & COMMAND_OPTIONAL))
		status = mhex_fail_at(err, split->rest, "usage: %s %s", split->row->name,
				      split->row->synopsis);
	if (!status)
		status = parse_clauses(line, split, &segments, env, args, err);
	if (status)
		command_args_free(args);
	return status;
}

void command_args_free(CommandArgs *args)
{
	free(args->file);
	args->file = NULL;
}

CommandWord command_line_word(const char *line, size_t length)
{
	CommandWord found = {NULL, 0};
	size_t at = skip_blanks(line, 0);
	if (line[at] == ':')
		at = skip_blanks(line, at + 1);
	const size_t name = name_length(line + at);
	found.word = at < length ? at : length;
	if (at + name >= length || name == 0)
		return found;
	found.row = command_find(line + at, name, false, NULL);
	TokenKind kind = found.row ? first_token(found.row) : TOKEN_BYTES;
	size_t i = skip_blanks(line, at + name + (line[at + name] == '!'));
	while (i < length) {
		found.word = i;
		i = token_end(line, i, kind);
		if (i >= length)
			return found;
		kind = TOKEN_BYTES;
		i = skip_blanks(line, i);
	}
	found.word = length;
	return found;
}
