/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The pattern that is being typed at the prompt: its matches on the screen are marked
 * before Enter. */

#include <stdlib.h>
#include <string.h>

#include "editor/command_line.h"
#include "editor/editor_private.h"

static bool parse(Editor *editor, const char *text, size_t length)
{
	return pattern_parse(&editor->typed.pattern, text, length, NULL) == MHEX_OK;
}

/* What is typed so far, ended in a way that could be meant: a digit that is missing may
 * be any, a quote or an expression ends here. */
static void parse_begun(Editor *editor, const char *text, size_t length)
{
	static const char ends[] = {'?', '"', '/'};
	char *ended = malloc(length + 1);
	bool done = !ended || parse(editor, text, length);
	for (size_t i = 0; i < sizeof(ends) && !done; i++) {
		memcpy(ended, text, length);
		ended[length] = ends[i];
		done = parse(editor, ended, length + 1);
	}
	free(ended);
}

static void read_line(Editor *editor, const char *line)
{
	CommandLine split;
	CommandArgs args = {0};
	ExprEnv env;
	TypedPattern *typed = &editor->typed;
	if (command_line_split(line, false, &split, NULL) || !split.row ||
	    split.row->argument != ARGUMENT_PATTERN)
		return;
	/* A clause that is not complete yet does not matter. */
	editor_env(editor, &env);
	(void)command_line_parse(line, &split, &env, &args, NULL);
	typed->begun = args.length > 0;
	typed->every = args.has_every ? args.every : 1;
	if (typed->begun)
		parse_begun(editor, args.text, args.length);
	command_args_free(&args);
}

void typed_pattern_free(TypedPattern *typed)
{
	pattern_free(&typed->pattern);
	strbuf_free(&typed->line);
	*typed = (TypedPattern){0};
}

const Pattern *typed_pattern(Editor *editor, uint64_t *every)
{
	TypedPattern *typed = &editor->typed;
	const char *line = editor->prompt.active ? strbuf_text(&editor->prompt.line) : "";
	if (strcmp(line, strbuf_text(&typed->line)) != 0) {
		typed_pattern_free(typed);
		strbuf_add_text(&typed->line, line);
		read_line(editor, line);
	}
	*every = typed->every;
	return typed->begun ? &typed->pattern : NULL;
}
