/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/editor/ed_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(searching, .fini = ed_close, .timeout = 100);

Test(searching, finds_and_selects_the_next_match)
{
	ed_open_text("xxABxxABxxAB", ACCESS_PREVIEW);

	keys("/\"AB\"<Enter>");
	EXPECT_CURSOR(2);
	EXPECT_STATES("..SS..**..**");
	EXPECT_MESSAGE("found at 0x2");
	keys("n");
	EXPECT_CURSOR(6);
	keys("n");
	EXPECT_CURSOR(10);
	keys("n");
	EXPECT_CURSOR(2);
	EXPECT_MESSAGE("found at 0x2, search went on at the other end");
	keys("N");
	EXPECT_CURSOR(10);
	keys("<F3>");
	EXPECT_CURSOR(2);
	keys("<S-F3>");
	EXPECT_CURSOR(10);
}

Test(searching, a_match_at_the_cursor_is_the_first_found)
{
	ed_open_text("ABxxABxx", ACCESS_PREVIEW);

	command("find \"AB\"");
	EXPECT_CURSOR(0);
	command("find \"AB\"");
	EXPECT_CURSOR(4);
	command("find 4?");

	EXPECT_CURSOR(5);
}

Test(searching, backwards)
{
	ed_open_text("ABxxABxxAB", ACCESS_PREVIEW);

	keys("G");
	keys("?41 42<Enter>");
	EXPECT_CURSOR(8);
	keys("n");
	EXPECT_CURSOR(4);
	keys("N");
	EXPECT_CURSOR(8);
	keys("nn");
	EXPECT_CURSOR(0);
	keys("n");
	EXPECT_CURSOR(8);
}

Test(searching, does_not_wrap_when_told_so)
{
	ed_open_text("ABxx", ACCESS_PREVIEW);

	command("set nowrap");
	keys("ll");
	command("find \"AB\"");

	EXPECT_MESSAGE("find: \"AB\": not found");
	EXPECT_CURSOR(2);
}

Test(searching, overlapping_matches_are_found_one_by_one)
{
	ed_open_text("AAAA", ACCESS_PREVIEW);

	command("find 41 41");
	EXPECT_CURSOR(0);
	keys("n");
	EXPECT_CURSOR(1);
	keys("n");
	EXPECT_CURSOR(2);
	keys("n");
	EXPECT_CURSOR(0);
}

Test(searching, at_multiples_only)
{
	ed_open_text("xAAxAxxxA", ACCESS_PREVIEW);

	command("find 41 every 4");
	EXPECT_CURSOR(4);
	EXPECT_STATES("....S...*");
	keys("n");

	EXPECT_CURSOR(8);
}

Test(searching, text_from_the_text_column)
{
	ed_open_text("xxABxx", ACCESS_PREVIEW);

	keys("<Tab>/");
	EXPECT_PROMPT(":find \"");
	keys("AB\"<Enter>");

	EXPECT_CURSOR(2);
}

Test(searching, next_without_a_search_says_so)
{
	ed_open_text("AB", ACCESS_PREVIEW);

	keys("n");

	EXPECT_MESSAGE("next: nothing was searched for yet");
}

Test(searching, the_word_at_the_cursor)
{
	ed_open_text("abc, abd abc", ACCESS_PREVIEW);

	keys("l*");
	EXPECT_CURSOR(9);
	keys("#");
	EXPECT_CURSOR(0);
	keys("3l*");
	EXPECT_CURSOR(3);
}

Test(searching, the_word_in_the_middle_of_a_large_document)
{
	static char text[1000];
	memset(text, '-', sizeof(text));
	memcpy(text + 300, "word", 4);
	memcpy(text + 700, "word", 4);
	ed_open(text, sizeof(text), ACCESS_PREVIEW);

	command("goto 302");
	keys("*");
	EXPECT_CURSOR(700);
	keys("*");

	EXPECT_CURSOR(300);
}

Test(searching, in_an_empty_document_finds_nothing)
{
	ed_open_text("", ACCESS_PREVIEW);

	command("find 41");
	EXPECT_MESSAGE("find: 41: not found");
	keys("*");
	EXPECT_MESSAGE("find-here: nothing to look for here");
	command("count 41");
	EXPECT_MESSAGE("0 matches");
}

