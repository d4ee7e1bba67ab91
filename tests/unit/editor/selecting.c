/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/editor/ed_sample.h"

TestSuite(selecting, .fini = ed_close, .timeout = 100);

Test(selecting, v_follows_the_cursor_both_ways)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	keys("3lv");
	EXPECT_STATES("...S....");
	EXPECT_MODE("SELECT");
	keys("2l");
	EXPECT_STATES("...SSS..");
	keys("4h");
	EXPECT_STATES(".SSS....");
	keys("v");
	EXPECT_STATES("........");
	EXPECT_MODE("NORMAL");
}

Test(selecting, escape_selects_nothing)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	keys("vl<Esc>");

	EXPECT_STATES("........");
	EXPECT_MODE("NORMAL");
}

Test(selecting, shift_and_arrows_select_until_a_plain_movement)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	keys("l<S-Right><S-Right>");
	EXPECT_STATES(".SSS....");
	keys("<S-Left>");
	EXPECT_STATES(".SS.....");
	keys("<Right>");
	EXPECT_STATES("........");
	keys("<S-End>");
	EXPECT_STATES("...SSSSS");
}

Test(selecting, shift_keeps_its_anchor_when_it_turns_round)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	keys("4l<S-Left><S-Left>");
	EXPECT_STATES("..SSS...");
	keys("<S-Right><S-Right><S-Right>");

	EXPECT_STATES("....SS..");
}

Test(selecting, all_of_it)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	keys("<C-a>");

	EXPECT_STATES("SSSSSSSS");
	cr_expect(eq(u64, frame.selection_length, 8));
}

Test(selecting, a_range_by_command)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	command("select 2,+3");
	EXPECT_STATES("..SSS...");
	EXPECT_CURSOR(2);
	command("select 2..2");
	cr_expect(draw()->message_is_error);
	command("select 2..9");
	cr_expect(draw()->message_is_error);
	EXPECT_STATES("..SSS...");
	command("count \"D\" in sel");
	EXPECT_MESSAGE("1 matches");
}

/* ---- copy, cut, paste ---- */

Test(selecting, copied_bytes_are_put_behind_the_cursor)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("vly");
	EXPECT_MESSAGE("2 bytes copied");
	EXPECT_CURSOR(0);
	keys("$p");

	EXPECT_HEX("414243444142");
	keys("u");
	EXPECT_HEX("41424344");
}

Test(selecting, put_before_puts_at_the_cursor)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("vly$P");

	EXPECT_HEX("414243414244");
}

Test(selecting, a_byte_is_copied_without_a_selection_and_more_with_a_count)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("yp");
	EXPECT_HEX("4141424344");
	keys("gg3yG3yp");

	EXPECT_HEX("414142434444");
}

Test(selecting, cut_bytes_can_be_put_elsewhere)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("vld");
	EXPECT_HEX("4344");
	EXPECT_MESSAGE("2 bytes cut");
	keys("$p");
	EXPECT_HEX("43444142");
	keys("uu");

	EXPECT_HEX("41424344");
}

Test(selecting, paste_inserts_while_inserting_and_overwrites_while_overwriting)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("vly$");
	keys("i<C-v><Esc>");
	EXPECT_HEX("414243414244");
	keys("ggllR<C-v><Esc>");

	EXPECT_HEX("414241424244");
}

Test(selecting, paste_in_live_overwrites)
{
	ed_open_text("ABCD", ACCESS_LIVE);

	keys("vlyllp");
	EXPECT_FILE("ABAB");
	keys("u");
	EXPECT_FILE("ABCD");
	command("paste insert");

	cr_expect(draw()->message_is_error);
	EXPECT_FILE("ABCD");
}

Test(selecting, paste_can_be_told_how)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("y");
	command("paste overwrite");
	EXPECT_HEX("41424344");
	EXPECT_CURSOR(1);
	command("paste insert");

	EXPECT_HEX("4141424344");
}

Test(selecting, paste_without_a_copy_says_so)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("p");

	EXPECT_MESSAGE("put: nothing was copied yet");
}

