/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What other processes do to the file while it is on the screen. */

#include "e2e/mhex_screen.h"

#include <criterion/parameterized.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct access_case {
	char option[4];
	char word[12];
};

static struct criterion_test_params accesses(void)
{
	static struct access_case cases[] = {
		{"-R", "VIEW"}, {"-p", "PREVIEW"}, {"-L", "LIVE"}};
	return cr_make_param_array(struct access_case, cases,
				   sizeof(cases) / sizeof(cases[0]));
}

/* Three pages and a bit, opened. */
static void open_pages(const struct access_case *param)
{
	open_counting(3 * 4096 + 100, (const char *const[]){param->option, NULL});
	ASSERT_TEXT(param->word);
}

ParameterizedTestParameters(outside, truncation_shows_what_is_gone)
{
	return accesses();
}

ParameterizedTest(struct access_case *param, outside, truncation_shows_what_is_gone,
		  .fini = close_all, .timeout = 100)
{
	open_pages(param);
	screen_keys(screen, ":0x2000<Enter>");
	EXPECT_AT(0x2000UL);

	cr_assert(zero(int, truncate(file.path, 0x2004)));

	EXPECT_TEXT("00 01 02 03 ?? ?? ?? ??");
	cr_assert(zero(int, truncate(file.path, 0)));
	EXPECT_TEXT("?? ?? ?? ?? ?? ?? ?? ??");
	screen_keys(screen, "<PageUp>gg");
	EXPECT_TEXT("00000000  ?? ?? ?? ??");
	expect_quits();
}

ParameterizedTestParameters(outside, what_comes_back_is_shown)
{
	return accesses();
}

ParameterizedTest(struct access_case *param, outside, what_comes_back_is_shown,
		  .fini = close_all, .timeout = 100)
{
	open_pages(param);
	cr_assert(zero(int, truncate(file.path, 0)));
	EXPECT_TEXT("00000000  ?? ?? ??");

	temp_file_write(file.path, "back again", 10);

	EXPECT_TEXT("62 61 63 6b 20 61 67 61");
	expect_quits();
}

ParameterizedTestParameters(outside, growth_is_told)
{
	return accesses();
}

ParameterizedTest(struct access_case *param, outside, growth_is_told, .fini = close_all,
		  .timeout = 100)
{
	open_pages(param);

	cr_assert(zero(int, truncate(file.path, 100000)));

	EXPECT_TEXT("grew to 100000 bytes");
	screen_keys(screen, "G");
	EXPECT_TEXT("00018690 ");
	expect_quits();
}

ParameterizedTestParameters(outside, bytes_written_by_others_show_up)
{
	return accesses();
}

ParameterizedTest(struct access_case *param, outside, bytes_written_by_others_show_up,
		  .fini = close_all, .timeout = 100)
{
	open_pages(param);

	const int fd = open(file.path, O_WRONLY | O_CLOEXEC);
	cr_assert(eq(int, (int)pwrite(fd, "\xca\xfe", 2, 5), 2));
	(void)close(fd);

	EXPECT_TEXT("00 01 02 03 04 ca fe 07");
	expect_quits();
}

ParameterizedTestParameters(outside, a_deleted_file_is_still_there)
{
	return accesses();
}

ParameterizedTest(struct access_case *param, outside, a_deleted_file_is_still_there,
		  .fini = close_all, .timeout = 100)
{
	open_pages(param);

	cr_assert(zero(int, unlink(file.path)));
	EXPECT_TEXT("was deleted or renamed");
	screen_keys(screen, ":0x3000<Enter>");

	EXPECT_AT(0x3000UL);
	EXPECT_TEXT("00003000  00 01 02 03");
	EXPECT_TEXT("[gone]");
	screen_keys(screen, ":info<Enter>");
	EXPECT_TEXT("name      gone, seen 2");
	screen_keys(screen, "<Esc>");
	expect_quits();
}

ParameterizedTestParameters(outside, another_file_of_the_name_is_told_and_left_alone)
{
	return accesses();
}

ParameterizedTest(struct access_case *param, outside,
		  another_file_of_the_name_is_told_and_left_alone, .fini = close_all,
		  .timeout = 100)
{
	char next[TEMP_PATH_SIZE + 8];
	open_pages(param);
	(void)snprintf(next, sizeof(next), "%s.next", file.path);
	temp_file_write(next, "NEXT", 4);

	cr_assert(zero(int, rename(next, file.path)));

	EXPECT_TEXT("another file is called");
	screen_keys(screen, "l");
	EXPECT_TEXT("[replaced]");
	EXPECT_TEXT("00000000  00 01 02 03");
	screen_keys(screen, ":info<Enter>");
	EXPECT_TEXT("name      another file has it, seen 2");
	screen_keys(screen, "<Esc><F5>");
	EXPECT_TEXT("4e 45 58 54");
	EXPECT_GONE("[replaced]");
	EXPECT_FILE("NEXT");
	expect_quits();
}

ParameterizedTestParameters(outside, stores_through_a_mapping_show_up)
{
	return accesses();
}

ParameterizedTest(struct access_case *param, outside, stores_through_a_mapping_show_up,
		  .fini = close_all, .timeout = 100)
{
	open_pages(param);
	const int fd = open(file.path, O_RDWR | O_CLOEXEC);
	unsigned char *bytes =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	cr_assert(ne(ptr, bytes, MAP_FAILED));
	bytes[5] = 0xca;
	EXPECT_TEXT("00 01 02 03 04 ca 06 07");
	bytes[6] = 0xfe; /* the page is dirty already: no time changes */
	EXPECT_TEXT("00 01 02 03 04 ca fe 07");
	(void)munmap(bytes, 4096);
	(void)close(fd);
	expect_quits();
}

