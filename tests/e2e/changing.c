/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Many bytes change at once: as one step, one by one, or not at all. */

#include <unistd.h>

#include "e2e/mhex_screen.h"

TestSuite(changing, .fini = close_all, .timeout = 100);

static const char cats[] = "cat1 cow2 cat3 cut4.";

/* On disk, in the end. */
static void save(void)
{
	screen_keys(screen, "<F2>");
	ASSERT_TEXT("bytes written");
}

/* ---- ranges ---- */

Test(changing, xor_of_a_range_is_one_step)
{
	open_text("ABCDEFGH", NULL);

	screen_keys(screen, ":xor 20 in 2,+4<Enter>");
	ASSERT_TEXT("41 42 63 64 65 66 47 48");
	EXPECT_TEXT("[+4]");
	screen_keys(screen, "u");
	EXPECT_TEXT("41 42 43 44 45 46 47 48");
	EXPECT_GONE("[+");
	screen_keys(screen, "<C-r>");
	EXPECT_TEXT("41 42 63 64 65 66 47 48");
	save();

	EXPECT_FILE("ABcdefGH");
}

Test(changing, reverse_is_of_what_is_selected)
{
	open_text("ABCDEFGH", NULL);

	screen_keys(screen, "lvll");
	ASSERT_TEXT("sel 0x3");
	screen_keys(screen, ":reverse<Enter>");
	ASSERT_TEXT("41 44 43 42 45 46 47 48");
	save();
	EXPECT_FILE("ADCBEFGH");
	screen_keys(screen, "u");
	EXPECT_TEXT("41 42 43 44 45 46 47 48");
	EXPECT_GONE("bytes written");
	save();

	EXPECT_FILE("ABCDEFGH");
}

/* 256 MiB of zeroes take longer to change than a key to come, and little of what is made
 * of them is kept until Ctrl-C. */
Test(changing, what_is_cancelled_changes_nothing)
{
	temp_file_make(&file, "", 0);
	cr_assert(zero(int, truncate(file.path, (off_t)256 << 20)));
	open_path(file.path, NULL, NULL);

	screen_keys(screen, ":not in %<Enter><C-c>");
	ASSERT_TEXT("not: cancelled, nothing is changed");
	EXPECT_GONE("[+");
	screen_keys(screen, "u");
	EXPECT_TEXT("nothing to undo");
	screen_keys(screen, ":xor 01 in 0,+4<Enter>");

	EXPECT_TEXT("01 01 01 01 00 00");
	expect_quits();
}

/* ---- one by one ---- */

static void ask(void)
{
	open_text(cats, NULL);
	screen_keys(screen, ":replace /c[a-z]t/ with \"bird\" confirm<Enter>");
	ASSERT_TEXT("Replace this one (1 of 3)?  y yes  n no  a all the rest  q stop");
}

Test(changing, each_match_of_an_expression_is_asked_for)
{
	ask();

	screen_keys(screen, "y");
	ASSERT_TEXT("Replace this one (2 of 3)?");
	EXPECT_TEXT("bird1 cow2 cat3");
	screen_keys(screen, "n");
	ASSERT_TEXT("Replace this one (3 of 3)?");
	screen_keys(screen, "y");
	EXPECT_TEXT("2 replaced");
	save();

	EXPECT_FILE("bird1 cow2 cat3 bird4.");
}

Test(changing, the_rest_can_be_replaced_at_once)
{
	ask();

	screen_keys(screen, "n");
	ASSERT_TEXT("Replace this one (2 of 3)?");
	screen_keys(screen, "a");
	EXPECT_TEXT("2 replaced");
	save();

	EXPECT_FILE("cat1 cow2 bird3 bird4.");
}

Test(changing, asking_can_be_ended)
{
	ask();

	screen_keys(screen, "y");
	ASSERT_TEXT("Replace this one (2 of 3)?");
	screen_keys(screen, "q");
	EXPECT_TEXT("1 replaced");
	save();

	EXPECT_FILE("bird1 cow2 cat3 cut4.");
}

Test(changing, what_was_answered_is_one_step)
{
	ask();

	screen_keys(screen, "y");
	ASSERT_TEXT("Replace this one (2 of 3)?");
	screen_keys(screen, "a");
	ASSERT_TEXT("3 replaced");
	EXPECT_TEXT("bird1 cow2 bird3");
	screen_keys(screen, "u");
	EXPECT_TEXT("cat1 cow2 cat3");
	EXPECT_GONE("[+");
	screen_keys(screen, "u");

	EXPECT_TEXT("nothing to undo");
}