Test(searching, marks_matches_that_the_screen_cuts)
{
	ed_open_counting(65536);

	command("find 10 11 12 13");
	command("goto 8");
	command("goto 0x7fff");
	keys("zz");
	(void)draw();

	for (size_t i = 0; i < frame.count; i++) {
		const bool match = frame.bytes[i] >= 0x10 && frame.bytes[i] <= 0x13;
		cr_assert(eq(int, (frame.states[i] & BYTE_MATCHED) != 0, match), "%zu",
			  i);
	}
}

Test(searching, counts)
{
	ed_open_text("AAAAA", ACCESS_PREVIEW);

	command("count 41 41");
	EXPECT_MESSAGE("2 matches");
	command("count 41 in 1..3");
	EXPECT_MESSAGE("2 matches");
	command("count 42");
	EXPECT_MESSAGE("0 matches");
	EXPECT_CURSOR(0);
}

Test(searching, a_wrong_pattern_points_at_the_mistake)
{
	ed_open_text("AAAAA", ACCESS_PREVIEW);

	command("find 41 4x");
	cr_expect(eq(str, (char *)draw()->fault_line, (char *)"find 41 4x"));
	cr_expect(ge(int, frame.fault_caret, 8));
	command("replace 41 with 4x");
	cr_expect(ge(int, draw()->fault_caret, 16));
	command("find /a/");
	cr_expect(draw()->message_is_error);
}

/* ---- lists ---- */

Test(searching, lists_all_and_goes_to_the_one_chosen)
{
	ed_open_text("xxABxxABxxAB", ACCESS_PREVIEW);

	command("find-all \"AB\"");
	cr_assert(eq(sz, draw()->popup.count, 3));
	cr_expect(popup_has("00000002        78 78 41 42 78 78 41 42"));
	cr_expect(popup_has("  xxABxxABxxAB"));
	EXPECT_MESSAGE("3 matches");
	keys("<Down><Enter>");

	EXPECT_CURSOR(6);
	cr_expect(zero(ptr, (void *)draw()->popup.title));
	keys("<C-o>");
	EXPECT_CURSOR(0);
}

Test(searching, an_empty_list_is_a_sentence)
{
	ed_open_text("xx", ACCESS_PREVIEW);

	command("find-all \"AB\"");

	EXPECT_MESSAGE("no matches");
	cr_expect(zero(ptr, (void *)draw()->popup.title));
}

Test(searching, a_list_takes_the_keys)
{
	ed_open_text("xxABxxABxxAB", ACCESS_PREVIEW);

	command("find-all \"AB\"");
	keys("xG");
	cr_expect(eq(sz, draw()->popup.selected, 2));
	mouse(MOUSE_WHEEL_UP, 3, 3);
	cr_expect(eq(sz, draw()->popup.selected, 0));
	keys("q");

	cr_expect(zero(ptr, (void *)draw()->popup.title));
	EXPECT_HEX("787841427878414278784142");
	cr_expect(editor_running(editor));
}

/* ---- replace ---- */

Test(searching, replaces_all_in_one_step)
{
	ed_open_text("xABxABx", ACCESS_PREVIEW);

	command("replace \"AB\" with \"C\"");
	EXPECT_HEX("7843784378");
	EXPECT_MESSAGE("2 replaced");
	keys("u");
	EXPECT_HEX("78414278414278");
	command("replace \"AB\" with \"\"");
	EXPECT_HEX("787878");
	keys("u");
	command("replace \"AB\" with \"12\" in 2..");

	EXPECT_HEX("78414278313278");
}

Test(searching, replaces_nothing_without_a_step)
{
	ed_open_text("xABxABx", ACCESS_PREVIEW);

	command("replace \"AC\" with \"C\"");

	EXPECT_MESSAGE("0 replaced");
	cr_expect(not(draw()->is_modified));
	keys("u");
	cr_expect(draw()->message_is_error, "nothing to undo");
}

Test(searching, replace_leaves_bytes_alone)
{
	ed_open_text("xABxACx", ACCESS_PREVIEW);

	command("replace 41 ?? with ?? 00");
	EXPECT_HEX("78410078410078");
	command("replace 41 ?? with ?? 00 00");
	EXPECT_MESSAGE(
		"replace: ?? keeps a byte, so both must be of one length (2 and 3)");
}

Test(searching, replace_in_live_keeps_the_size)
{
	ed_open_text("xABxABx", ACCESS_LIVE);

	command("replace \"AB\" with \"C\"");
	cr_expect(strstr(message(), "the size is fixed in live") != NULL, "%s",
		  message());
	command("replace \"AB\" with \"CD\"");
	EXPECT_FILE("xCDxCDx");
	keys("u");

	EXPECT_FILE("xABxABx");
}