TestSuite(outside_edits, .fini = close_all, .timeout = 100);

Test(outside_edits, an_unsaved_edit_survives_a_truncation)
{
	open_counting(4096, NULL);
	screen_keys(screen, "l2r");
	screen_keys(screen, "ee");
	EXPECT_TEXT("[+1]");

	cr_assert(zero(int, truncate(file.path, 0)));

	EXPECT_TEXT("?? ee ?? ??");
	EXPECT_TEXT("[+1]");
	EXPECT_TEXT("1 edited bytes lie behind its end");
	screen_keys(screen, ":write<Enter>");
	EXPECT_TEXT("write: ");
	EXPECT_FILE("");
	EXPECT_TEXT("[+1]");
	screen_keys(screen, ":info<Enter>");
	EXPECT_TEXT("beyond    1 modified bytes");
}

Test(outside_edits, a_save_over_bytes_that_others_changed_is_refused)
{
	open_text("ABCDEF", NULL);
	screen_keys(screen, "r61");
	EXPECT_TEXT("[+1]");
	temp_file_write(file.path, "XBCDEF", 6);

	screen_keys(screen, ":write<Enter>");

	EXPECT_TEXT("write: ");
	EXPECT_FILE("XBCDEF");
	screen_keys(screen, ":write!<Enter>");
	EXPECT_TEXT("bytes written");
	EXPECT_FILE("aBCDEF");
}

Test(outside_edits, conflicts_are_listed_and_one_side_is_taken)
{
	open_text("ABCDEF", NULL);
	screen_keys(screen, "R6162<Esc>");
	EXPECT_TEXT("[+2]");
	temp_file_write(file.path, "AXCDEF", 6);
	screen_keys(screen, ":write<Enter>");
	EXPECT_TEXT("overrides");

	screen_keys(screen, ":conflicts<Enter>");
	EXPECT_TEXT("0x1 was 42 theirs 58 mine 62");
	screen_keys(screen, "<Enter>");
	EXPECT_AT(1UL);
	screen_keys(screen, ":take theirs<Enter>");
	EXPECT_TEXT("theirs stays");
	EXPECT_TEXT("[+1]");
	screen_keys(screen, ":write<Enter>");

	EXPECT_TEXT("bytes written");
	EXPECT_FILE("aXCDEF");
}

Test(outside_edits, f6_goes_to_what_differs_from_the_disk)
{
	open_text("ABCDEF", NULL);
	screen_keys(screen, "3lR61<Esc>gg");
	EXPECT_AT(0UL);

	screen_keys(screen, "<F6>");

	EXPECT_AT(3UL);
	EXPECT_TEXT("disk 44 here 61");
}

Test(outside_edits, a_file_that_is_gone_is_made_again_on_demand_only)
{
	open_text("ABCDEF", NULL);
	screen_keys(screen, "r61");
	EXPECT_TEXT("[+1]");
	cr_assert(zero(int, unlink(file.path)));

	screen_keys(screen, ":write<Enter>");
	EXPECT_TEXT("write! makes it again");
	cr_expect(eq(int, access(file.path, F_OK), -1));
	screen_keys(screen, ":write!<Enter>");

	EXPECT_TEXT("has been made again");
	EXPECT_FILE("aBCDEF");
}

Test(outside_edits, a_read_only_file_is_a_view)
{
	if (geteuid() == 0)
		cr_skip_test("root may write to everything");
	temp_file_make(&file, "ABC", 3);
	cr_assert(zero(int, chmod(file.path, 0400)));
	char *argv[] = {(char[]){MHEX_PROGRAM}, (char[]){"--clean"}, file.path, NULL};

	screen = screen_open(ROWS, COLS, argv);

	EXPECT_TEXT("VIEW");
	EXPECT_TEXT("may not be written: opened in view");
}

TestSuite(config, .fini = close_all, .timeout = 100);

static void open_with_config(const char *text)
{
	static char environment[TEMP_PATH_SIZE + 32];
	char path[TEMP_PATH_SIZE + 32];
	TempFile folder;
	temp_folder_make(&folder);
	(void)snprintf(path, sizeof(path), "%s/mhex", folder.path);
	cr_assert(zero(int, mkdir(path, 0700)));
	(void)snprintf(path, sizeof(path), "%s/mhex/mhexrc", folder.path);
	temp_file_write(path, text, strlen(text));
	(void)snprintf(environment, sizeof(environment), "XDG_CONFIG_HOME=%s",
		       folder.path);
	temp_file_make(&file, "ABCDEF", 6);
	char *argv[] = {(char[]){MHEX_PROGRAM}, file.path, NULL};
	screen = screen_open_with(ROWS, COLS, argv,
				  (const char *const[]){environment, NULL});
	ASSERT_TEXT("PREVIEW");
	temp_folder_remove(&folder);
}

Test(config, sets_and_binds)
{
	open_with_config("# mine\nset columns=4\nset nohint\nbind <F9> goto 5\n");

	EXPECT_TEXT("00000004  45 46");
	screen_keys(screen, "<F9>");
	EXPECT_AT(5UL);
}

Test(config, an_error_names_file_and_line_and_the_rest_is_read)
{
	open_with_config("set nonsense=4\nset columns=4\n");

	EXPECT_TEXT("mhexrc:1: ");
	EXPECT_TEXT("00000004  45 46");
}

Test(config, a_letter_with_alt_can_be_bound)
{
	open_with_config("bind <M-x> goto 3\n");

	screen_keys(screen, "<M-x>");
	EXPECT_AT(3UL);
	/* One that is not bound is Esc and the letter. */
	screen_keys(screen, "R");
	EXPECT_TEXT("OVERWRITE");
	screen_keys(screen, "<M-h>");
	EXPECT_TEXT("NORMAL");
	EXPECT_AT(2UL);
}
