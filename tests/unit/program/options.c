/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

enum {
	WORDS_MAX = 20
};

static Options options;
static char words[400];
static MhexError error;

/* line: words with single blanks between them. */
static MhexStatus parse(const char *line)
{
	static char *argv[WORDS_MAX + 1];
	int argc = 0;
	(void)snprintf(words, sizeof(words), "mhex %s", line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	options_free(&options);
	return options_parse(&options, argc, argv, &error);
}

static void tear_down(void)
{
	options_free(&options);
}

TestSuite(options, .fini = tear_down);

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

Test(options, without_any_it_is_a_preview_on_the_terminal)
{
	cr_assert(zero(int, (int)parse("")));

	cr_expect(eq(int, (int)options.run, RUN_TERMINAL));
	cr_expect(eq(int, (int)options.access, ACCESS_PREVIEW));
	cr_expect(zero(sz, options.files.count));
}

Test(options, the_last_access_wins)
{
	cr_assert(zero(int, (int)parse("-R -L f")));
	cr_expect(eq(int, (int)options.access, ACCESS_LIVE));
	cr_assert(zero(int, (int)parse("-L --view f")));
	cr_expect(eq(int, (int)options.access, ACCESS_VIEW));
	cr_assert(zero(int, (int)parse("-Lp f")));
	cr_expect(eq(int, (int)options.access, ACCESS_PREVIEW));
}

Test(options, commands_scripts_and_files_keep_their_order)
{
	cr_assert(zero(int, (int)parse("one -c A --command=B -s S -c C two -s - three")));

	cr_assert(eq(sz, options.commands.count, 3));
	cr_expect(is(options.commands.texts[0], "A"));
	cr_expect(is(options.commands.texts[1], "B"));
	cr_expect(is(options.commands.texts[2], "C"));
	cr_assert(eq(sz, options.scripts.count, 2));
	cr_expect(is(options.scripts.texts[1], "-"));
	cr_assert(eq(sz, options.files.count, 3));
	cr_expect(is(options.files.texts[0], "one"));
	cr_expect(is(options.files.texts[2], "three"));
}

Test(options, behind_two_minus_signs_everything_is_a_file)
{
	cr_assert(zero(int, (int)parse("-b -- -c --help")));

	cr_expect(eq(int, (int)options.run, RUN_BATCH));
	cr_assert(eq(sz, options.files.count, 2));
	cr_expect(is(options.files.texts[0], "-c"));
	cr_expect(is(options.files.texts[1], "--help"));
}

Test(options, keys_is_a_setting)
{
	cr_assert(zero(int, (int)parse("--set=columns=16 --keys=plain --clean")));

	cr_assert(eq(sz, options.settings.count, 2));
	cr_expect(is(options.settings.texts[0], "columns=16"));
	cr_expect(is(options.settings.texts[1], "keys=plain"));
	cr_expect(options.clean);
}

Test(options, a_screen_has_columns_first)
{
	cr_assert(zero(int, (int)parse("--screen=132x43 -b -g 0x10 f")));

	cr_expect(eq(int, (int)options.run, RUN_SCREEN));
	cr_expect(eq(int, options.cols, 132));
	cr_expect(eq(int, options.rows, 43));
	cr_expect(is(options.start, "0x10"));
}

Test(options, recover_takes_five_words)
{
	static const char *const lines[] = {"--recover=ask", "--recover=apply",
					    "--recover=drop", "--recover=revert",
					    "--recover=list"};
	for (size_t i = 0; i < 5; i++) {
		cr_assert(zero(int, (int)parse(lines[i])));
		cr_expect(eq(sz, (size_t)options.recover, i), "%s", lines[i]);
	}
}

Test(options, help_and_version_end_the_reading)
{
	cr_assert(zero(int, (int)parse("--help --no-such-option")));
	cr_expect(eq(int, (int)options.run, RUN_HELP));
	cr_assert(zero(int, (int)parse("-V -Z")));
	cr_expect(eq(int, (int)options.run, RUN_VERSION));
}

struct fault_case {
	char line[40];
	char sentence[80];
};

static void check_fault(const struct fault_case *param)
{
	const MhexStatus status = parse(param->line);

	cr_expect(eq(int, (int)status, MHEX_E_SYNTAX), "%s", param->line);
	const int differs =
		strncmp(error.message, param->sentence, strlen(param->sentence));
	cr_expect(zero(int, differs), "%s: %s", param->line, error.message);
}

Test(options_wrong, usage_is_told, .fini = tear_down)
{
	static const struct fault_case cases[] = {
		{"-Z", "-Z: no such option"},
		{"-bZ", "-Z: no such option"},
		{"--colour", "--colour: no such option, or the beginning of several"},
		{"--s=1", "--s=1: no such option, or the beginning of several"},
		{"-g", "-g: its argument is missing"},
		{"-bc", "-c: its argument is missing"},
		{"--set", "--set: its argument is missing"},
		{"--batch=1", "--batch=1: takes no argument"},
		{"--keys=emacs", "--keys=emacs: wants vi or plain"},
		{"--recover=yes",
		 "--recover=yes: wants ask, apply, drop, revert or list"},
		{"--screen=80", "--screen=80: wants COLSxROWS"},
		{"--screen=80x", "--screen=80x: wants COLSxROWS"},
		{"--screen=0x24", "--screen=0x24: wants COLSxROWS"},
		{"--screen=80x24x2", "--screen=80x24x2: wants COLSxROWS"},
		{"--screen=10000x1", "--screen=10000x1: wants COLSxROWS"},
		{"--screen=-1x1", "--screen=-1x1: wants COLSxROWS"},
		{"-s - -", "-: standard input can be read only once"},
		{"- -", "-: standard input can be read only once"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_fault(&cases[i]);
		tear_down();
	}
}

Test(option_table, every_row_is_complete)
{
	for (size_t i = 0; i < option_count; i++) {
		const Option *row = &option_table[i];
		const char last = row->summary[strlen(row->summary) - 1];
		cr_expect(ne(chr, last, '.'), "%s: a phrase, not a sentence", row->name);
		for (size_t k = 0; k < i; k++) {
			cr_expect(not(is(row->name, option_table[k].name)));
			cr_expect(
				not(row->letter && row->letter == option_table[k].letter),
				"%c is there twice", row->letter);
		}
	}
}

Test(option_table, help_names_every_option_within_80_columns)
{
	StrBuf help = {0};
	options_help(&help);

	for (size_t i = 0; i < option_count; i++)
		cr_expect(strstr(strbuf_text(&help), option_table[i].name) != NULL);
	for (char *line = strtok(help.text, "\n"); line; line = strtok(NULL, "\n"))
		cr_expect(le(sz, strlen(line), 80), "%s", line);

	strbuf_free(&help);
}
