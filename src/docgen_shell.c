/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The lists of the completions: packaging/completions. */

#include "docgen.h"

#include <stdbool.h>
#include <string.h>

#include "mhex/command.h"
#include "mhex/settings.h"
#include "options.h"

typedef enum {
	BASH, /* one word a line, within quotes */
	ZSH,  /* 'word:summary' */
	FISH, /* 'word'\t'summary' and a backslash */
} Shell;

/* Text between single quotes. */
static void put_quoted(FILE *out, Shell shell, const char *text)
{
	for (; *text; text++) {
		if (shell == FISH && (*text == '\'' || *text == '\\'))
			(void)fputc('\\', out);
		else if (shell != FISH && *text == '\'')
			(void)fputs("'\\'", out);
		(void)fputc(*text, out);
	}
}

static void put_item(FILE *out, Shell shell, const char *word, const char *summary)
{
	if (shell == BASH) {
		(void)fprintf(out, "%s\n", word);
		return;
	}
	(void)fputs("\t\t'", out);
	put_quoted(out, shell, word);
	(void)fputs(shell == ZSH ? ":" : "'\\t'", out);
	put_quoted(out, shell, summary);
	(void)fputs(shell == ZSH ? "'\n" : "' \\\n", out);
}

/* --- command lines --- */

static void put_commands(FILE *out, Shell shell)
{
	for (size_t i = 0; i < command_count; i++)
		put_item(out, shell, command_table[i].name, command_table[i].summary);
}

/* What set and --set take; a number is shown as an example, its default. */
static void put_setting(FILE *out, Shell shell, const Setting *row)
{
	Settings initial;
	char word[64];
	settings_init(&initial);
	for (size_t i = 0; row->type == SETTING_CHOICE && row->choices[i]; i++) {
		(void)snprintf(word, sizeof(word), "%s=%s", row->name, row->choices[i]);
		put_item(out, shell, word, row->summary);
	}
	if (row->type == SETTING_BOOL) {
		(void)snprintf(word, sizeof(word), "no%s", row->name);
		put_item(out, shell, row->name, row->summary);
		put_item(out, shell, word, row->summary);
	}
	if (row->type == SETTING_NUMBER) {
		(void)snprintf(word, sizeof(word), "%s=", row->name);
		put_item(out, shell, word, row->summary);
		settings_print(&initial, row, word, sizeof(word));
		put_item(out, shell, word, row->summary);
	}
}

static void put_settings(FILE *out, Shell shell)
{
	for (size_t i = 0; i < setting_count; i++)
		put_setting(out, shell, &setting_table[i]);
}

/* Commands that take one of a few words, with each of these. */
static void put_choices(FILE *out, Shell shell)
{
	char line[64];
	for (size_t i = 0; i < command_count; i++) {
		const Command *row = &command_table[i];
		if (row->argument != ARGUMENT_CHOICE)
			continue;
		for (size_t k = 0; row->choices[k]; k++) {
			(void)snprintf(line, sizeof(line), "%s %s", row->name,
				       row->choices[k]);
			put_item(out, shell, line, row->summary);
		}
	}
}

/* A command's name and its short forms, one a line, within quotes of any shell. */
static void put_names(FILE *out, const Command *row)
{
	(void)fprintf(out, "%s\n", row->name);
	for (const char *at = row->shorts; *at;) {
		const size_t length = strcspn(at, " ");
		(void)fprintf(out, "%.*s\n", (int)length, at);
		at += length + (at[length] == ' ');
	}
}

static void put_file_commands(FILE *out)
{
	for (size_t i = 0; i < command_count; i++) {
		if (command_table[i].argument == ARGUMENT_FILE)
			put_names(out, &command_table[i]);
	}
}

/* Those that cannot be all of a line. */
static void put_open_commands(FILE *out)
{
	for (size_t i = 0; i < command_count; i++) {
		if (command_table[i].argument != ARGUMENT_NONE &&
		    !(command_table[i].flags & COMMAND_OPTIONAL))
			put_names(out, &command_table[i]);
	}
}

/* --- options --- */

static bool is_choice(const Option *row)
{
	return row->argument && strchr(row->argument, '|');
}

/* The function of a template that completes what an option takes. */
static const char *completer(const Option *row)
{
	if (strcmp(row->argument, "FILE") == 0)
		return "_mhex_file";
	if (strcmp(row->argument, "LINE") == 0)
		return "_mhex_line";
	if (strcmp(row->argument, "NAME=VALUE") == 0)
		return "_mhex_setting";
	return "_mhex_nothing";
}

static bool has_completer(const Option *row)
{
	return row->argument && !is_choice(row) &&
	       strcmp(completer(row), "_mhex_nothing") != 0;
}

/* "a|b" as "a b". */
static void put_words(FILE *out, const Option *row)
{
	for (const char *c = row->argument; *c; c++)
		(void)fputc(*c == '|' ? ' ' : *c, out);
}

