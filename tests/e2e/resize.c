/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The size of the terminal: any, changing at any time. */

#include "e2e/mhex_screen.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

TestSuite(resize, .fini = close_all, .timeout = 120);

Test(resize, takes_the_new_size_at_once)
{
	open_counting(4096, NULL);

	screen_resize(screen, 40, 132);

	EXPECT_TEXT("00000018  18 19");
	screen_resize(screen, ROWS, COLS);
	EXPECT_TEXT("00000010  10 11");
	expect_quits();
}

Test(resize, the_cursor_stays_on_the_screen)
{
	open_counting(4096, NULL);
	screen_keys(screen, ":0x140<Enter>");
	EXPECT_AT(0x140UL);

	screen_resize(screen, 8, COLS);

	EXPECT_TEXT(" 00000140  40 41");
	EXPECT_AT(0x140UL);
}

Test(resize, a_terminal_of_one_cell_keeps_the_edits)
{
	open_counting(256, NULL);
	screen_keys(screen, "R4142<Esc>");
	EXPECT_TEXT("[+2]");

	screen_resize(screen, 1, 1);
	cr_expect(screen_wait_gone(screen, "NORMAL"));
	screen_keys(screen, "l");
	screen_resize(screen, ROWS, COLS);

	EXPECT_TEXT("[+2]");
	EXPECT_TEXT("41 42 02 03");
	EXPECT_AT(3UL);
}

Test(resize, a_small_one_says_so)
{
	open_counting(256, NULL);

	screen_resize(screen, 3, 12);

	cr_expect(screen_wait_gone(screen, "PREVIEW"), "%s", screen_text(screen));
	screen_resize(screen, ROWS, COLS);
	EXPECT_TEXT("PREVIEW");
}

Test(resize, a_storm_ends_with_the_last_one)
{
	static const int sizes[][2] = {{1, 1},    {200, 500}, {2, 80},  {24, 1},
				       {50, 132}, {7, 7},     {1, 300}, {25, 80}};
	open_counting(4096, NULL);
	screen_keys(screen, "R4142<Esc>");
	EXPECT_TEXT("[+2]");

	for (int i = 0; i < 400; i++) {
		const int *size = sizes[i % 8];
		screen_resize(screen, size[0], size[1]);
	}
	screen_resize(screen, ROWS, COLS);

	EXPECT_TEXT("[+2]");
	EXPECT_TEXT(" 00000010  10 11");
	expect_quits();
}

Test(resize, a_storm_of_signals_without_a_change_is_harmless)
{
	open_counting(4096, NULL);

	for (int i = 0; i < 2000; i++)
		(void)kill(screen_pid(screen), SIGWINCH);
	screen_keys(screen, "l");

	EXPECT_AT(1UL);
	expect_quits();
}

Test(resize, lines_and_columns_of_the_environment_are_not_asked)
{
	temp_file_make(&file, "ABC", 3);

	open_path(file.path, NULL, (const char *const[]){"LINES=5", "COLUMNS=20", NULL});

	const int differs = strncmp(screen_row(screen, STATUS_ROW), " NORMAL", 7);
	cr_expect(zero(int, differs), "%s", screen_text(screen));
}

Test(resize, opens_on_terminals_of_any_size)
{
	static const int sizes[][2] = {{1, 1},  {1, 80}, {24, 1},   {2, 2},
				       {3, 10}, {5, 20}, {200, 500}};
	temp_file_make(&file, "ABC", 3);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *argv[] = {(char[]){MHEX_PROGRAM}, (char[]){"--clean"}, file.path,
				NULL};
		screen = screen_open(sizes[i][0], sizes[i][1], argv);
		cr_expect(screen_wait_bytes(screen, 0, "\033[?2004h"));
		screen_keys(screen, "q");
		cr_expect(zero(int, screen_wait_exit(screen)), "%d x %d", sizes[i][0],
			  sizes[i][1]);
		expect_whole();
		screen_close(screen);
		screen = NULL;
	}
}