Test(searching, replace_asks_for_each)
{
	ed_open_text("AxAxAxA", ACCESS_PREVIEW);

	command("replace \"A\" with \"BC\" confirm");
	EXPECT_PROMPT("Replace this one (1 of 4)?  y yes  n no  a all the rest  q stop");
	EXPECT_CURSOR(0);
	keys("y");
	EXPECT_CURSOR(3);
	cr_expect(eq(u64, frame.selection_length, 1));
	keys("n");
	EXPECT_CURSOR(5);
	keys("za");

	EXPECT_PROMPT("");
	EXPECT_MESSAGE("3 replaced");
	EXPECT_HEX("42437841784243784243");
	keys("u");
	EXPECT_HEX("41784178417841");
}

Test(searching, replace_stops_when_told)
{
	ed_open_text("AxAxAxA", ACCESS_PREVIEW);

	command("replace \"A\" with \"B\" confirm");
	keys("yq");
	EXPECT_MESSAGE("1 replaced");
	EXPECT_HEX("42784178417841");
	command("replace \"A\" with \"B\" confirm");
	keys("<Esc>");
	EXPECT_MESSAGE("0 replaced");
	command("replace \"A\" with \"B\" confirm");
	keys("<C-c>");

	EXPECT_PROMPT("");
	EXPECT_HEX("42784178417841");
}

Test(searching, the_last_answer_ends_the_questions)
{
	ed_open_text("AxA", ACCESS_PREVIEW);

	command("replace \"A\" with \"\" confirm");
	keys("yy");

	EXPECT_PROMPT("");
	EXPECT_HEX("78");
}

/* All the rest, once many, is a tree of its own; it is one step all the same. */
Test(searching, many_that_are_left_are_of_the_same_step)
{
	char text[1001] = "";
	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "Ax", 2);
	ed_open_text(text, ACCESS_PREVIEW);

	command("replace \"A\" with \"BC\" confirm");
	keys("yna");
	EXPECT_MESSAGE("499 replaced");
	cr_expect(eq(u64, draw()->document_size, 1499));
	keys("u");
	cr_expect(eq(u64, draw()->document_size, 1000));
	cr_expect(not(frame.is_modified));
	keys("<C-r>");
	cr_expect(eq(u64, draw()->document_size, 1499));

	command("replace \"BC\" with ?? \"D\"");
	EXPECT_MESSAGE("499 replaced");
	command("goto 0");
	cr_expect(eq(int, strncmp(hex(), "424478417842447842", 18), 0), "%s", hex());
}

/* ---- jobs ---- */

/* Large enough that a search takes longer than the keys that follow it. */
static void open_large(void)
{
	static char text[8 << 20];
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 'A';
	ed_open(text, sizeof(text), ACCESS_PREVIEW);
}

Test(searching, keys_are_not_blocked_by_a_search)
{
	open_large();

	keys_only(":count 41<Enter>jj");
	EXPECT_CURSOR(32);
	wait_for_jobs();

	EXPECT_MESSAGE("1 matches");
}

Test(searching, a_running_job_is_cancelled_by_control_c)
{
	open_large();

	command("find-all 41");
	keys("<Esc>");
	keys_only(":count 41<Enter>");
	const bool ran = editor_busy(editor);
	keys_only("<C-c>");
	wait_for_jobs();

	if (!ran)
		cr_skip("the search ended before it could be cancelled");
	cr_expect(strstr(message(), "cancelled") || strstr(message(), "1 matches"), "%s",
		  message());
	cr_expect(editor_running(editor));
}

Test(searching, one_search_takes_the_place_of_another)
{
	open_large();

	keys_only(":count 41<Enter>:count 78<Enter>");
	wait_for_jobs();

	EXPECT_MESSAGE("8388607 matches");
}

Test(searching, an_edit_while_it_runs_keeps_replace_from_harm)
{
	open_large();

	keys_only(":replace 41 with 42<Enter>R00");
	wait_for_jobs();

	const bool refused = strstr(message(), "nothing replaced") != NULL;
	keys("<Esc>");
	command("count 42");
	cr_expect(eq(str, message(), (char *)(refused ? "0 matches" : "1 matches")));
}