static void put_bash_options(FILE *out)
{
	for (size_t i = 0; i < option_count; i++) {
		const Option *row = &option_table[i];
		if (row->letter)
			(void)fprintf(out, "-%c\n", row->letter);
		(void)fprintf(out, "--%s%s\n", row->name, row->argument ? "=" : "");
	}
}

/* Branches of a "case". */
static void put_bash_arguments(FILE *out)
{
	for (size_t i = 0; i < option_count; i++) {
		const Option *row = &option_table[i];
		if (!row->argument)
			continue;
		(void)fputc('\t', out);
		if (row->letter)
			(void)fprintf(out, "-%c | ", row->letter);
		(void)fprintf(out, "--%s) ", row->name);
		if (is_choice(row)) {
			(void)fputs("_mhex_words ", out);
			put_words(out, row);
		} else {
			(void)fputs(completer(row), out);
		}
		(void)fputs(" ;;\n", out);
	}
}

/* Brackets end a description of _arguments, colons what stands behind it. */
static void put_zsh_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("[]:\\", *text))
			(void)fputc('\\', out);
		if (*text == '\'')
			(void)fputs("'\\'", out);
		(void)fputc(*text, out);
	}
}

static void put_zsh_argument(FILE *out, const Option *row)
{
	(void)fputc(':', out);
	put_zsh_text(out, row->argument);
	if (is_choice(row)) {
		(void)fputs(":(", out);
		put_words(out, row);
		(void)fputc(')', out);
	} else {
		/* A blank: show what is wanted, offer nothing. */
		(void)fprintf(out, ":%s", has_completer(row) ? completer(row) : " ");
	}
}

/* A word of _arguments: letter '\0' for the long name. */
static void put_zsh_option(FILE *out, const Option *row, char letter)
{
	(void)fputs("\t\t'", out);
	if (has_completer(row)) /* these may stand there more than once */
		(void)fputc('*', out);
	else if (row->letter)
		(void)fprintf(out, "(-%c --%s)", row->letter, row->name);
	if (letter)
		(void)fprintf(out, "-%c%s[", letter, row->argument ? "+" : "");
	else
		(void)fprintf(out, "--%s%s[", row->name, row->argument ? "=" : "");
	put_zsh_text(out, row->summary);
	(void)fputc(']', out);
	if (row->argument)
		put_zsh_argument(out, row);
	(void)fputs("'\n", out);
}

static void put_zsh_options(FILE *out)
{
	for (size_t i = 0; i < option_count; i++) {
		if (option_table[i].letter)
			put_zsh_option(out, &option_table[i], option_table[i].letter);
		put_zsh_option(out, &option_table[i], '\0');
	}
}

static void put_fish_options(FILE *out)
{
	for (size_t i = 0; i < option_count; i++) {
		const Option *row = &option_table[i];
		(void)fputs("complete -c mhex", out);
		if (row->letter)
			(void)fprintf(out, " -s %c", row->letter);
		(void)fprintf(out, " -l %s -d '", row->name);
		put_quoted(out, FISH, row->summary);
		(void)fputc('\'', out);
		if (row->argument && strcmp(row->argument, "FILE") == 0) {
			(void)fputs(" -rF", out);
		} else if (is_choice(row)) {
			(void)fputs(" -xa '", out);
			put_words(out, row);
			(void)fputc('\'', out);
		} else if (has_completer(row)) {
			(void)fprintf(out, " -xa '(%s)'", completer(row));
		} else if (row->argument) {
			(void)fputs(" -x", out);
		}
		(void)fputc('\n', out);
	}
}

/* --- their names in the templates --- */

#define LIST(shell, name)                                                                \
	static void put_##name##_for_##shell(FILE *out)                                  \
	{                                                                                \
		put_##name(out, shell);                                                  \
	}
LIST(BASH, commands)
LIST(BASH, settings)
LIST(BASH, choices)
LIST(ZSH, commands)
LIST(ZSH, settings)
LIST(ZSH, choices)
LIST(FISH, commands)
LIST(FISH, settings)
LIST(FISH, choices)
#undef LIST

const GeneratedList shell_lists[] = {
	{"FILE COMMANDS", put_file_commands},
	{"OPEN COMMANDS", put_open_commands},
	{"BASH OPTIONS", put_bash_options},
	{"BASH ARGUMENTS", put_bash_arguments},
	{"BASH COMMANDS", put_commands_for_BASH},
	{"BASH SETTINGS", put_settings_for_BASH},
	{"BASH CHOICES", put_choices_for_BASH},
	{"ZSH OPTIONS", put_zsh_options},
	{"ZSH COMMANDS", put_commands_for_ZSH},
	{"ZSH SETTINGS", put_settings_for_ZSH},
	{"ZSH CHOICES", put_choices_for_ZSH},
	{"FISH OPTIONS", put_fish_options},
	{"FISH COMMANDS", put_commands_for_FISH},
	{"FISH SETTINGS", put_settings_for_FISH},
	{"FISH CHOICES", put_choices_for_FISH},
	{NULL, NULL},
};
