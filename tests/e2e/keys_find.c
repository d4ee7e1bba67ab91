/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <unistd.h>

#include "e2e/mhex_screen.h"

static const char text[] = "one two three two one two.";

TestSuite(keys_find, .fini = close_all, .timeout = 100);

Test(keys_find, slash_n_and_N)
{
	open_text(text, NULL);

	screen_keys(screen, "/\"two\"<Enter>");
	EXPECT_AT(4UL);
	EXPECT_TEXT("sel 0x3");
	screen_keys(screen, "n");
	EXPECT_AT(14UL);
	screen_keys(screen, "n");
	EXPECT_AT(22UL);
	screen_keys(screen, "N");
	EXPECT_AT(14UL);
	screen_keys(screen, "<F3><F3>");
	EXPECT_AT(4UL);
	screen_keys(screen, "<S-F3>");
	EXPECT_AT(22UL);
}

Test(keys_find, question_mark_searches_backwards)
{
	open_text(text, NULL);

	screen_keys(screen, "G?\"two\"<Enter>");
	EXPECT_AT(22UL);
	screen_keys(screen, "n");
	EXPECT_AT(14UL);
	screen_keys(screen, "N");
	EXPECT_AT(22UL);
}

Test(keys_find, f7_and_ctrl_f_open_the_prompt)
{
	open_text(text, NULL);

	screen_keys(screen, "<F7>");
	EXPECT_TEXT(":find");
	screen_keys(screen, "74 68<Enter>");
	EXPECT_AT(8UL);
	screen_keys(screen, "gg<C-f>");
	EXPECT_TEXT(":find");
	screen_keys(screen, "7? 6?<Enter>");
	EXPECT_TEXT("found at 0x");
}

Test(keys_find, in_the_text_column_a_quote_stands_there_already)
{
	open_text(text, NULL);

	screen_keys(screen, "<Tab>/");
	EXPECT_TEXT(":find \"");
	screen_keys(screen, "three\"<Enter>");
	EXPECT_AT(8UL);
}

Test(keys_find, star_and_hash_look_for_what_is_here)
{
	open_text(text, NULL);

	screen_keys(screen, ":select 4,+3<Enter>");
	EXPECT_TEXT("sel 0x3");
	screen_keys(screen, "*");
	EXPECT_AT(14UL);
	screen_keys(screen, "#");
	EXPECT_AT(4UL);
}

Test(keys_find, nothing_found_is_a_sentence)
{
	open_text(text, NULL);

	screen_keys(screen, "/\"four\"<Enter>");

	EXPECT_TEXT("find: ");
	EXPECT_AT(0UL);
}

Test(keys_find, without_a_pattern_n_says_so)
{
	open_text(text, NULL);

	screen_keys(screen, "n");

	EXPECT_TEXT("next: ");
}

Test(keys_find, a_fault_has_a_caret_below_it)
{
	open_text(text, NULL);

	screen_keys(screen, "/41 4x<Enter>");

	ASSERT_TEXT("find: ");
	int row = 0, col = 0;
	cr_assert(screen_find(screen, "find 41 4x", &row, &col));
	int caret_row = 0, caret_col = 0;
	cr_assert(screen_find(screen, "^", &caret_row, &caret_col), "%s",
		  screen_text(screen));
	cr_expect(eq(int, caret_row, row + 1));
	cr_expect(ge(int, caret_col, col + 8));
}

Test(keys_find, the_line_before_comes_back_with_the_arrow)
{
	open_text(text, NULL);

	screen_keys(screen, ":find \"one\"<Enter>");
	EXPECT_TEXT("sel 0x3");
	screen_keys(screen, ":<Up>");
	EXPECT_TEXT(":find \"one\"");
	screen_keys(screen, "<Esc>");
	EXPECT_GONE(":find \"one\"");
}

Test(keys_find, tab_completes_commands)
{
	open_text(text, NULL);

	screen_keys(screen, ":overw<Tab>");

	EXPECT_TEXT(":overwrite");
}

Test(keys_find, find_all_is_a_list_to_choose_from)
{
	open_text(text, NULL);

	screen_keys(screen, ":find-all \"two\"<Enter>");
	ASSERT_TEXT("Matches");
	EXPECT_TEXT("0000000e");
	screen_keys(screen, "<Down><Enter>");

	EXPECT_AT(14UL);
}

Test(keys_find, ctrl_c_cancels_a_running_search_and_nothing_else)
{
	temp_file_make(&file, "", 0);
	cr_assert(zero(int, truncate(file.path, (off_t)1 << 40)));
	char *argv[] = {(char[]){MHEX_PROGRAM}, (char[]){"--clean"}, file.path, NULL};
	screen = screen_open(ROWS, COLS, argv);
	ASSERT_TEXT("NORMAL");

	/* A hole is left out where a pattern cannot match; this one does. */
	screen_keys(screen, ":count 00*5<Enter>");
	ASSERT_TEXT("Ctrl-C");
	screen_keys(screen, "l");
	EXPECT_AT(1UL);
	screen_keys(screen, "<C-c>");

	EXPECT_TEXT("cancelled");
	expect_quits();
}
