/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Every key that moves. The file has 4096 bytes, 16 in a line, 21 lines on the screen. */

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <unistd.h>

#include "e2e/mhex_screen.h"

struct move_case {
	unsigned start;
	char keys[40];
	unsigned want;
};

ParameterizedTestParameters(keys_move, go_where_they_should)
{
	static struct move_case cases[] = {
		{0x15, "h", 0x14},
		{0x15, "j", 0x25},
		{0x15, "k", 0x05},
		{0x15, "l", 0x16},
		{0x15, "<Left>", 0x14},
		{0x15, "<Down>", 0x25},
		{0x15, "<Up>", 0x05},
		{0x15, "<Right>", 0x16},
		{0x15, " ", 0x16},
		{0x15, "<Backspace>", 0x14},
		{0, "h", 0},
		{5, "k", 5},
		{0x15, "w", 0x18},
		{0x15, "b", 0x10},
		{0x10, "b", 0x08},
		{0x15, "<C-Right>", 0x18},
		{0x15, "<C-Left>", 0x10},
		{0x15, "0", 0x10},
		{0x15, "^", 0x10},
		{0x15, "$", 0x1f},
		{0x15, "<Home>", 0x10},
		{0x15, "<End>", 0x1f},
		{0x115, "gg", 0},
		{0x15, "G", 0xfff},
		{0x15, "300G", 300},
		{0x15, "<C-Home>", 0},
		{0x15, "<C-End>", 0xfff},
		{0, "<PageDown>", 21 * 16},
		{0x15, "<PageDown>", 21 * 16 + 0x15},
		{0x500, "<PageUp>", 0x500 - 21 * 16},
		{0x500, "<C-b>", 0x500 - 21 * 16},
		{0x15, "<PageUp>", 0x05},
		{0, "<C-d>", 10 * 16},
		{0x500, "<C-u>", 0x500 - 10 * 16},
		{0x15, "H", 0},
		{0x15, "L", 20 * 16},
		{0x15, "M", 10 * 16},
		{0, "3l", 3},
		{0, "12j", 12 * 16},
		{0, "10l", 10},
		{0x15, ":0x123<Enter>", 0x123},
		{0x15, ":goto .+1<Enter>", 0x16},
		{0x15, ":+10h<Enter>", 0x25},
		{0x15, "<F4>0x200<Enter>", 0x200},
		{0x15, "<C-g>50%<Enter>", 0x800},
		{0x15, "maG'a", 0x15},
		{0x15, "maG`a", 0x15},
		{0x15, "G<C-o>", 0x15},
		{0x15, "G<M-Left>", 0x15},
		{0x15, "G<C-o><C-p>", 0xfff},
		{0x15, "G<M-Left><M-Right>", 0xfff},
		{0x15, "l3<Esc>l", 0x17},
	};
	return cr_make_param_array(struct move_case, cases,
				   sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct move_case *param, keys_move, go_where_they_should,
		  .fini = close_all, .timeout = 100)
{
	char start[40];
	(void)snprintf(start, sizeof(start), "--goto=%u", param->start);
	temp_file_make(&file, "", 0);
	cr_assert(zero(int, truncate(file.path, 4096)));
	char *argv[] = {(char[]){MHEX_PROGRAM},
			(char[]){"--clean"},
			(char[]){"--set=nohint"},
			start,
			file.path,
			NULL};
	screen = screen_open(ROWS, COLS, argv);
	EXPECT_AT(param->start);

	screen_keys(screen, param->keys);

	cr_expect(screen_wait_text(screen, place_text(param->want)), "%s from 0x%x:\n%s",
		  param->keys, param->start, screen_text(screen));
	/* Nothing more is to come: the next key is the next thing that happens. */
	screen_keys(screen, ":version<Enter>");
	EXPECT_TEXT("mhex 0.");
	cr_expect(screen_has(screen, place_text(param->want)), "%s from 0x%x:\n%s",
		  param->keys, param->start, screen_text(screen));
}

TestSuite(keys_cursor, .fini = close_all, .timeout = 100);

Test(keys_cursor, stands_on_the_byte_in_both_columns)
{
	open_counting(64, NULL);
	cr_expect(screen_wait_cursor(screen, 0, 11), "%s", screen_text(screen));

	screen_keys(screen, "jl");

	EXPECT_AT(0x11UL);
	cr_expect(screen_wait_cursor(screen, 1, 14));
	const ScreenCell twin = screen_cell(screen, 1, 63);
	cr_expect(ge(int, twin.background, 0), "its twin is in a colour of its own");
}

Test(keys_cursor, tab_goes_to_the_other_column)
{
	open_counting(64, NULL);

	screen_keys(screen, "<Tab>");
	cr_expect(screen_wait_cursor(screen, 0, 62), "%s", screen_text(screen));
	screen_keys(screen, "l<Tab>");
	cr_expect(screen_wait_cursor(screen, 0, 14), "%s", screen_text(screen));
}

Test(keys_cursor, keys_that_are_no_commands_say_so)
{
	open_counting(64, NULL);

	screen_keys(screen, "K");
	EXPECT_TEXT("K does nothing here");
	screen_keys(screen, "<F9>");
	EXPECT_TEXT("<F9> does nothing here");
	expect_quits();
}

Test(keys_cursor, an_unknown_mark_is_told)
{
	open_counting(64, NULL);

	screen_keys(screen, "'z");

	EXPECT_TEXT("goto: ");
	EXPECT_AT(0UL);
}
