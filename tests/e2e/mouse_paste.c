/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The mouse, and text that the terminal pastes. */

#include "e2e/mhex_screen.h"

#include <string.h>

enum {
	LEFT = 0,
	DRAG = 32,
	WHEEL_UP = 64,
	WHEEL_DOWN = 65
};

TestSuite(mouse, .fini = close_all, .timeout = 100);

Test(mouse, is_reported_while_the_editor_runs)
{
	open_counting(256, NULL);

	cr_expect(screen_wait_bytes(screen, 0, "\033[?1006h"));
	cr_expect(screen_mode(screen, "1002"));
	expect_quits();
}

Test(mouse, a_click_puts_the_cursor_there)
{
	open_counting(256, NULL);

	screen_mouse(screen, LEFT, 2, 11 + 3 * 3, false);
	screen_mouse(screen, LEFT, 2, 11 + 3 * 3, true);
	EXPECT_AT(0x23UL);
	cr_expect(screen_wait_cursor(screen, 2, 20), "%s", screen_text(screen));
	screen_mouse(screen, LEFT, 1, 62 + 5, false);
	screen_mouse(screen, LEFT, 1, 62 + 5, true);

	EXPECT_AT(0x15UL);
	cr_expect(screen_wait_cursor(screen, 1, 67), "%s", screen_text(screen));
}

Test(mouse, dragging_selects)
{
	open_counting(256, NULL);

	screen_mouse(screen, LEFT, 0, 11, false);
	screen_mouse(screen, LEFT + DRAG, 0, 20, false);
	screen_mouse(screen, LEFT + DRAG, 1, 20, false);
	screen_mouse(screen, LEFT, 1, 20, true);

	EXPECT_TEXT("sel 0x14");
}

Test(mouse, the_wheel_scrolls_and_takes_the_cursor_along)
{
	open_counting(4096, NULL);

	screen_mouse(screen, WHEEL_DOWN, 5, 5, false);
	cr_expect(screen_wait_row(screen, 0,
				  " 00000030  30 31 32 33 34 35 36 37  38 39 3a 3b 3c 3d "
				  "3e 3f  \xe2\x94\x82"
				  "0123456789:;<=>?\xe2\x94\x82"),
		  "%s", screen_text(screen));
	EXPECT_AT(0x30UL);
	screen_mouse(screen, WHEEL_UP, 5, 5, false);

	EXPECT_TEXT(" 00000000  00 01");
}

Test(mouse, a_click_below_the_bytes_is_their_end)
{
	open_counting(40, NULL);

	screen_mouse(screen, LEFT, 10, 30, false);
	screen_mouse(screen, LEFT, 10, 30, true);
	screen_mouse(screen, LEFT, STATUS_ROW, 3, false);
	screen_mouse(screen, LEFT, STATUS_ROW, 3, true);
	screen_mouse(screen, 2, 1, 20, false);
	screen_keys(screen, "l");

	/* Below the bytes is their end; the rest means nothing. */
	EXPECT_AT(40UL);
}

Test(mouse, can_be_switched_off)
{
	open_counting(256, (const char *const[]){"--set=nomouse", NULL});

	screen_keys(screen, "l");
	EXPECT_AT(1UL);

	cr_expect(not(screen_mode(screen, "1002")));
}

TestSuite(paste, .fini = close_all, .timeout = 100);

static void paste(const char *text)
{
	screen_paste(screen, text, strlen(text));
}

static void save(void)
{
	screen_keys(screen, "<Esc>");
	screen_keys(screen, "<F2>");
	ASSERT_TEXT("bytes written");
}

Test(paste, in_the_hex_column_is_read_as_bytes)
{
	open_text("ABCDEF", NULL);

	screen_keys(screen, "R");
	paste("61 0x62 63h");
	EXPECT_TEXT("3 bytes pasted");
	EXPECT_TEXT("[+3]");
	screen_keys(screen, "<Esc>u");
	EXPECT_GONE("[+");
	screen_keys(screen, "<C-r>");
	EXPECT_TEXT("[+3]");
	save();

	EXPECT_FILE("abcDEF");
}

Test(paste, in_the_hex_column_is_refused_whole_with_a_caret)
{
	open_text("ABCDEF", NULL);

	screen_keys(screen, "R");
	paste("61 62 hello");

	EXPECT_TEXT("61 62 hello");
	EXPECT_TEXT("^");
	cr_expect(not(screen_has(screen, "[+")));
	EXPECT_TEXT("41 42 43 44 45 46");
}

Test(paste, in_the_text_column_is_raw)
{
	open_text("ABCDEFGH", NULL);

	screen_keys(screen, "<Tab>R");
	screen_paste(screen, "q\0\033[Az", 6);
	EXPECT_TEXT("6 bytes pasted");
	save();

	EXPECT_FILE("q\0\033[AzGH");
}

Test(paste, inserts_in_insert)
{
	open_text("AB", NULL);

	screen_keys(screen, "li");
	paste("31 32");
	EXPECT_TEXT("2 bytes pasted");
	save();

	EXPECT_FILE("A12B");
}

Test(paste, in_normal_is_refused)
{
	open_text("ABCDEF", NULL);

	paste("xxdd");

	EXPECT_TEXT("pasting text needs OVERWRITE");
	cr_expect(not(screen_has(screen, "[+")));
}

Test(paste, at_the_prompt_loses_its_newlines)
{
	open_text("ABCDEF", NULL);

	screen_keys(screen, ":");
	paste("goto 3\n");
	EXPECT_TEXT(":goto 3");
	screen_keys(screen, "<Enter>");

	EXPECT_AT(3UL);
}

Test(paste, in_view_is_refused)
{
	open_text("ABCDEF", (const char *const[]){"-R", "--keys=plain", NULL});

	paste("41");

	EXPECT_TEXT("pasting text needs");
	EXPECT_FILE("ABCDEF");
}

Test(paste, of_a_megabyte_is_one_step)
{
	static char text[1 << 20];
	open_text("", NULL);
	memset(text, 'x', sizeof(text));

	screen_keys(screen, "<Tab>i");
	screen_paste(screen, text, sizeof(text));
	EXPECT_TEXT("1048576 bytes pasted");
	screen_keys(screen, "<Esc>u");

	EXPECT_GONE("[+");
}
