/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Keys that show something, the preset "plain", and the accesses. */

#include <stdio.h>

#include "e2e/mhex_screen.h"

TestSuite(keys_view, .fini = close_all, .timeout = 100);

Test(keys_view, f1_is_the_help)
{
	open_text("ABC", NULL);

	screen_keys(screen, "<F1>");
	EXPECT_TEXT("KEYS, and the command line each one runs");
	screen_keys(screen, "<PageDown><PageDown>");
	EXPECT_GONE("KEYS, and the command line each one runs");
	screen_keys(screen, "<Esc>");

	EXPECT_TEXT("41 42 43");
}

Test(keys_view, f8_and_ctrl_t_toggle_the_inspector)
{
	open_text("ABC", NULL);
	EXPECT_TEXT("u8 65");

	screen_keys(screen, "<F8>");
	EXPECT_GONE("u8 65");
	screen_keys(screen, "<C-t>");
	EXPECT_TEXT("u8 65");
}

Test(keys_view, f5_reloads_what_changed)
{
	open_text("ABC", NULL);
	temp_file_write(file.path, "XYZ", 3);

	screen_keys(screen, "<F5>");

	EXPECT_TEXT("58 59 5a");
	EXPECT_TEXT("reloaded");
}

Test(keys_view, what_others_write_shows_by_itself)
{
	open_text("ABC", NULL);

	temp_file_write(file.path, "AQC", 3);

	EXPECT_TEXT("41 51 43");
}

Test(keys_view, ctrl_l_draws_all_again)
{
	open_text("ABC", NULL);
	const size_t before = screen_sent(screen);

	screen_keys(screen, "<C-l>");

	cr_expect(screen_wait_bytes(screen, before, "00000000"));
}

Test(keys_view, the_hint_stands_until_the_first_edit)
{
	temp_file_make(&file, "ABC", 3);
	char *argv[] = {(char[]){MHEX_PROGRAM}, (char[]){"--clean"}, file.path, NULL};
	screen = screen_open(ROWS, COLS, argv);
	ASSERT_TEXT("F1 help");

	screen_keys(screen, "l");
	EXPECT_AT(1UL);
	EXPECT_TEXT("F1 help");
	screen_keys(screen, "r61");

	EXPECT_GONE("F1 help");
}

Test(keys_view, several_files_are_shown_one_at_a_time)
{
	TempFile other;
	temp_file_make(&other, "second", 6);
	temp_file_make(&file, "first", 5);
	open_path(file.path, (const char *const[]){other.path, NULL}, NULL);

	EXPECT_TEXT("second");
	screen_keys(screen, ":next-file<Enter>");
	EXPECT_TEXT("first");
	screen_keys(screen, ":previous-file<Enter>");
	EXPECT_TEXT("second");
	screen_keys(screen, ":edit 2<Enter>");
	EXPECT_TEXT("first");
	screen_keys(screen, ":files<Enter>");
	EXPECT_TEXT("2* preview");
	temp_file_remove(&other);
}

Test(keys_view, no_file_is_an_empty_document)
{
	open_path(NULL, NULL, NULL);
	temp_folder_make(&file);
	char line[TEMP_PATH_SIZE + 20];

	screen_keys(screen, "i4142<Esc>");
	EXPECT_TEXT("[+2]");
	(void)snprintf(line, sizeof(line), ":write %s/new<Enter>", file.path);
	screen_keys(screen, line);
	EXPECT_TEXT("2 bytes written");

	(void)snprintf(line, sizeof(line), "%s/new", file.path);
	cr_expect(temp_file_holds(line, "AB", 2));
	temp_folder_remove(&file);
}

/* --- --keys=plain --- */

static const char *const plain[] = {"--keys=plain", NULL};

TestSuite(keys_plain, .fini = close_all, .timeout = 100);

Test(keys_plain, digits_are_typed_at_once)
{
	open_text("ABCDEF", plain);
	EXPECT_TEXT("OVERWRITE");

	screen_keys(screen, "6162");
	EXPECT_TEXT("[+2]");
	screen_keys(screen, "<C-s>");
	EXPECT_TEXT("bytes written");

	EXPECT_FILE("abCDEF");
}

