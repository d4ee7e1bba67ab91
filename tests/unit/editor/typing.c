/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/editor/ed_sample.h"

TestSuite(typing, .fini = ed_close, .timeout = 100);

Test(typing, hex_digits_over_bytes)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R6");
	EXPECT_HEX("61424344");
	cr_expect(eq(int, frame.nibble, 1));
	keys("aFf");

	EXPECT_HEX("6aff4344");
	EXPECT_STATES("MM..");
	EXPECT_CURSOR(2);
	EXPECT_MODE("OVERWRITE");
	keys("<Esc>");
	EXPECT_MODE("NORMAL");
	EXPECT_FILE("ABCD");
}

Test(typing, hex_digits_between_bytes)
{
	ed_open_text("AB", ACCESS_PREVIEW);

	keys("i3");
	EXPECT_HEX("304142");
	keys("132");

	EXPECT_HEX("31324142");
	EXPECT_CURSOR(2);
	EXPECT_MODE("INSERT");
}

Test(typing, behind_a_byte)
{
	ed_open_text("AB", ACCESS_PREVIEW);

	keys("a58");

	EXPECT_HEX("415842");
}

Test(typing, at_the_end_makes_the_document_longer)
{
	ed_open_text("AB", ACCESS_PREVIEW);

	keys("G<Right>R5859");

	EXPECT_HEX("41425859");
	cr_expect(eq(u64, frame.document_size, 4));
	EXPECT_CURSOR(4);
}

Test(typing, into_an_empty_document)
{
	ed_open_text("", ACCESS_PREVIEW);

	keys("i58<Esc>a59");

	EXPECT_HEX("5859");
}

Test(typing, text_in_the_text_column)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("<Tab>Rxy<lt>");
	EXPECT_HEX("78793c44");
	EXPECT_CURSOR(3);
	keys("<Insert>\xc3\xa4");

	EXPECT_HEX("78793cc3a444");
	EXPECT_MODE("INSERT");
}

Test(typing, text_in_the_character_set_of_the_column)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	command("set text=ebcdic");
	keys("<Tab>RA\xe2\x82\xac");

	EXPECT_HEX("c1424344");
	EXPECT_MESSAGE("the text column's character set has no \"\xe2\x82\xac\"");
}

Test(typing, one_byte_with_r)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("r58");

	EXPECT_HEX("58424344");
	EXPECT_CURSOR(0);
	EXPECT_MODE("NORMAL");
}

Test(typing, no_hex_digit_says_so_and_changes_nothing)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("Rx");

	EXPECT_HEX("41424344");
	EXPECT_MESSAGE("\"x\" is no hex digit: Tab goes to the text column, Esc leaves");
}

Test(typing, in_view_is_refused_with_the_way_out)
{
	ed_open_text("ABCD", ACCESS_VIEW);

	keys("R");
	cr_expect(strstr(message(), ":access preview") != NULL, "%s", message());
	keys("x");
	cr_expect(strstr(message(), ":access preview") != NULL, "%s", message());

	EXPECT_HEX("41424344");
	EXPECT_MODE("NORMAL");
}

/* ---- live ---- */

Test(typing, in_live_stores_a_byte_when_its_second_digit_comes)
{
	ed_open_text("ABCD", ACCESS_LIVE);

	keys("R5");
	EXPECT_STATES("h...");
	cr_expect(eq(u8, frame.half_typed, 0x51));
	EXPECT_FILE("ABCD");
	keys("8");

	EXPECT_FILE("XBCD");
	EXPECT_CURSOR(1);
	cr_expect(eq(int, draw()->access, ACCESS_LIVE));
}

Test(typing, in_live_a_half_typed_byte_is_forgotten_when_one_moves_away)
{
	ed_open_text("ABCD", ACCESS_LIVE);

	keys("R5<Right>");
	EXPECT_STATES("....");
	keys("5<Backspace>");
	EXPECT_STATES("....");
	EXPECT_CURSOR(1);
	keys("5<Esc>");

	EXPECT_STATES("....");
	EXPECT_FILE("ABCD");
}

Test(typing, in_live_has_a_fixed_size)
{
	ed_open_text("AB", ACCESS_LIVE);

	keys("i");
	cr_expect(strstr(message(), "the size is fixed in live") != NULL, "%s",
		  message());
	EXPECT_MODE("NORMAL");
	keys("x");
	cr_expect(strstr(message(), "fill 00") != NULL, "%s", message());
	keys("G<Right>R4");
	cr_expect(strstr(message(), "the size is fixed in live") != NULL, "%s",
		  message());

	EXPECT_FILE("AB");
}

Test(typing, in_live_is_undone_in_the_file)
{
	ed_open_text("ABCD", ACCESS_LIVE);

	keys("R5859<Esc>u");

	EXPECT_FILE("ABCD");
}

/* ---- steps of undo ---- */

Test(typing, a_run_is_one_step)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R585958<Esc>u");
	EXPECT_HEX("41424344");
	keys("<C-r>");

	EXPECT_HEX("58595844");
}

Test(typing, a_movement_ends_the_run)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R58<Right>58<Esc>u");
	EXPECT_HEX("58424344");
	keys("u");

	EXPECT_HEX("41424344");
}

