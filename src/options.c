/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

/* In the order of --help. */
const Option option_table[] = {
	{'R', "view", NULL, "Open read-only: every edit is refused"},
	{'p', "preview", NULL, "Keep edits in this process until written (default)"},
	{'L', "live", NULL, "Store every edit in the file at once"},
	{'g', "goto", "EXPR", "Start at an offset, as :goto takes it"},
	{'c', "command", "LINE", "Run a command after opening; may be repeated"},
	{'s', "script", "FILE", "Then run the commands in FILE (\"-\": standard input)"},
	{'b', "batch", NULL, "No terminal: run -c and -s, then exit"},
	{'\0', "screen", "COLSxROWS",
	 "No terminal: run -c and -s, print the screen as text"},
	{'\0', "set", "NAME=VALUE", "Change a setting, as :set does"},
	{'\0', "keys", "vi|plain", "Keys like vi's (default), or without states"},
	{'\0', "clean", NULL, "Read no configuration file"},
	{'\0', "recover", "ask|apply|drop|revert|list",
	 "What to do with what a crash has left (default ask)"},
	{'h', "help", NULL, "Print this help and exit"},
	{'V', "version", NULL, "Print the version and exit"},
};
const size_t option_count = sizeof(option_table) / sizeof(option_table[0]);

enum {
	OPTION_COUNT = sizeof(option_table) / sizeof(option_table[0]),
	/* getopt's value of row i is its letter, else this and i. */
	LONG_ONLY = 256,
	SCREEN_MAX = 2000, /* rows, columns */
	HELP_COLUMN = 28,
};

static int option_value(size_t row)
{
	return option_table[row].letter ? option_table[row].letter : LONG_ONLY + (int)row;
}

/* --- what getopt wants to know --- */

typedef struct {
	char letters[2 + 2 * OPTION_COUNT + 1];
	struct option names[OPTION_COUNT + 1];
} GetoptTables;

static void fill_tables(GetoptTables *tables)
{
	char *letters = tables->letters;
	memset(tables, 0, sizeof(*tables));
	*letters++ = ':'; /* tell a missing argument from an unknown option */
	for (size_t i = 0; i < option_count; i++) {
		const Option *row = &option_table[i];
		tables->names[i] = (struct option){
			.name = row->name,
			.has_arg = row->argument ? required_argument : no_argument,
			.val = option_value(i)};
		if (!row->letter)
			continue;
		*letters++ = row->letter;
		if (row->argument)
			*letters++ = ':';
	}
}

/* --- arguments --- */

static MhexStatus add_text(TextList *list, const char *text, MhexError *err)
{
	const char **texts =
		reallocarray(list->texts, list->count + 1, sizeof(list->texts[0]));
	if (!texts)
		return mhex_fail(err, MHEX_E_NOMEM, "out of memory");
	list->texts = texts;
	list->texts[list->count++] = text;
	return MHEX_OK;
}

static bool take_size(const char **text, int *size)
{
	uint64_t value = 0;
	const size_t length = strspn(*text, "0123456789");
	size_t used = 0;
	if (length == 0 || number_parse_literal(*text, length, &value, &used, NULL) ||
	    used != length || value < 1 || value > SCREEN_MAX)
		return false;
	*size = (int)value;
	*text += length;
	return true;
}

static MhexStatus take_screen(Options *options, const char *text, MhexError *err)
{
	const char *at = text;
	bool taken = take_size(&at, &options->cols);
	if (taken && (*at == 'x' || *at == 'X')) {
		at++;
		taken = take_size(&at, &options->rows) && !*at;
	} else {
		taken = false;
	}
	if (!taken)
		return mhex_fail(
			err, MHEX_E_SYNTAX,
			"--screen=%s: wants COLSxROWS, such as 80x24, from 1x1 to "
			"%dx%d",
			text, SCREEN_MAX, SCREEN_MAX);
	options->run = RUN_SCREEN;
	return MHEX_OK;
}

static MhexStatus take_keys(Options *options, const char *text, MhexError *err)
{
	if (strcmp(text, "vi") == 0)
		return add_text(&options->settings, "keys=vi", err);
	if (strcmp(text, "plain") == 0)
		return add_text(&options->settings, "keys=plain", err);
	return mhex_fail(err, MHEX_E_SYNTAX, "--keys=%s: wants vi or plain", text);
}

static MhexStatus take_recover(Options *options, const char *text, MhexError *err)
{
	static const char *const names[] = {
		[RECOVER_ASK] = "ask",   [RECOVER_APPLY] = "apply",
		[RECOVER_DROP] = "drop", [RECOVER_REVERT] = "revert",
		[RECOVER_LIST] = "list",
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i]) == 0) {
			options->recover = (Recover)i;
			return MHEX_OK;
		}
	}
	return mhex_fail(err, MHEX_E_SYNTAX,
			 "--recover=%s: wants ask, apply, drop, revert or list", text);
}

