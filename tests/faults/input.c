/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Input that nobody would type: no crash, no hang, and no change that undo cannot take
 * back. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 5000,
	PASTE = 1 << 20,
	KEYS_RANDOM = 6000,
};

static uint64_t random_state;

/* SplitMix64; the seed is in what a failing run prints. */
static uint64_t random_number(void)
{
	uint64_t x = random_state += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static void take_seed(void)
{
	const char *given = getenv("MHEX_SEED");
	random_state = given ? strtoull(given, NULL, 0)
			     : (uint64_t)time(NULL) * 1000 + (uint64_t)access_now;
	(void)printf("MHEX_SEED=%llu: ", (unsigned long long)random_state);
}

/* Nothing typed may write, leave or start anything: what does is bound to nothing. Ctrl-Z
 * and the like stay. */
static void open_tame(void)
{
	static const char *const options[] = {"--command=bind <F2> move down",
					      "--command=bind <C-s> move down",
					      "--command=bind <F10> move down",
					      "--command=bind <C-q> move down",
					      "--command=bind : move down",
					      "--command=bind q move down",
					      "--command=bind Z move down",
					      "--command=bind <F12> undo 100000",
					      NULL};
	make_file("file", SIZE);
	start_mhex("file", options);
	SEE("0x00000000");
}

/* At the end of all that was typed: the cursor moves last. */
static void expect_nothing_edited(void)
{
	KEYS("lll");
	SEE("0x00000003");
	SEE("00000000  01 02 03 04 05 06 07 08");
	SEE_NO("[+");
}

static void expect_all_undone(void)
{
	/* A search that finds something late would move the cursor: until Ctrl-C has
	 * nothing left to stop. */
	do {
		KEYS("<Esc><Esc><Esc><C-c>");
		while (screen_sends_within(screen, 150))
			;
	} while (!strstr(screen_text(screen), "Ctrl-C copies"));
	KEYS("<Esc><F12>gg");
	expect_nothing_edited();
	MUST(kill(screen_pid(screen), SIGTERM));
	expect_ends(128 + SIGTERM);
	EXPECT_COUNTING("file", SIZE, 0, "");
}

/* --- pastes --- */

static char *large_text(const char *unit)
{
	char *text = malloc(PASTE + 1);
	const size_t length = strlen(unit);
	for (size_t i = 0; i < PASTE; i++)
		text[i] = unit[i % length];
	text[PASTE - 1] = ' '; /* no half of a byte */
	text[PASTE] = '\0';
	return text;
}

static void pasted(void)
{
	char *text = large_text("41 ");
	make_file("file", SIZE);
	open_file("file");
	KEYS(access_now == LIVE ? "R" : "i");
	screen_paste(screen, text, PASTE);
	expect_alive();
	if (access_now == PREVIEW) {
		KEYS("<Esc>gg");
		SEE("00000000  41 41 41 41");
		KEYS("u"); /* one step */
		SEE("00000000  01 02 03 04");
		SEE_NO("[+");
	}
	expect_quits();
	if (access_now != LIVE)
		EXPECT_COUNTING("file", SIZE, 0, "");
	EXPECT(file_size("file") == SIZE);
	free(text);
}

static void pasted_in_normal(void)
{
	char *text = large_text("dGxZZ:q!\r");
	make_file("file", SIZE);
	open_file("file");
	screen_paste(screen, text, PASTE);
	expect_alive();
	SEE("00000000  01 02 03 04");
	expect_quits();
	EXPECT_COUNTING("file", SIZE, 0, "");
	free(text);
}

static void pasted_rubbish(void)
{
	char *text = large_text("41 zz\t\001\377");
	make_file("file", SIZE);
	open_file("file");
	KEYS("R");
	screen_paste(screen, text, PASTE);
	expect_alive();
	SEE("00000000  01 02 03 04"); /* refused as a whole */
	expect_quits();
	EXPECT_COUNTING("file", SIZE, 0, "");
	free(text);
}

/* As a terminal without brackets sends it: keys. */
static void typed_without_brackets(void)
{
	char *text = large_text("41");
	make_file("file", SIZE);
	open_file("file");
	KEYS("R");
	screen_type_bytes(screen, text, PASTE / 4);
	expect_alive();
	KEYS("<Esc>gg");
	SEE(access_now == VIEW ? "00000000  01 02 03" : "00000000  41 41 41");
	expect_quits();
	if (access_now != LIVE)
		EXPECT_COUNTING("file", SIZE, 0, "");
	EXPECT(file_size("file") == SIZE);
	free(text);
}

static void bracket_that_never_ends(void)
{
	make_file("file", SIZE);
	open_file("file");
	KEYS("R");
	screen_type(screen, "\033[200~41 42 43");
	SEE(access_now == VIEW ? "pasting text needs" : "00000000  41 42 43");
	expect_alive();
	screen_type(screen, "\033[201~"); /* late, and no key */
	expect_alive();
	expect_quits();
	EXPECT(file_size("file") == SIZE);
}

/* --- rubbish --- */

static void random_keys(void)
{
	static const char letters[] = "hjklwb0$gGHMLvydpPxru.iaRnN*#'`m/?0123456789abcdef"
				      "\t\r\033\177 \001\003\007\014\017\020\022\026\031";
	take_seed();
	open_tame();
	for (int i = 0; i < KEYS_RANDOM; i++) {
		const char key[2] = {letters[random_number() % (sizeof(letters) - 1)]};
		screen_type(screen, key);
	}
	expect_all_undone();
}

static void random_sequences(void)
{
	static const char finals[] = "ABCDEFHPQRSZmMtTu~^$@cnRIOJKhl";
	take_seed();
	open_tame();
	KEYS("R");
	/* Answers that nobody asked for type nothing. */
	screen_type(
		screen,
		"\033]11;rgb:aa/bb/cc\033\\\033P1$r0m\033\\\033[?62;22c\033[>41;354;0c");
	KEYS("<Esc>gg");
	expect_nothing_edited();
	for (int i = 0; i < 1500; i++) {
		char text[64];
		const unsigned kind = (unsigned)(random_number() % 5);
		const char final = finals[random_number() % (sizeof(finals) - 1)];
		const unsigned a = (unsigned)(random_number() % 300);
		const unsigned b = (unsigned)(random_number() % 20);
		if (kind == 0)
			(void)snprintf(text, sizeof(text), "\033[%u;%u%c", a, b, final);
		else if (kind == 1)
			(void)snprintf(text, sizeof(text), "\033[<%u;%u;%uM", a, b + 1,
				       a + 1);
		else if (kind == 2)
			(void)snprintf(text, sizeof(text), "\033O%c", final);
		else if (kind == 3)
			(void)snprintf(text, sizeof(text), "\033[?%u;%u;%uc", a, b, a);
		else
			(void)snprintf(text, sizeof(text), "\033]%u;x%c\033\\", b, final);
		screen_type(screen, text);
	}
	screen_type(screen, "\033[201~\033\\");
	expect_all_undone();
}

static void random_bytes(void)
{
	take_seed();
	open_tame();
	for (int i = 0; i < KEYS_RANDOM; i++) {
		char byte = (char)random_number();
		/* A stop is the shell's business. */
		screen_type_bytes(screen, &byte, 1);
	}
	screen_type(screen, "\033[201~\033\\\033\\");
	expect_all_undone();
}

static void hostile_commands(void)
{
	static const char *const lines[] = {
		":goto 99999999999999999999999<Enter>",
		":goto 1<lt><lt>200<Enter>",
		":goto (((((((((((((((((((((((((((((((((((((<Enter>",
		":find /((((((((a*)*)*)*)*)*)*)*b/<Enter>",
		":find \"<Enter>",
		":insert 00*99999999999999<Enter>",
		":fill<Enter>",
		":select 5..1<Enter>",
		":undo 99999999999<Enter>",
		":set window=1<Enter>",
		":set columns=-1<Enter>",
		":bind<Enter>",
		":source /dev/zero<Enter>",
		":source file<Enter>",
		":read none<Enter>",
		":edit none/none<Enter>",
		":write /none/none<Enter>",
		":mark<Enter>",
		":u8@u8@u8@u8@0<Enter>",
	};
	char *deep = large_text("(");
	make_file("file", SIZE);
	open_file("file");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		KEYS("<Esc><Esc>");
		KEYS(lines[i]);
		KEYS("<C-c>");
	}
	KEYS("<Esc><Esc>:goto ");
	screen_paste(screen, deep, PASTE);
	KEYS("<Enter><C-c>");
	free(deep);
	expect_alive();
	expect_quits();
	EXPECT_COUNTING("file", SIZE, 0, "");
}