Test(typing, a_run_of_inserted_bytes_is_one_step)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("i585958<Esc>u");

	EXPECT_HEX("41424344");
}

Test(typing, a_save_ends_the_run)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R58<C-s>59<Esc>u");

	EXPECT_HEX("58424344");
	EXPECT_FILE("XBCD");
}

Test(typing, undo_while_a_byte_is_half_typed_takes_it_back)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R5<C-z>");
	EXPECT_HEX("41424344");
	cr_expect(eq(int, frame.nibble, 0));
	keys("<C-y>");

	EXPECT_HEX("51424344");
}

Test(typing, backspace_takes_back_what_was_inserted)
{
	ed_open_text("AB", ACCESS_PREVIEW);

	keys("i5859<Backspace>");
	EXPECT_HEX("584142");
	keys("5<Backspace>");
	EXPECT_HEX("584142");
	EXPECT_CURSOR(1);
	keys("<Backspace><Backspace>");

	EXPECT_HEX("4142");
	EXPECT_CURSOR(0);
}

Test(typing, backspace_over_bytes_goes_left)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R5858<Backspace>");

	EXPECT_HEX("58584344");
	EXPECT_CURSOR(1);
}

/* ---- repeat ---- */

Test(typing, is_repeated_as_a_run)
{
	ed_open_text("ABCDEF", ACCESS_PREVIEW);

	keys("R5859<Esc>.");

	EXPECT_HEX("585958594546");
	keys("u");
	EXPECT_HEX("585943444546");
}

Test(typing, repeat_does_not_repeat_itself)
{
	ed_open_text("ABCDEF", ACCESS_PREVIEW);

	keys("x..");

	EXPECT_HEX("444546");
}

Test(typing, repeat_knows_the_count)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	keys("2x.");
	EXPECT_HEX("45464748");
	keys("3.");

	EXPECT_HEX("48");
}

Test(typing, repeat_after_undo_does_the_edit_not_the_undo)
{
	ed_open_text("ABCDEF", ACCESS_PREVIEW);

	keys("xxu.");

	EXPECT_HEX("43444546");
}

Test(typing, repeat_without_an_edit_says_so)
{
	ed_open_text("ABCDEF", ACCESS_PREVIEW);

	keys(".");

	EXPECT_MESSAGE("repeat: no edit to repeat yet");
}

/* ---- paste of the terminal ---- */

Test(typing, a_paste_in_the_hex_column_is_bytes)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R");
	paste("58 0x59\n5ah");
	EXPECT_HEX("58595a44");
	EXPECT_CURSOR(3);
	keys("<Esc>u");

	EXPECT_HEX("41424344");
}

Test(typing, a_paste_while_inserting_inserts)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("i58");
	paste("\"yz\"");
	EXPECT_HEX("58797a41424344");
	keys("<Esc>u");

	EXPECT_HEX("5841424344");
}

Test(typing, a_paste_that_is_no_bytes_is_refused_whole)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("R");
	paste("58 zz");

	EXPECT_HEX("41424344");
	cr_expect(eq(str, (char *)frame.fault_line, (char *)"58 zz"));
	cr_expect(eq(int, frame.fault_caret, 3));
	cr_expect(frame.message_is_error);
}

Test(typing, a_paste_in_the_text_column_is_as_it_is)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("<Tab>R");
	paste("5\n\xff");

	EXPECT_HEX("350aff44");
}

Test(typing, a_paste_in_normal_is_refused_with_a_sentence)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	paste("dd");

	EXPECT_HEX("41424344");
	cr_expect(strstr(message(), "needs OVERWRITE") != NULL, "%s", message());
}

Test(typing, a_paste_at_the_prompt_is_text_without_newlines)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys(":");
	paste("find\n41\x1b");

	EXPECT_PROMPT(":find 41");
}

Test(typing, a_paste_past_the_end_in_live_changes_nothing)
{
	ed_open_text("ABCD", ACCESS_LIVE);

	keys("GR");
	paste("58 59");

	EXPECT_FILE("ABCD");
	cr_expect(frame.message_is_error || draw()->message_is_error);
}

/* ---- the plain preset ---- */

Test(typing, plain_takes_hex_digits_at_once)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	cr_assert(zero(int, editor_set(editor, "keys=plain", NULL)));

	keys("58");
	EXPECT_HEX("58424344");
	EXPECT_MODE("OVERWRITE");
	keys("u");
	EXPECT_HEX("41424344");
	keys("l59");

	EXPECT_HEX("41594344");
}

Test(typing, plain_takes_letters_in_the_text_column)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	cr_assert(zero(int, editor_set(editor, "keys=plain", NULL)));

	keys("<Tab>luq");

	EXPECT_HEX("6c757144");
}

Test(typing, plain_finishes_sequences_of_keys)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	cr_assert(zero(int, editor_set(editor, "keys=plain", NULL)));

	keys("llma<Left>'a");
	EXPECT_CURSOR(2);
	keys("gg");

	EXPECT_CURSOR(0);
	EXPECT_HEX("41424344");
}
