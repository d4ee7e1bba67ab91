/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The list of matches: it follows edits, and "next" follows it. */

#include "unit/editor/ed_sample.h"

#include <stdio.h>
#include <stdlib.h>

static TempFile saved;

static void clean_up(void)
{
	ed_close();
	if (saved.path[0])
		temp_file_remove(&saved);
}

TestSuite(matching, .fini = clean_up, .timeout = 100);

/* Open it, see that it has these offsets, close it. */
static void expect_list(const char *want)
{
	char got[256] = "";
	command("matches");
	(void)draw();
	for (size_t i = 0; i + 1 < frame.popup.window; i++) {
		char offset[16];
		(void)snprintf(offset, sizeof(offset), "%s%lx", i > 0 ? " " : "",
			       strtoul(frame.popup.lines[i], NULL, 16));
		strncat(got, offset, sizeof(got) - strlen(got) - 1);
	}
	cr_expect(eq(str, got, (char *)want));
	cr_expect(eq(sz, frame.popup.count, frame.popup.window - 1));
	keys("<Esc>");
}

static void list_ab(const char *text, Access access)
{
	ed_open_text(text, access);
	command("find-all \"AB\"");
	keys("<Esc>");
}

Test(matching, is_there_again_after_it_was_closed)
{
	list_ab("xxABxxABxxAB", ACCESS_PREVIEW);
	cr_expect(zero(ptr, (void *)draw()->popup.title));

	command("goto 7");
	keys("gm");

	cr_expect(eq(str, (char *)draw()->popup.place, (char *)"3 of 3"),
		  "the first one behind the cursor");
	cr_expect(eq(str, (char *)frame.popup.title, (char *)"Matches of \"AB\""));
	keys("k<Enter>");
	EXPECT_CURSOR(6);
	EXPECT_MESSAGE("match 2 of 3 at 0x6");
}

Test(matching, marks_the_match_in_its_row)
{
	list_ab("xxABxx", ACCESS_PREVIEW);

	keys("gm");
	(void)draw();

	const char *line = frame.popup.lines[0];
	const FrameSpan *spans = frame.popup.matched[0];
	cr_expect(zero(int, strncmp(line + spans[0].begin, "41 42 ", 6)), "%s", line);
	cr_expect(eq(int, spans[0].length, 5));
	cr_expect(zero(int, strncmp(line + spans[1].begin, "ABxx", 4)), "%s", line);
	cr_expect(eq(int, spans[1].length, 2));
}

Test(matching, without_find_all_there_is_none)
{
	ed_open_text("AB", ACCESS_PREVIEW);

	command("matches");
	EXPECT_MESSAGE("matches: there is no list; find-all makes one");
	command("save-matches /dev/null");
	EXPECT_MESSAGE("save-matches: there is no list; find-all makes one");
}

/* ---- edits ---- */

Test(matching, an_insertion_shifts_what_follows)
{
	list_ab("ABxxABxxAB", ACCESS_PREVIEW);

	command("insert 00 00 at 3");
	expect_list("0 6 a");
	command("delete in 0..1");
	expect_list("5 9");
	keys("u");
	expect_list("0 6 a");
	keys("u");

	expect_list("0 4 8");
}

Test(matching, what_an_edit_breaks_is_dropped_and_comes_back)
{
	list_ab("ABxxABxxAB", ACCESS_PREVIEW);

	command("overwrite 00 at 5");
	expect_list("0 8");
	command("overwrite 42 at 5");
	expect_list("0 4 8");
	command("insert 00 at 9");
	expect_list("0 4");
	keys("u");
	expect_list("0 4 8");
	command("overwrite 00 at 0");
	command("overwrite 00 at 9");

	expect_list("4");
}

Test(matching, an_edit_beside_a_match_leaves_it)
{
	list_ab("ABxxABxxAB", ACCESS_PREVIEW);

	command("overwrite 00 00 at 2");
	command("insert 00 at 4");

	expect_list("0 5 9");
}