/* Those that have no letter, by their long name. */
static MhexStatus take_named(Options *options, const char *name, const char *text,
			     MhexError *err)
{
	if (strcmp(name, "screen") == 0)
		return take_screen(options, text, err);
	if (strcmp(name, "set") == 0)
		return add_text(&options->settings, text, err);
	if (strcmp(name, "keys") == 0)
		return take_keys(options, text, err);
	if (strcmp(name, "recover") == 0)
		return take_recover(options, text, err);
	options->clean = true;
	return MHEX_OK;
}

static MhexStatus take_option(Options *options, int value, const char *text,
			      MhexError *err)
{
	switch (value) {
	case 'R':
		options->access = ACCESS_VIEW;
		break;
	case 'p':
		options->access = ACCESS_PREVIEW;
		break;
	case 'L':
		options->access = ACCESS_LIVE;
		break;
	case 'g':
		options->start = text;
		break;
	case 'c':
		return add_text(&options->commands, text, err);
	case 's':
		return add_text(&options->scripts, text, err);
	case 'b':
		if (options->run != RUN_SCREEN)
			options->run = RUN_BATCH;
		break;
	case 'h':
		options->run = RUN_HELP;
		break;
	case 'V':
		options->run = RUN_VERSION;
		break;
	default:
		return take_named(options, option_table[value - LONG_ONLY].name, text,
				  err);
	}
	return MHEX_OK;
}

/* --- faults --- */

/* The option as it was written, for a sentence; getopt has just refused it. */
static MhexStatus refuse(int found, int argc, char **argv, MhexError *err)
{
	/* musl's getopt has gone past the argument that is missing. */
	const char *word = argv[(optind < argc ? optind : argc) - 1];
	const bool is_long =
		optopt == 0 || optopt >= LONG_ONLY || strncmp(word, "--", 2) == 0;
	char letter[3] = {'-', (char)optopt, '\0'};
	const char *name = is_long ? word : letter;
	if (found == ':')
		return mhex_fail(err, MHEX_E_SYNTAX, "%s: its argument is missing", name);
	if (!is_long)
		return mhex_fail(err, MHEX_E_SYNTAX, "%s: no such option", name);
	return mhex_fail(err, MHEX_E_SYNTAX,
			 optopt ? "%s: takes no argument"
				: "%s: no such option, or the beginning of several",
			 name);
}

static MhexStatus check(const Options *options, MhexError *err)
{
	size_t readers = 0;
	for (size_t i = 0; i < options->scripts.count; i++)
		readers += strcmp(options->scripts.texts[i], "-") == 0;
	for (size_t i = 0; i < options->files.count; i++)
		readers += strcmp(options->files.texts[i], "-") == 0;
	if (readers > 1)
		return mhex_fail(err, MHEX_E_SYNTAX,
				 "-: standard input can be read only once");
	return MHEX_OK;
}

MhexStatus options_parse(Options *options, int argc, char **argv, MhexError *err)
{
	GetoptTables tables;
	MhexStatus status = MHEX_OK;
	memset(options, 0, sizeof(*options));
	options->access = ACCESS_PREVIEW;
	fill_tables(&tables);
	opterr = 0;
	optind = 0; /* tests parse more than once */
	while (!status && options->run != RUN_HELP && options->run != RUN_VERSION) {
		const int found =
			getopt_long(argc, argv, tables.letters, tables.names, NULL);
		if (found == -1)
			break;
		status = found == '?' || found == ':'
				 ? refuse(found, argc, argv, err)
				 : take_option(options, found, optarg, err);
	}
	for (int i = optind; i < argc && !status; i++)
		status = add_text(&options->files, argv[i], err);
	return status ? status : check(options, err);
}

void options_free(Options *options)
{
	free(options->commands.texts);
	free(options->scripts.texts);
	free(options->settings.texts);
	free(options->files.texts);
	memset(options, 0, sizeof(*options));
}

/* --- --help --- */

static void add_row(StrBuf *out, const Option *row)
{
	const size_t begin = out->length;
	if (row->letter)
		strbuf_printf(out, "  -%c, --%s", row->letter, row->name);
	else
		strbuf_printf(out, "      --%s", row->name);
	if (row->argument)
		strbuf_printf(out, "=%s", row->argument);
	if (out->length - begin + 2 > HELP_COLUMN)
		strbuf_printf(out, "\n%*s", HELP_COLUMN, "");
	else
		strbuf_printf(out, "%*s", HELP_COLUMN - (int)(out->length - begin), "");
	strbuf_printf(out, "%s\n", row->summary);
}

void options_help(StrBuf *out)
{
	strbuf_add_text(out, "Usage: mhex [OPTION]... [FILE]...\n"
			     "Terminal hex editor on memory-mapped files.\n\n");
	for (size_t i = 0; i < option_count; i++)
		add_row(out, &option_table[i]);
	strbuf_add_text(
		out,
		"\nFILE \"-\" is standard input; without a FILE an empty document "
		"begins.\n"
		"Inside, F1 shows the keys and :help the commands; all of it is in "
		"mhex(1).\n"
		"Exit status: 0 success, 1 a command or a file failed, 2 wrong usage.\n");
}
