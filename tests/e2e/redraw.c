/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What goes over the line: no more than what changed; on any type of terminal. */

#include "e2e/mhex_screen.h"

#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/golden.h"

TestSuite(redraw, .fini = close_all, .timeout = 100);

Test(redraw, a_step_of_the_cursor_is_a_few_bytes)
{
	open_counting(4096, (const char *const[]){"--set=noinspector", NULL});
	screen_keys(screen, "l");
	EXPECT_AT(1UL);
	/* The cursor is placed last. */
	cr_assert(screen_wait_cursor(screen, 0, 14));
	const size_t before = screen_sent(screen);

	screen_keys(screen, "l");
	EXPECT_AT(2UL);
	cr_assert(screen_wait_cursor(screen, 0, 17));

	const size_t sent = screen_sent(screen) - before;
	cr_expect(lt(sz, sent, 200), "%zu bytes", sent);
}

Test(redraw, a_thousand_queued_pages_are_a_few_pictures)
{
	enum {
		PAGES = 1000,
		PAGE = 21 * 16
	};
	static char keys[PAGES * 4 + 1];
	temp_file_make(&file, "", 0);
	cr_assert(zero(int, truncate(file.path, (off_t)1 << 20)));
	open_path(file.path, NULL, NULL);
	for (int i = 0; i < PAGES; i++)
		strcpy(keys + (ptrdiff_t)i * 4, "\033[6~");
	const size_t before = screen_sent(screen);

	screen_type(screen, keys);

	EXPECT_AT((unsigned long)PAGES * PAGE);
	const size_t sent = screen_sent(screen) - before;
	/* One whole picture is about 2 KB. */
	cr_expect(lt(sz, sent, 100000), "%zu bytes", sent);
}

Test(redraw, nothing_is_sent_while_nothing_happens)
{
	open_counting(4096, NULL);
	screen_keys(screen, "l");
	EXPECT_AT(1UL);
	/* The rest of that picture. */
	while (screen_sends_within(screen, 100))
		;
	const size_t before = screen_sent(screen);

	/* Several ticks long the only thing that happens is that nobody writes. */
	const bool sent = screen_sends_within(screen, 700);

	cr_expect(not(sent), "%s", strchr(screen_bytes(screen) + before, 0x1b) + 1);
}

Test(redraw, control_bytes_of_files_never_reach_the_terminal)
{
	TempFile folder;
	char path[TEMP_PATH_SIZE + 32];
	temp_folder_make(&folder);
	(void)snprintf(path, sizeof(path), "%s/a\033]0;owned\a\nb", folder.path);
	temp_file_write(path,
			"\033]0;owned\a\x9b"
			"31m\033c",
			16);

	open_path(path, NULL, NULL);

	EXPECT_TEXT("a\\x1b]0;owned\\x07\\nb");
	cr_expect(strstr(screen_bytes(screen), "\033]0;") == NULL);
	cr_expect(strstr(screen_bytes(screen), "\033c") == NULL);
	temp_folder_remove(&folder);
}

/* --- whole pictures --- */

static void open_sample(const char *const options[])
{
	char bytes[600];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	memcpy(bytes,
	       "\x7f"
	       "ELF\2\1\1\0\0\0\0\0\0\0\0\0caf\xc3\xa9 \xe4\xb8\xad\0\0\xff\xff",
	       30);
	temp_folder_make(&file);
	char path[TEMP_PATH_SIZE + 16];
	(void)snprintf(path, sizeof(path), "%s/sample.bin", file.path);
	temp_file_write(path, bytes, sizeof(bytes));
	open_path(path, options, NULL);
}

static void close_sample(void)
{
	temp_folder_remove(&file);
	close_all();
}