Test(searching, closing_the_file_while_a_job_runs_is_safe)
{
	open_large();

	keys_only(":count 41<Enter>");
	command("edit! /dev/null");
	wait_for_jobs();

	cr_expect(editor_running(editor));
}

/* ---- bytes that cannot be read ---- */

Test(searching, says_how_much_could_not_be_read)
{
	ed_open_text("ABxxABxx", ACCESS_PREVIEW);
	cr_assert(zero(int, truncate(file.path, 5)));
	tick(100);

	command("count \"AB\"");
	cr_expect(strstr(message(), "1 matches") != NULL, "%s", message());
	cr_expect(strstr(message(), "3 bytes could not be read") != NULL, "%s",
		  message());
	command("find-all 41");
	cr_expect(popup_has("00000004  41 42 78 78 41 ?? ?? ??"));
}

enum {
	LONG = 100000
};

/* Twice the same LONG bytes. */
static void open_twice(void)
{
	uint8_t *bytes = malloc((size_t)2 * LONG);
	cr_assert(bytes != NULL);
	for (size_t i = 0; i < LONG; i++)
		bytes[i] = bytes[LONG + i] = (uint8_t)(i % 251 + (i >> 12));
	ed_open(bytes, (size_t)2 * LONG, ACCESS_PREVIEW);
	free(bytes);
}

Test(searching, a_long_selection_is_looked_for)
{
	open_twice();

	command("select 0,+100000");
	keys("*");
	EXPECT_CURSOR(LONG);
	keys("#");
	EXPECT_CURSOR(0);
	command("set nowrap");
	keys("n");

	EXPECT_MESSAGE("next: 000102030405060708090a0b0c0d0e0f1011121314151617\u2026: "
		       "not found");
}

Test(searching, a_selection_can_be_too_long)
{
	ed_open_large(2 << 20);

	keys("<C-a>*");

	EXPECT_MESSAGE("find-here: more than 1048576 bytes are selected");
}

Test(searching, what_is_not_found_may_be_where_nothing_could_be_read)
{
	ed_open_text("ABxxABxx", ACCESS_PREVIEW);
	cr_assert(zero(int, truncate(file.path, 5)));
	tick(100);

	command("find \"xxAB\"");

	EXPECT_MESSAGE("find: \"xxAB\": not found; 3 bytes could not be read");
}

/* What a batch prints, and says beside it. */
static char printed[256], noted[256];

static MhexStatus print(void *context, const char *bytes, size_t length, MhexError *err)
{
	(void)context;
	(void)err;
	strncat(printed, bytes, length);
	return MHEX_OK;
}

static void note(void *context, const char *command, const char *sentence)
{
	(void)context;
	(void)snprintf(noted, sizeof(noted), "%s: %s", command, sentence);
}

Test(searching, in_batch_that_is_said_beside_the_results)
{
	Editor *batch = NULL;
	MhexError err;
	const EditorOptions options = {
		.batch = true, .sink = {.write = print, .note = note}, .output_fd = -1};
	ed_open_text("ABxxABxx", ACCESS_PREVIEW);
	cr_assert(zero(int, editor_create(&batch, &options, &err)));
	cr_assert(zero(int, editor_open(batch, file.path, &err)));
	cr_assert(zero(int, truncate(file.path, 5)));

	cr_expect(zero(int, editor_run(batch, "count \"AB\"", &err)));
	cr_expect(eq(str, printed, (char *)"1\n"));
	cr_expect(eq(str, noted, (char *)"count: 3 bytes could not be read"));
	printed[0] = noted[0] = '\0';
	cr_expect(zero(int, editor_run(batch, "find-all \"A\"", &err)));
	cr_expect(eq(str, printed, (char *)"0x0\n0x4\n"));

	cr_expect(eq(str, noted, (char *)"find-all: 3 bytes could not be read"));
	editor_free(batch);
}

Test(searching, a_list_in_batch_that_nobody_prints_ends, .timeout = 100)
{
	Editor *batch = NULL;
	MhexError err;
	const EditorOptions options = {.batch = true, .output_fd = -1};
	ed_open_text("ABxxABxx", ACCESS_PREVIEW);
	cr_assert(zero(int, editor_create(&batch, &options, &err)));
	cr_assert(zero(int, editor_open(batch, file.path, &err)));

	cr_expect(zero(int, editor_run(batch, "find-all \"A\"", &err)));

	editor_free(batch);
}
