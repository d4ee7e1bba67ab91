/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The completions, in the shells that they are for. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/screen.h"

static Screen *screen;

static void close_all(void)
{
	screen_close(screen);
	screen = NULL;
}

TestSuite(completions, .fini = close_all, .timeout = 100);

typedef struct {
	const char *typed,
		*becomes; /* at least; a shell may close a quote or add a blank */
} Case;

static const Case cases[] = {
	{"mhex --vers\t", "> mhex --version"},
	{"mhex --li\t", "> mhex --live"},
	{"mhex --keys=p\t", "> mhex --keys=plain"},
	{"mhex --keys p\t", "> mhex --keys plain"},
	{"mhex --recover=ap\t", "> mhex --recover=apply"},
	{"mhex --set=colo\t", "> mhex --set=colour="},
	{"mhex --set=colour=al\t", "> mhex --set=colour=always"},
	{"mhex --set noinsp\t", "> mhex --set noinspector"},
	{"mhex -c find-b\t", "> mhex -c find-backward"},
	{"mhex -c 'set colo\t", "> mhex -c 'set colour="},
	{"mhex -c 'set theme=c\t", "> mhex -c 'set theme=contrast"},
	{"mhex -c \"set undo-p\t", "> mhex -c \"set undo-persist"},
	{"mhex -c 'access l\t", "> mhex -c 'access live"},
	{"mhex --command=find-b\t", "> mhex --command=find-backward"},
	{"mhex -c 'source sam\t", "> mhex -c 'source sample.bin"},
	{"mhex -c 'source som\t",
	 "> mhex -c 'source someother.bin"}, /* not "some name.bin" */
	{"mhex some\\ n\t", "> mhex some\\ name.bin"},
	{"mhex -c 'write! folder/in\t", "> mhex -c 'write! folder/inner.bin"},
	{"mhex -b -s sam\t", "> mhex -b -s sample.bin"},
	{"mhex --script=sam\t", "> mhex --script=sample.bin"},
	{"mhex fold\t", "> mhex folder/"},
	{"mhex -- sam\t", "> mhex -- sample.bin"},
	{"mhex -R ~/sam\t", "> mhex -R ~/sample.bin"},
	{"mhex --script=~/sam\t", "> mhex --script=~/sample.bin"},
	{"mhex folder/in\t", "> mhex folder/inner.bin"},
	{"mhex -g 0x10 sam\t", "> mhex -g 0x10 sample.bin"},
	{"mhex --set=text=\t\t", "cp437"}, /* one of a list */
};

static void skip_without(const char *name)
{
	char command[80];
	(void)snprintf(command, sizeof(command), "command -v %s >/dev/null", name);
	if (system(command) != 0) // NOLINT(cert-env33-c): PATH as a user has it
		cr_skip_test("%s is not installed", name);
}

static void try_case(const Case *c)
{
	screen_type(screen, c->typed);
	cr_expect(screen_wait_text(screen, c->becomes), "no \"%s\":\n%s", c->becomes,
		  screen_text(screen));
	screen_type(screen, "\025\f"); /* no line, no screen */
	cr_assert(screen_wait_row(screen, 0, ">"), "%s", screen_text(screen));
}

static void try_all(char *const argv[])
{
	static const char *const environment[] = {"MHEX_COMPLETIONS=" MHEX_COMPLETIONS,
						  "ZDOTDIR=" MHEX_SHELLS, NULL};
	skip_without(argv[0]);
	screen = screen_open_with(24, 80, argv, environment);
	cr_assert(screen_wait_row(screen, 0, ">"), "%s", screen_text(screen));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		try_case(&cases[i]);
}

Test(completions, of_bash)
{
	static char name[] = "bash", no_profile[] = "--noprofile", option[] = "--rcfile",
		    rc[] = MHEX_SHELLS "/bashrc", interactive[] = "-i";
	try_all((char *[]){name, no_profile, option, rc, interactive, NULL});
}

Test(completions, of_zsh)
{
	static char name[] = "zsh", no_global[] = "-d", interactive[] = "-i";
	try_all((char *[]){name, no_global, interactive, NULL});
}

Test(completions, of_fish)
{
	static char name[] = "fish", no_config[] = "--no-config", option[] = "-C",
		    source[] = "source " MHEX_SHELLS "/config.fish", interactive[] = "-i";
	try_all((char *[]){name, no_config, option, source, interactive, NULL});
}