/* --- configuration --- */

static void with_config(const char *bytes, size_t length)
{
	MUST(mkdir("config", 0700));
	MUST(mkdir("config/mhex", 0700));
	temp_file_write("config/mhex/mhexrc", bytes, length);
}

static void start_with_config(void)
{
	char variable[TEMP_PATH_SIZE + 32];
	const char *argv[] = {MHEX_PROGRAM, "file", NULL};
	const char *const environment[] = {variable, NULL};
	char *folder = getcwd(NULL, 0);
	/* One that is not absolute does not count. */
	(void)snprintf(variable, sizeof(variable), "XDG_CONFIG_HOME=%s/config", folder);
	free(folder);
	make_file("file", SIZE);
	screen_close(screen);
	screen = screen_open_with(CASE_ROWS, CASE_COLS, (char *const *)argv, environment);
	SEE("00000000  01 02 03");
	expect_alive();
	expect_quits();
	EXPECT_COUNTING("file", SIZE, 0, "");
}

static void rubbish_as_configuration(void)
{
	static char bytes[20000];
	random_state = 1;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)random_number();
	with_config(bytes, sizeof(bytes));
	start_with_config();
}

static void folder_as_configuration(void)
{
	MUST(mkdir("config", 0700));
	MUST(mkdir("config/mhex", 0700));
	MUST(mkdir("config/mhex/mhexrc", 0700));
	start_with_config();
}

static void endless_configuration(void)
{
	MUST(mkdir("config", 0700));
	MUST(mkdir("config/mhex", 0700));
	MUST(symlink("/dev/zero", "config/mhex/mhexrc"));
	start_with_config();
}

const FaultCase input_cases[] = {
	{"a paste of 1 MiB", pasted, ALL, NULL},
	{"a paste of 1 MiB in NORMAL", pasted_in_normal, ALL, NULL},
	{"a paste of 1 MiB of rubbish", pasted_rubbish, ALL, NULL},
	{"a paste without brackets", typed_without_brackets, ALL, NULL},
	{"a paste that does not end", bracket_that_never_ends, ALL, NULL},
	{"random keys", random_keys, ALL, NULL},
	{"random escape sequences", random_sequences, ALL, NULL},
	{"random bytes typed", random_bytes, ALL, NULL},
	{"hostile commands", hostile_commands, ALL, NULL},
	{"rubbish as configuration", rubbish_as_configuration, ONCE, NULL},
	{"a folder as configuration", folder_as_configuration, ONCE, NULL},
	{"an endless device as configuration", endless_configuration, ONCE, NULL},
	{NULL, NULL, 0, NULL},
};