Test(matching, of_multiples_are_those_that_still_are)
{
	ed_open_text("ABxxABxxAB", ACCESS_PREVIEW);
	command("find-all \"AB\" every 4");
	keys("<Esc>");

	command("insert 00 at 3");
	expect_list("0");
	command("insert 00 00 00 at 3");

	expect_list("0 8 c");
}

Test(matching, follows_a_save)
{
	list_ab("ABxxABxxAB", ACCESS_PREVIEW);

	command("overwrite 00 at 1");
	command("write");
	expect_list("4 8");
	command("insert 00 at 0");
	command("write");
	expect_list("5 9");
	keys("uu");

	expect_list("0 4 8");
}

Test(matching, follows_live_edits_through_a_sync)
{
	list_ab("ABxxABxxAB", ACCESS_LIVE);

	command("overwrite 00 at 4");
	expect_list("0 8");
	command("write");
	expect_list("0 8");
	command("overwrite 41 at 4");

	expect_list("0 4 8");
}

Test(matching, bytes_that_others_change_are_not_marked_as_a_match)
{
	list_ab("ABxxAB", ACCESS_PREVIEW);
	temp_file_write(file.path, "ZZxxAB", 6);
	tick(300);

	keys("gm");
	(void)draw();

	cr_expect(eq(int, frame.popup.matched[0][0].length, 0));
	cr_expect(eq(int, frame.popup.matched[1][0].length, 5));
}

Test(matching, gives_up_with_a_sentence_when_edits_are_too_many)
{
	static char text[20000];
	memset(text, 'A', sizeof(text));
	ed_open(text, sizeof(text), ACCESS_PREVIEW);
	command("find-all 41");
	keys("<Esc>");

	command("replace \"A\" with 00 every 4");
	command("matches");

	cr_expect(strstr(message(), "the list of matches is closed") != NULL, "%s",
		  message());
	cr_expect(zero(ptr, (void *)draw()->popup.title));
	command("matches");
	EXPECT_MESSAGE("matches: there is no list; find-all makes one");
}

/* ---- next and previous ---- */

Test(matching, next_follows_the_list)
{
	list_ab("xxABxxABxxAB", ACCESS_PREVIEW);

	keys("n");
	EXPECT_CURSOR(2);
	EXPECT_MESSAGE("found at 0x2, 1 of 3");
	EXPECT_STATES("..SS..**..**");
	keys("N");
	EXPECT_CURSOR(10);
	EXPECT_MESSAGE("found at 0xa, 3 of 3, search went on at the other end");
	command("set nowrap");
	keys("n");
	EXPECT_MESSAGE("next: \"AB\": not found");
	EXPECT_CURSOR(10);
}

Test(matching, after_an_edit_next_searches_for_what_is_new)
{
	list_ab("xxABxxxxxxAB", ACCESS_PREVIEW);

	command("overwrite \"AB\" at 6");
	keys("gg");
	keys("n");
	EXPECT_MESSAGE("found at 0x2");
	keys("n");

	EXPECT_CURSOR(6);
}

Test(matching, another_pattern_leaves_the_list_alone)
{
	list_ab("xxABxxABxx", ACCESS_PREVIEW);

	command("find \"xx\"");
	keys("n");
	EXPECT_CURSOR(4);
	EXPECT_MESSAGE("found at 0x4");
	expect_list("2 6");
	keys("gm<Enter>n");

	EXPECT_CURSOR(2);
	EXPECT_MESSAGE("found at 0x2, 1 of 2, search went on at the other end");
}

/* ---- a file of them ---- */

Test(matching, is_saved_as_lines)
{
	char line[TEMP_PATH_SIZE + 32];
	temp_file_make(&saved, "old", 3);
	list_ab("ABxxxxxxxxxxxxxxAB", ACCESS_PREVIEW);
	command("insert 00 at 5");

	(void)snprintf(line, sizeof(line), "save-matches %s", saved.path);
	command(line);
	cr_expect(strstr(message(), "! replaces it") != NULL, "%s", message());
	cr_expect(temp_file_holds(saved.path, "old", 3));
	(void)snprintf(line, sizeof(line), "save-matches! %s", saved.path);
	command(line);

	EXPECT_MESSAGE("2 offsets written");
	cr_expect(temp_file_holds(saved.path, "0x0\n0x11\n", 9));
	keys("gmw");
	EXPECT_PROMPT(":save-matches ");
}

