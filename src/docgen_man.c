/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The lists of the manual pages. */

#include "docgen.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "editor/bindings.h"
#include "mhex/command.h"
#include "mhex/inspect.h"
#include "mhex/settings.h"
#include "mhex/theme.h"
#include "options.h"

/* Text as roff shows it unchanged: no escapes, no typographic quotes, and a minus
 * that can be copied from the page. */
static void put_text(FILE *out, const char *text, size_t length)
{
	static const struct {
		char plain;
		const char *roff;
	} escapes[] = {
		{'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"}, {'`', "\\(ga"},
		{'^', "\\(ha"}, {'~', "\\(ti"}, {'"', "\\(dq"},
	};
	for (size_t i = 0; i < length; i++) {
		const char *roff = NULL;
		for (size_t k = 0; k < sizeof(escapes) / sizeof(escapes[0]); k++)
			if (escapes[k].plain == text[i])
				roff = escapes[k].roff;
		/* A full stop that begins a line would be a request. */
		if (text[i] == '.' && i == 0)
			roff = "\\&.";
		if (roff)
			(void)fputs(roff, out);
		else
			(void)fputc(text[i], out);
	}
}

static void put(FILE *out, const char *text)
{
	put_text(out, text, strlen(text));
}

/* The same, in lines that are short enough to be looked at. */
static void put_filled(FILE *out, const char *text)
{
	enum {
		LINE_MAX_LENGTH = 60 /* before escapes */
	};
	size_t used = 0;
	while (*text) {
		const size_t length = strcspn(text, " ");
		if (used > 0) {
			const bool full = used + length > LINE_MAX_LENGTH;
			(void)fputc(full ? '\n' : ' ', out);
			used = full ? 0 : used + 1;
		}
		put_text(out, text, length);
		used += length;
		text += length + (text[length] == ' ');
	}
}

static void put_bold(FILE *out, const char *text)
{
	(void)fputs("\\fB", out);
	put(out, text);
	(void)fputs("\\fR", out);
}

static bool is_between(char c, char low, char high)
{
	return c >= low && c <= high;
}

/* "BYTES [at EXPR]": placeholders in italics, words to be typed in bold. */
static void put_synopsis(FILE *out, const char *text)
{
	while (*text) {
		size_t length = 1;
		const char *font = NULL;
		if (is_between(*text, 'A', 'Z'))
			font = "\\fI";
		else if (is_between(*text, 'a', 'z'))
			font = "\\fB";
		while (font &&
		       (is_between(text[length], 'A', 'Z') ||
			is_between(text[length], 'a', 'z') || text[length] == '-'))
			length++;
		(void)fputs(font ? font : "", out);
		put_text(out, text, length);
		(void)fputs(font ? "\\fR" : "", out);
		text += length;
	}
}

static void put_command(FILE *out, const Command *row)
{
	(void)fputs(".TP\n", out);
	put_bold(out, row->name);
	(void)fputs(row->flags & COMMAND_FORCE ? "[\\fB!\\fR]" : "", out);
	(void)fputs(*row->synopsis ? " " : "", out);
	put_synopsis(out, row->synopsis);
	if (row->shorts && *row->shorts) {
		(void)fputs(" (", out);
		put_bold(out, row->shorts);
		(void)fputs(")", out);
	}
	(void)fputs("\n", out);
	put_filled(out, row->summary);
	(void)fputs(row->flags & COMMAND_INTERACTIVE ? "; not in batch.\n" : ".\n", out);
}

static void put_commands(FILE *out)
{
	for (size_t topic = 0; command_topics[topic]; topic++) {
		(void)fprintf(out, ".SS %s\n", command_topics[topic]);
		for (size_t i = 0; i < command_count; i++) {
			if (strcmp(command_table[i].topic, command_topics[topic]) == 0)
				put_command(out, &command_table[i]);
		}
	}
}

static void put_value(FILE *out, const Setting *row, uint64_t value)
{
	if (row->type == SETTING_CHOICE)
		put(out, row->choices[value]);
	else if (row->type == SETTING_BOOL)
		put(out, value ? "on" : "off");
	else if (value == 0 && row->zero)
		put(out, row->zero);
	else if (value >= 1024 && value % 1024 == 0)
		(void)fprintf(out, "0x%" PRIx64, value);
	else
		(void)fprintf(out, "%" PRIu64, value);
}

static void put_settings(FILE *out)
{
	for (size_t i = 0; i < setting_count; i++) {
		const Setting *row = &setting_table[i];
		(void)fputs(".TP\n", out);
		put_bold(out, row->name);
		if (row->type == SETTING_BOOL) {
			(void)fputs(", ", out);
			(void)fputs("\\fBno", out);
			put(out, row->name);
			(void)fputs("\\fR", out);
		}
		for (size_t k = 0; row->type == SETTING_CHOICE && row->choices[k]; k++) {
			(void)fputs(k ? "|" : "=", out);
			put(out, row->choices[k]);
		}
		if (row->type == SETTING_NUMBER) {
			(void)fputs("=", out);
			put_value(out, row, row->min);
			(void)fputs("\\ \\&..\\ ", out);
			put_value(out, row, row->max);
		}
		(void)fputs("\n", out);
		put_filled(out, row->summary);
		(void)fputs(" (", out);
		put_value(out, row, row->initial);
		(void)fputs(").\n", out);
	}
}

/* " NI" behind a key that does not hold in all states. */
static void put_modes(FILE *out, unsigned modes)
{
	if (modes == IN_ALL)
		return;
	(void)fprintf(out, "\\ %s%s%s", modes & IN_NORMAL ? "N" : "",
		      modes & IN_OVERWRITE ? "O" : "", modes & IN_INSERT ? "I" : "");
}

/* All keys of a line together, where the first of them stands in the table. */
static void put_keys(FILE *out, const Binding *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool seen = false;
		for (size_t k = 0; k < i && !seen; k++)
			seen = strcmp(table[k].line, table[i].line) == 0;
		if (seen)
			continue;
		(void)fputs(".TP\n", out);
		for (size_t k = i; k < count; k++) {
			if (strcmp(table[k].line, table[i].line) != 0)
				continue;
			(void)fputs(k == i ? "" : ", ", out);
			put_bold(out, strcmp(table[k].key, " ") == 0 ? "<Space>"
								     : table[k].key);
			put_modes(out, table[k].modes);
		}
		(void)fputs("\n", out);
		put(out, table[i].line);
		(void)fputs("\n", out);
	}
}

static void put_inspector(FILE *out)
{
	for (size_t i = 0; i < inspect_count; i++) {
		(void)fputs(i ? ",\n" : "", out);
		put_bold(out, inspect_table[i].name);
	}
	(void)fputs(".\n", out);
}

static void put_themes(FILE *out)
{
	for (size_t i = 0; i < theme_count; i++) {
		(void)fputs(".TP\n", out);
		put_bold(out, theme_table[i].name);
		(void)fputs("\n", out);
		put_filled(out, theme_table[i].summary);
		(void)fputs(".\n", out);
	}
}

static void put_options(FILE *out)
{
	for (size_t i = 0; i < option_count; i++) {
		const Option *row = &option_table[i];
		(void)fputs(".TP\n", out);
		if (row->letter)
			(void)fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
		(void)fputs("\\fB\\-\\-", out);
		put(out, row->name);
		(void)fputs("\\fR", out);
		if (row->argument) {
			(void)fputs("=\\fI", out);
			put(out, row->argument);
			(void)fputs("\\fR", out);
		}
		(void)fputs("\n", out);
		put_filled(out, row->summary);
		(void)fputs(".\n", out);
	}
}

static void put_key_list(FILE *out)
{
	put_keys(out, default_bindings, default_binding_count);
}

static void put_plain_key_list(FILE *out)
{
	put_keys(out, plain_bindings, plain_binding_count);
}

static void put_title(FILE *out)
{
	(void)fputs(".TH MHEX 1 " MHEX_DATE " \"mhex " MHEX_VERSION
		    "\" \"User Commands\"\n",
		    out);
}

static void put_rc_title(FILE *out)
{
	(void)fputs(".TH MHEXRC 5 " MHEX_DATE " \"mhex " MHEX_VERSION
		    "\" \"File Formats\"\n",
		    out);
}

static void put_doc_folder(FILE *out)
{
	static const char folder[] = MHEX_DOC_FOLDER;
	(void)fputs(".I \"", out);
	put_text(out, folder, strlen(folder));
	(void)fputs("\"\n", out);
}

/* At the end of a sentence. */
static void put_guide(FILE *out)
{
	static const char guide[] = MHEX_DOC_FOLDER "/guide.md";
	(void)fputs(".IR \"", out);
	put_text(out, guide, strlen(guide));
	(void)fputs("\" .\n", out);
}

const GeneratedList manual_lists[] = {
	{"TITLE", put_title},
	{"RC TITLE", put_rc_title},
	{"OPTIONS", put_options},
	{"KEYS", put_key_list},
	{"PLAIN KEYS", put_plain_key_list},
	{"COMMANDS", put_commands},
	{"SETTINGS", put_settings},
	{"THEMES", put_themes},
	{"INSPECTOR", put_inspector},
	{"DOC FOLDER", put_doc_folder},
	{"GUIDE", put_guide},
	{NULL, NULL},
};