Test(keys_plain, other_letters_are_commands)
{
	open_text("ABCDEF", plain);

	screen_keys(screen, "ll");
	EXPECT_AT(2UL);
	screen_keys(screen, "h");
	EXPECT_AT(1UL);
	screen_keys(screen, "gg");
	EXPECT_AT(0UL);
	screen_keys(screen, "G");
	EXPECT_AT(5UL);
	screen_keys(screen, "/43<Enter>");
	EXPECT_AT(2UL);
	screen_keys(screen, "<Esc>61u");
	EXPECT_GONE("[+");
	screen_keys(screen, ":3<Enter>");
	EXPECT_AT(3UL);
	screen_keys(screen, "q");
	cr_expect(zero(int, screen_wait_exit(screen)));
}

Test(keys_plain, letters_are_text_in_the_text_column)
{
	open_text("ABCDEF", plain);

	screen_keys(screen, "<Tab>hjq:");
	EXPECT_TEXT("[+4]");
	screen_keys(screen, "<F2>");
	EXPECT_TEXT("bytes written");

	EXPECT_FILE("hjq:EF");
}

Test(keys_plain, insert_inserts)
{
	open_text("ABC", plain);

	screen_keys(screen, "<Insert>");
	EXPECT_TEXT("INSERT");
	screen_keys(screen, "31<F2>");
	EXPECT_TEXT("bytes written");

	EXPECT_FILE("1ABC");
}

Test(keys_plain, esc_does_not_leave_the_state)
{
	open_text("ABC", plain);

	screen_keys(screen, "<S-Right>");
	EXPECT_TEXT("sel 0x2");
	screen_keys(screen, "<Esc>");
	EXPECT_GONE("sel 0x2");

	EXPECT_TEXT("OVERWRITE");
}

/* --- accesses --- */

TestSuite(access, .fini = close_all, .timeout = 100);

Test(access, view_refuses_edits_and_says_how_to_get_there)
{
	open_text("ABC", (const char *const[]){"-R", NULL});
	EXPECT_TEXT("VIEW");

	screen_keys(screen, "R");
	EXPECT_TEXT(":access preview");
	screen_keys(screen, "x");
	EXPECT_TEXT(":access preview");
	screen_keys(screen, ":access preview<Enter>");
	EXPECT_TEXT("PREVIEW");
	screen_keys(screen, "r61");
	EXPECT_TEXT("[+1]");
}

Test(access, preview_leaves_the_file_alone_until_write)
{
	open_text("ABC", (const char *const[]){"-p", NULL});

	screen_keys(screen, "r61");
	EXPECT_TEXT("[+1]");
	EXPECT_FILE("ABC");
	screen_keys(screen, ":write<Enter>");
	EXPECT_TEXT("1 bytes written");

	EXPECT_FILE("aBC");
}

Test(access, live_is_in_the_file_at_once)
{
	open_text("ABC", (const char *const[]){"-L", NULL});
	EXPECT_TEXT("LIVE");
	int row = 0, col = 0;
	cr_assert(screen_find(screen, "LIVE", &row, &col));
	cr_expect(screen_cell(screen, row, col).reverse ||
		  screen_cell(screen, row, col).background >= 0);

	screen_keys(screen, "R6");
	cr_expect(screen_wait_cursor(screen, 0, 12), "%s", screen_text(screen));
	EXPECT_FILE("ABC");
	screen_keys(screen, "1");
	EXPECT_AT(1UL);
	EXPECT_FILE("aBC");
	screen_keys(screen, "<Esc>u");
	EXPECT_TEXT("NORMAL");
	EXPECT_AT(0UL);

	EXPECT_FILE("ABC");
}

Test(access, live_refuses_another_size)
{
	open_text("ABC", (const char *const[]){"-L", NULL});

	screen_keys(screen, "x");
	EXPECT_TEXT("fill 00");
	screen_keys(screen, "i");
	EXPECT_TEXT("size is fixed in live");
	screen_keys(screen, "d");
	EXPECT_TEXT("fill 00");
	EXPECT_FILE("ABC");
}

Test(access, revert_stores_back_in_live)
{
	open_text("ABC", (const char *const[]){"-L", NULL});

	screen_keys(screen, "R616263<Esc>");
	EXPECT_AT(3UL);
	EXPECT_FILE("abc");
	screen_keys(screen, ":revert<Enter>");
	EXPECT_TEXT("dropped");

	EXPECT_FILE("ABC");
}

Test(access, leaving_preview_with_edits_is_refused)
{
	open_text("ABC", NULL);

	screen_keys(screen, "r61:access live<Enter>");
	EXPECT_TEXT("access: ");
	EXPECT_TEXT("PREVIEW");
	screen_keys(screen, ":access! live<Enter>");
	EXPECT_TEXT("LIVE");

	EXPECT_FILE("ABC");
}