/* Drawing takes several writes: look until it is what is wanted, or all there is. */
static void expect_picture(const char *name)
{
	char path[128], whole[1024];
	(void)snprintf(path, sizeof(path), "e2e/golden/%s.screen", name);
	(void)snprintf(whole, sizeof(whole), "%s/%s", MHEX_TESTS, path);
	char *picture = screen_picture(screen);
	while (!temp_file_holds(whole, picture, strlen(picture)) &&
	       screen_sends_within(screen, 2000)) {
		free(picture);
		picture = screen_picture(screen);
	}

	cr_expect(golden_check(path, picture), "%s:\n%s", path, picture);

	free(picture);
}

TestSuite(picture, .fini = close_sample, .timeout = 100);

Test(picture, first)
{
	open_sample(NULL);
	expect_picture("first");
}

Test(picture, edited_selected_and_found)
{
	open_sample(NULL);
	screen_keys(screen, ":overwrite 41 42 43 at 0x20<Enter>");
	ASSERT_TEXT("[+3]");
	screen_keys(screen, ":find-all ff<Enter>");
	ASSERT_TEXT("Matches");
	screen_keys(screen, "<Esc>:select 0x30,+0x14<Enter>");
	ASSERT_TEXT("sel 0x14");
	expect_picture("edited");
}

Test(picture, live)
{
	open_sample((const char *const[]){"-L", NULL});
	expect_picture("live");
}

Test(picture, help)
{
	open_sample(NULL);
	screen_keys(screen, "<F1>");
	ASSERT_TEXT("KEYS, and");
	expect_picture("help");
}

/* --- types of terminals --- */

struct type_case {
	char term[32];
	char more[32];
	char locale[32];
	bool colours;
};

ParameterizedTestParameters(terminals, show_and_edit)
{
	static struct type_case cases[] = {
		{"TERM=xterm-256color", "A=", "LC_ALL=C.UTF-8", true},
		{"TERM=screen-256color", "A=", "LC_ALL=C.UTF-8", true},
		{"TERM=linux", "A=", "LC_ALL=C.UTF-8", true},
		{"TERM=vt100", "A=", "LC_ALL=C.UTF-8", false},
		{"TERM=xterm-256color", "NO_COLOR=1", "LC_ALL=C.UTF-8", false},
		{"TERM=xterm-256color", "A=", "LC_ALL=C", true},
	};
	return cr_make_param_array(struct type_case, cases,
				   sizeof(cases) / sizeof(cases[0]));
}

static bool any_colour(void)
{
	for (int row = 0; row < ROWS; row++) {
		for (int col = 0; col < COLS; col++) {
			const ScreenCell cell = screen_cell(screen, row, col);
			if (cell.foreground != -1 || cell.background != -1)
				return true;
		}
	}
	return false;
}

ParameterizedTest(struct type_case *param, terminals, show_and_edit, .fini = close_all,
		  .timeout = 100)
{
	temp_file_make(&file, "ABCDEF", 6);
	open_path(file.path, NULL,
		  (const char *const[]){param->term, param->more, param->locale, NULL});

	screen_keys(screen, "R7a<Esc>");
	EXPECT_TEXT("7a 42 43 44 45 46");
	EXPECT_TEXT("NORMAL");
	cr_assert(screen_wait_cursor(screen, 0, 14));
	cr_expect(screen_cell(screen, 0, 11).bold, "%s: modified is bold", param->term);
	cr_expect(eq(int, any_colour(), param->colours), "%s %s", param->term,
		  param->more);
	const bool utf8 = strcmp(param->locale, "LC_ALL=C") != 0;
	cr_expect(screen_has(screen, utf8 ? "\xe2\x94\x82"
					    "zBCDEF"
					  : "|zBCDEF"),
		  "%s", screen_text(screen));
	expect_quits();
}

Test(redraw, a_dumb_terminal_is_refused_with_a_sentence)
{
	char *argv[] = {(char[]){MHEX_PROGRAM}, NULL};
	screen = screen_open_with(ROWS, COLS, argv,
				  (const char *const[]){"TERM=dumb", NULL});

	cr_expect(eq(int, screen_wait_exit(screen), 2));
	EXPECT_TEXT("mhex: terminal type dumb (TERM) cannot show a full screen");
}
