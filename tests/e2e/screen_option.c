/* SPDX-License-Identifier: GPL-3.0-or-later */

/* --screen: whole screens as text. */

#include "e2e/mhex_screen.h"

#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/golden.h"

struct screen_case {
	char name[32];
	char options[120];
};

/* A name that is the same every time, in a folder of its own. */
static void make_sample(void)
{
	static const char begin[] =
		"\x7f"
		"ELF\2\1\1\0\0\0\0\0\0\0\0\0caf\xc3\xa9 \xe4\xb8\xad\xe6\x96\x87 "
		"\xf0\x9f\x98\x80 \xff\xfe\r\n\t";
	char bytes[600], path[TEMP_PATH_SIZE + 16];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	memcpy(bytes, begin, sizeof(begin) - 1);
	temp_folder_make(&file);
	(void)snprintf(path, sizeof(path), "%s/sample.bin", file.path);
	temp_file_write(path, bytes, sizeof(bytes));
}

static void remove_sample(void)
{
	temp_folder_remove(&file);
}

static char *run(const char *options)
{
	char command[1024];
	char *text = calloc(1, 1 << 16);
	(void)snprintf(command, sizeof(command),
		       "XDG_STATE_HOME='%s' LC_ALL=C.UTF-8 '%s' --clean %s "
		       "'%s/sample.bin' 2>&1; echo \"status $?\"",
		       file.path, MHEX_PROGRAM, options, file.path);
	FILE *pipe = popen(command, "r");
	cr_assert(pipe != NULL && text != NULL);
	(void)!fread(text, 1, (1 << 16) - 1, pipe);
	(void)pclose(pipe);
	return text;
}

static void check_screen(const struct screen_case *param)
{
	char path[128];
	(void)snprintf(path, sizeof(path), "e2e/golden/option-%s.screen", param->name);

	char *text = run(param->options);

	cr_expect(golden_check(path, text), "%s:\n%s", param->options, text);
	free(text);
}

Test(screen_option, prints_what_a_terminal_would_show, .init = make_sample,
     .fini = remove_sample, .timeout = 100)
{
	static const struct screen_case cases[] = {
		{"80x24", "--screen=80x24"},
		{"40x10", "--screen=40x10"},
		{"120x40", "--screen=120x40"},
		{"20x4", "--screen=20x4"},
		{"1x1", "--screen=1x1"},
		{"view", "--screen=80x8 -R"},
		{"live", "--screen=80x8 -L"},
		{"plain", "--screen=80x8 --keys=plain"},
		{"goto", "--screen=80x8 -g 0x123"},
		{"edited", "--screen=80x8 -c 'overwrite 41 at 1' -c 'insert 42 at 3'"},
		{"found", "--screen=80x8 -c 'find \"ELF\"'"},
		{"list", "--screen=80x12 -c 'find-all 00 in 0..16'"},
		{"decimal", "--screen=80x8 --set=offsets=dec --set=base=1000"},
		{"columns", "--screen=80x8 --set=columns=5 --set=group=2"},
		{"wide", "--screen=40x8 --set=columns=64 -g 40"},
		{"phase", "--screen=80x8 --set=phase=3"},
		{"inspector", "--screen=80x40 -g 16"},
		{"text-ascii", "--screen=80x8 --set=text=ascii"},
		{"text-latin1", "--screen=80x8 --set=text=latin1"},
		{"text-cp437", "--screen=80x8 --set=text=cp437"},
		{"text-ebcdic", "--screen=80x8 --set=text=ebcdic"},
		{"text-utf8", "--screen=80x8 --set=text=utf8 --set=columns=15"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_screen(&cases[i]);
}

TestSuite(screen_text, .init = make_sample, .fini = remove_sample, .timeout = 100);

Test(screen_text, does_not_depend_on_a_terminal_or_a_locale)
{
	char *here = run("--screen=80x10");
	(void)setenv("TERM", "no-such", 1);
	char *elsewhere = run("--screen=80x10");

	cr_expect(zero(int, strcmp(here, elsewhere)));
	free(here);
	free(elsewhere);
}

Test(screen_text, a_failed_command_prints_no_screen)
{
	char *text = run("--screen=80x10 -c 'goto 0x5000'");

	cr_expect(zero(int, strcmp(text, "mhex: -c 1: goto: 0x5000 is past the end "
					 "(0x258)\nstatus 1\n")),
		  "%s", text);
	free(text);
}