/* ---- whatever is done ---- */

enum {
	SIZE = 3000,
	ROUNDS = 400
};

static void edit_anything(void)
{
	char line[80];
	const unsigned long at = (unsigned long)rand() % (SIZE / 2);
	switch (rand() % 6) {
	case 0:
		(void)snprintf(line, sizeof(line), "insert \"b\" at %lu", at);
		break;
	case 1:
		(void)snprintf(line, sizeof(line), "delete in %lu,+%d", at,
			       rand() % 3 + 1);
		break;
	case 2:
	case 3:
		(void)snprintf(line, sizeof(line), "overwrite \"%s\" at %lu",
			       rand() % 2 ? "a" : "ba", at);
		break;
	default:
		(void)snprintf(line, sizeof(line), rand() % 3 ? "undo" : "redo");
		break;
	}
	command(line);
}

/* All of them match, in order; there may be others. */
static void expect_true(void)
{
	uint64_t end = 0;
	(void)draw();
	for (size_t i = 0; i + 1 < frame.popup.window; i++) {
		const uint64_t offset = strtoul(frame.popup.lines[i], NULL, 16);
		cr_assert(le(u64, end, offset));
		cr_assert(eq(int, frame.popup.matched[i][0].length, 8), "%s",
			  frame.popup.lines[i]);
		end = offset + 3;
	}
}

Test(matching, all_that_are_listed_match)
{
	static char text[SIZE];
	srand(11);
	for (size_t i = 0; i < SIZE; i++)
		text[i] = "aab"[rand() % 3];
	ed_open(text, SIZE, ACCESS_PREVIEW);
	command("find-all \"aba\"");
	const size_t all = draw()->popup.count;
	keys("<Esc>");

	for (int i = 0; i < ROUNDS; i++) {
		edit_anything();
		keys("ggGgm");
		expect_true();
		keys("g");
		expect_true();
		keys("<Esc>");
	}
	command("undo 1000");
	keys("gm");

	cr_expect(eq(sz, draw()->popup.count, all));
	expect_true();
}

/* ---- while a pattern is typed ---- */

Test(matching, what_is_typed_is_marked_at_once)
{
	ed_open_text("xxABxAxBAB", ACCESS_PREVIEW);

	keys("/\"");
	EXPECT_STATES("..........");
	keys("A");
	EXPECT_STATES("..*..*..*.");
	keys("B");
	EXPECT_STATES("..**....**");
	keys("\"");
	EXPECT_STATES("..**....**");
	keys("<Esc>");
	EXPECT_STATES("..........");
	cr_expect(eq(str, message(), (char *)""));
}

Test(matching, a_digit_that_is_missing_is_any)
{
	ed_open_text("xxABxAxBAB", ACCESS_PREVIEW);

	keys("/4");
	EXPECT_STATES("..**.*.***");
	keys("1 ");
	EXPECT_STATES("..*..*..*.");
	keys("7");
	EXPECT_STATES(".....**...");
	keys("z");
	EXPECT_STATES("..........");

	cr_expect(eq(str, message(), (char *)""), "no error before Enter");
}

Test(matching, the_last_pattern_stays_marked_until_another_is_begun)
{
	ed_open_text("xxABxA", ACCESS_PREVIEW);
	keys("/\"A\"<Enter>");

	keys("/");
	EXPECT_STATES("..S..*");
	keys("78");
	EXPECT_STATES("**S.*.");
	keys("<Esc>");

	EXPECT_STATES("..S..*");
}

Test(matching, of_a_replacement_the_pattern_is_marked)
{
	ed_open_text("xxABxA", ACCESS_PREVIEW);

	keys(":replace 41");
	EXPECT_STATES("..*..*");
	keys(" every 2 ");
	EXPECT_STATES("..*...");
	keys("<Esc>:goto 41");

	EXPECT_STATES("......");
}
