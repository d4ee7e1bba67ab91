/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The list of matches, and what a search that runs lets one do meanwhile. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "e2e/mhex_screen.h"

static const char text[] = "one two three two one two.";

TestSuite(matches, .fini = close_all, .timeout = 100);

static void open_narrow(void)
{
	temp_file_make(&file, text, strlen(text));
	char *argv[] = {(char[]){MHEX_PROGRAM}, (char[]){"--clean"},
			(char[]){"--set=nohint"}, file.path, NULL};
	screen = screen_open(10, 40, argv);
	ASSERT_TEXT("PREVIEW");
}

enum {
	DENSE = 16 << 20
};

/* 16 GiB in which [40-4f] [40-4f] matches everywhere, of a file that was copied again and
 * again: that takes a while on any machine. */
static void open_endless(void)
{
	char *bytes = malloc(DENSE);
	cr_assert(bytes != NULL);
	for (size_t i = 0; i < DENSE; i++)
		bytes[i] = (char)(0x40 + (i * 7 + (i >> 9)) % 16);
	open_bytes(bytes, DENSE, NULL);
	free(bytes);
	for (int i = 0; i < 10; i++)
		screen_keys(screen, "<C-a>yG$p");
	ASSERT_TEXT("8589934592 bytes pasted");
	screen_keys(screen, "gg");
	ASSERT_TEXT("0x00000000");
}

static bool same_look(ScreenCell a, ScreenCell b)
{
	return a.bold == b.bold && a.underline == b.underline && a.reverse == b.reverse &&
	       a.foreground == b.foreground && a.background == b.background;
}

Test(matches, stand_in_a_list_with_what_is_around_them)
{
	open_text(text, NULL);

	screen_keys(screen, ":find-all \"two\"<Enter>");
	ASSERT_TEXT("Matches of \"two\"");
	EXPECT_TEXT("00000004  6f 6e 65 20 74 77 6f 20 74 68");
	EXPECT_TEXT("one two three tw");
	EXPECT_TEXT("1 of 3");
	EXPECT_TEXT("Enter goes there, w saves, Esc closes");
	int row = 0, col = 0;
	cr_assert(screen_find(screen, "two one two.", &row, &col));
	const ScreenCell match = screen_cell(screen, row, col);
	const ScreenCell behind = screen_cell(screen, row, col + 4);
	cr_expect(not(same_look(match, behind)), "%s", screen_text(screen));
	screen_keys(screen, "j");
	EXPECT_TEXT("2 of 3");
	screen_keys(screen, "G<Enter>");

	EXPECT_AT(22UL);
	EXPECT_TEXT("match 3 of 3");
}

Test(matches, fit_on_a_small_screen)
{
	open_narrow();

	screen_keys(screen, ":find-all \"two\"<Enter>");
	ASSERT_TEXT("Matches of \"two\"");
	EXPECT_TEXT("00000016  20 74 77 6f 2e");
	EXPECT_TEXT("1 of 3");
	EXPECT_TEXT("PREVIEW");
	screen_keys(screen, "j<Enter>");
	EXPECT_TEXT("match 2 of 3 at 0xe");
	screen_keys(screen, "n");
	EXPECT_TEXT("found at 0x16, 3 of 3");
}

Test(matches, come_back_after_an_edit)
{
	open_text(text, NULL);
	screen_keys(screen, ":find-all \"two\"<Enter>");
	ASSERT_TEXT("1 of 3");

	screen_keys(screen, "<Esc>:insert 00 at 5<Enter>gm");
	EXPECT_TEXT("1 of 2");
	EXPECT_TEXT("0000000f");
	screen_keys(screen, "<Esc>ugm");

	EXPECT_TEXT("2 of 3");
	EXPECT_TEXT("0000000e");
}

Test(matches, are_marked_while_one_types)
{
	open_text(text, NULL);
	int row = 0, col = 0;
	cr_assert(screen_find(screen, "two three", &row, &col));
	const ScreenCell before = screen_cell(screen, row, col);

	screen_keys(screen, "/\"tw");
	ASSERT_TEXT(":find \"tw");
	cr_expect(not(same_look(screen_cell(screen, row, col), before)), "%s",
		  screen_text(screen));
	screen_keys(screen, "x");
	ASSERT_TEXT(":find \"twx");

	cr_expect(same_look(screen_cell(screen, row, col), before));
}

/* ---- while a search runs ---- */

static double now_ms(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double answer_ms(const char *keys, const char *answer)
{
	const double begin = now_ms();
	screen_keys(screen, keys);
	ASSERT_TEXT(answer);
	return now_ms() - begin;
}

/* The best of many, as other programs want the processor too. */
enum {
	TRIES = 20
};

Test(matches, a_key_during_a_search_is_answered_at_once)
{
	double best = 1e9;
	int row = 0, col = 0;
	bool visible = false;
	open_endless();
	screen_keys(screen, ":count [40-4f] [40-4f]<Enter>");
	ASSERT_TEXT("Ctrl-C stops");

	screen_cursor(screen, &row, &col, &visible);
	for (int i = 0; i < TRIES && best > 16; i++) {
		const bool right = i % 2 == 0;
		const double begin = now_ms();
		screen_keys(screen, right ? "l" : "h");
		cr_assert(screen_wait_cursor(screen, row, right ? col + 3 : col), "%s",
			  screen_text(screen));
		const double ms = now_ms() - begin;
		best = ms < best ? ms : best;
	}

	cr_expect(lt(dbl, best, 16.0), "%f ms", best);
	expect_quits();
}

Test(matches, a_slow_search_stops_at_once)
{
	double best = 1e9;
	open_endless();

	for (int i = 0; i < TRIES && best > 50; i++) {
		screen_keys(screen, ":count [40-4f] [40-4f]<Enter>");
		ASSERT_TEXT("Ctrl-C stops");
		const double ms = answer_ms("<C-c>", "cancelled");
		best = ms < best ? ms : best;
		screen_keys(screen, "l");
		EXPECT_GONE("cancelled");
	}

	cr_expect(lt(dbl, best, 50.0), "%f ms", best);
	expect_quits();
}

Test(matches, a_list_that_grows_can_be_looked_at)
{
	double best = 1e9;
	open_endless();
	screen_keys(screen, ":find-all [40-4f]<Enter>");
	ASSERT_TEXT("1 of ");
	ASSERT_TEXT("Ctrl-C stops");

	for (int i = 0; i < TRIES && best > 16; i++) {
		const bool down = i % 2 == 0;
		const double ms = answer_ms(down ? "j" : "k",
					    down ? "\u2500 2 of " : "\u2500 1 of ");
		best = ms < best ? ms : best;
	}
	cr_expect(lt(dbl, best, 16.0), "%f ms", best);
	screen_keys(screen, "<C-c>");
	EXPECT_TEXT("cancelled after");
	screen_keys(screen, "g<Enter>");

	EXPECT_TEXT("match 1 of ");
	expect_quits();
}