Test(selecting, copied_bytes_stay_as_they_were)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("vlyggR5858<Esc>Gp");

	EXPECT_HEX("585843444142");
}

Test(selecting, what_is_copied_goes_to_the_clipboard)
{
	EditorRequest request;
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("vly");
	editor_take_request(editor, &request);
	cr_assert(request.clipboard != NULL);
	cr_expect(eq(str, (char *)request.clipboard, (char *)"41 42"));
	editor_take_request(editor, &request);
	cr_expect(request.clipboard == NULL, "once");

	keys("<Tab>vly");
	editor_take_request(editor, &request);
	cr_assert(request.clipboard != NULL);
	cr_expect(eq(sz, request.clipboard_length, 2));
	cr_expect(eq(str, (char *)request.clipboard, (char *)"AB"));
}

Test(selecting, a_copy_can_be_put_into_another_document)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	keys("vly");
	temp_file_make(&other, "xy", 2);
	ed_open_more(&other);

	keys("p");
	EXPECT_HEX("78414279");
}

Test(selecting, a_copy_outlives_its_document)
{
	char line[TEMP_PATH_SIZE + 8] = "edit ";
	ed_open_text("ABCD", ACCESS_PREVIEW);
	keys("vly");
	temp_file_make(&other, "xy", 2);

	command(strcat(line, other.path));
	keys("p");

	EXPECT_HEX("78414279");
}

Test(selecting, control_c_copies_and_never_ends_the_program)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("<C-c>");
	cr_expect(strstr(message(), ":quit leaves") != NULL, "%s", message());
	keys("vl<C-c>");
	EXPECT_MESSAGE("2 bytes copied");
	cr_expect(editor_running(editor));
}

/* ---- commands on the selection ---- */

Test(selecting, fill_and_xor_take_the_selection)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	command("select 1..4");
	command("fill 00 ff");
	EXPECT_HEX("4100ff0045464748");
	EXPECT_STATES(".MMM....");
	command("select 0..2");
	command("xor 01");
	EXPECT_HEX("4001ff0045464748");
	keys("uu");

	EXPECT_HEX("4142434445464748");
}

Test(selecting, fill_without_a_selection_says_what_is_missing)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	command("fill 00");
	EXPECT_MESSAGE("fill: select bytes first, or say \"in RANGE\"");
	command("xor 01");
	EXPECT_MESSAGE("xor: select bytes first, or say \"in RANGE\"");
	command("fill 00 in 6..");
	EXPECT_HEX("4142434445460000");
	command("xor u16le:1 in 0,+3");

	EXPECT_MESSAGE("xor: 3 bytes are no whole number of 2-byte words");
}

Test(selecting, delete_takes_the_selection_the_byte_or_a_count)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	keys("x");
	EXPECT_HEX("42434445464748");
	keys("2x");
	EXPECT_HEX("4445464748");
	keys("v2lx");
	EXPECT_HEX("4748");
	keys("G<Right>x");

	EXPECT_MESSAGE("delete: nothing to delete here");
	EXPECT_HEX("4748");
}

Test(selecting, undo_takes_a_count)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	keys("xxx2u");
	EXPECT_HEX("42434445464748");
	keys("9u");
	EXPECT_HEX("4142434445464748");
	keys("u");
	cr_expect(draw()->message_is_error);
	keys("<C-r>");
	EXPECT_HEX("42434445464748");
	command("redo 2");

	EXPECT_HEX("4445464748");
}

Test(selecting, revert_drops_all_and_undo_brings_it_back)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("xxR58<Esc>");
	command("revert");
	EXPECT_HEX("41424344");
	cr_expect(not(frame.is_modified));
	keys("u");

	EXPECT_HEX("5844");
}

Test(selecting, escape_in_plain_selects_nothing_and_goes_on_typing)
{
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);
	cr_assert(zero(int, editor_set(editor, "keys=plain", NULL)));

	keys("<S-Right>");
	EXPECT_STATES("SS......");
	keys("<Esc>");

	EXPECT_STATES("........");
	EXPECT_MODE("OVERWRITE");
}
