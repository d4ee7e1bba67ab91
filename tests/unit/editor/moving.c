/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/editor/ed_sample.h"

TestSuite(moving, .fini = ed_close, .timeout = 100);

Test(moving, keys_move_the_cursor)
{
	ed_open_counting(4096);

	keys("l");
	EXPECT_CURSOR(1);
	keys("j");
	EXPECT_CURSOR(17);
	keys("w");
	EXPECT_CURSOR(24);
	keys("$");
	EXPECT_CURSOR(31);
	keys("0");
	EXPECT_CURSOR(16);
	keys("G");
	EXPECT_CURSOR(4095);
	keys("gg");
	EXPECT_CURSOR(0);
	keys("h");
	EXPECT_CURSOR(0);
}

Test(moving, counts_multiply)
{
	ed_open_counting(4096);

	keys("12l");
	EXPECT_CURSOR(12);
	keys("10j");
	EXPECT_CURSOR(172);
	keys("100G");
	EXPECT_CURSOR(100);
	keys("5");
	cr_expect(eq(str, (char *)draw()->pending, (char *)"5"));
	keys("<Esc>l");
	EXPECT_CURSOR(101);
}

Test(moving, a_huge_count_ends_at_the_end)
{
	ed_open_counting(4096);

	keys("99999999999999999999999999l");
	EXPECT_CURSOR(4096);
	keys("99999999999999999999999999k");
	EXPECT_CURSOR(0);
}

Test(moving, pages_scroll_what_is_seen)
{
	ed_open_counting(65536);
	const int rows = draw()->layout.body_rows;

	keys("<PageDown>");
	EXPECT_CURSOR((uint64_t)rows * 16);
	cr_expect(eq(u64, frame.origin, (uint64_t)rows * 16));
	keys("<PageUp>");
	cr_expect(eq(u64, draw()->origin, 0));
	keys("<C-d>");
	cr_expect(eq(u64, draw()->origin, (uint64_t)rows / 2 * 16));
	keys("GL");
	EXPECT_CURSOR(65520);
	keys("H");
	cr_expect(eq(u64, draw()->cursor, frame.origin));
	keys("M");
	cr_expect(lt(u64, frame.origin, draw()->cursor));
}

Test(moving, the_cursor_stays_on_the_screen)
{
	ed_open_counting(65536);
	static const char *const all[] = {"G",  "k",          "<C-b>", "gg", "30j", "L",
					  "jj", "<PageDown>", "<C-u>", "H",  "kkkk"};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		keys(all[i]);
		(void)draw();
		cr_expect(ge(u64, frame.cursor, frame.origin), "%s", all[i]);
		cr_expect(lt(u64, frame.cursor - frame.origin,
			     (uint64_t)frame.layout.body_rows * frame.layout.columns),
			  "%s", all[i]);
	}
}

Test(moving, goto_goes_to_an_offset)
{
	ed_open_counting(4096);

	command("goto 0x100");
	EXPECT_CURSOR(0x100);
	command("+0x10");
	EXPECT_CURSOR(0x110);
	command("50%");
	EXPECT_CURSOR(2048);
	command("$");
	EXPECT_CURSOR(4096);
	command("u8@0x42");
	EXPECT_CURSOR(0x42);
	command("0x1001");
	EXPECT_CURSOR(0x42);
	EXPECT_MESSAGE("goto: 0x1001 is past the end (0x1000)");
}

Test(moving, an_error_shows_the_line_and_the_place)
{
	ed_open_counting(4096);

	command("goto 1 + x");

	cr_expect(eq(str, (char *)draw()->fault_line, (char *)"goto 1 + x"));
	cr_expect(eq(int, frame.fault_caret, 9));
	keys("l");
	cr_expect(zero(ptr, (void *)draw()->fault_line));
}

Test(moving, back_and_forward_go_where_one_was)
{
	ed_open_counting(4096);

	command("goto 100");
	command("goto 200");
	keys("l");
	keys("<C-o>");
	EXPECT_CURSOR(100);
	keys("<C-o>");
	EXPECT_CURSOR(0);
	keys("<M-Right><C-p>");
	EXPECT_CURSOR(201);
	keys("<C-p>");
	EXPECT_MESSAGE("forward: nowhere to go forward to");
}

Test(moving, marks_are_places_with_names)
{
	ed_open_counting(4096);

	command("goto 100");
	keys("magg'a");
	EXPECT_CURSOR(100);
	command("mark end at $");
	command("'end - 6");
	EXPECT_CURSOR(4090);
	keys("`a");
	EXPECT_CURSOR(100);
	keys("'x");
	cr_expect(draw()->message_is_error, "no mark x");
	EXPECT_CURSOR(100);
	keys("m-");
	cr_expect(draw()->message_is_error, "no name for a mark");
	command("marks");
	cr_expect(popup_has("a 0x64"));
	cr_expect(popup_has("end 0x1000"));
}

Test(moving, an_unknown_key_says_so)
{
	ed_open_counting(4096);

	keys("gx");
	EXPECT_MESSAGE("gx does nothing here; F1 lists the keys");
	keys("<F12>");
	EXPECT_MESSAGE("<F12> does nothing here; F1 lists the keys");
}

Test(moving, an_own_key_runs_its_line)
{
	ed_open_counting(4096);

	command("bind Q goto 0x42");
	keys("Q");
	EXPECT_CURSOR(0x42);
	command("bind <F9> move up");
	keys("<F9>");
	EXPECT_CURSOR(0x32);
	command("bind Q nosuch");
	cr_expect(draw()->message_is_error);
	cr_expect(strstr(message(), "no such command: nosuch") != NULL);
	command("bind <C-x goto 5");
	cr_expect(strstr(message(), "no key") != NULL, "%s", message());
	command("bind Q");
	cr_expect(strstr(message(), "missing") != NULL, "%s", message());
}

Test(moving, tab_changes_the_column)
{
	ed_open_counting(64);

	cr_expect(eq(int, draw()->pane, PANE_HEX));
	keys("<Tab>");
	cr_expect(eq(int, draw()->pane, PANE_TEXT));
	keys("<Tab>");
	cr_expect(eq(int, draw()->pane, PANE_HEX));
}

Test(moving, a_phase_moves_bytes_to_the_right)
{
	ed_open_counting(4096);

	command("set phase=3");
	cr_expect(eq(uint, draw()->phase, 3));
	keys("j");
	EXPECT_CURSOR(16);
	keys("0");
	EXPECT_CURSOR(13);
	keys("k");
	EXPECT_CURSOR(0);
}

Test(moving, wide_lines_scroll_sideways_by_groups)
{
	ed_open_counting(4096);

	command("set columns=64");
	keys("40l");
	(void)draw();
	const unsigned first = frame.first_column;
	cr_expect(lt(uint, frame.layout.shown, 64));
	cr_expect(eq(uint, first % frame.layout.group, 0));
	cr_expect(le(uint, first, 40));
	cr_expect(lt(uint, 40 - first, frame.layout.shown));
	keys("0");
	cr_expect(eq(uint, draw()->first_column, 0));
	command("set columns=auto");
	cr_expect(eq(uint, draw()->first_column, 0));
	cr_expect(eq(uint, frame.layout.columns, 16));
}

/* ---- the mouse ---- */

Test(moving, a_click_goes_to_the_byte)
{
	ed_open_counting(4096);
	const Layout layout = draw()->layout;

	mouse(MOUSE_PRESS, 2, layout_hex_cell(&layout, 5));
	mouse(MOUSE_RELEASE, 2, layout_hex_cell(&layout, 5));
	EXPECT_CURSOR(37);
	mouse(MOUSE_PRESS, 1, layout_text_cell(&layout, 4));
	EXPECT_CURSOR(20);
	cr_expect(eq(int, draw()->pane, PANE_TEXT));
	mouse(MOUSE_PRESS, layout.status_row, 3);
	EXPECT_CURSOR(20);
	mouse(MOUSE_PRESS, -1, -1);
	EXPECT_CURSOR(20);
}

Test(moving, dragging_selects)
{
	ed_open_counting(4096);
	const Layout layout = draw()->layout;

	mouse(MOUSE_PRESS, 0, layout_hex_cell(&layout, 4));
	mouse(MOUSE_DRAG, 1, layout_hex_cell(&layout, 2));
	mouse(MOUSE_RELEASE, 1, layout_hex_cell(&layout, 2));

	cr_expect(eq(u64, draw()->selection_length, 15));
	EXPECT_CURSOR(18);
	keys("l");
	cr_expect(eq(u64, draw()->selection_length, 0));
}

Test(moving, dragging_off_the_screen_scrolls)
{
	ed_open_counting(4096);
	const Layout layout = draw()->layout;

	mouse(MOUSE_PRESS, 3, layout_hex_cell(&layout, 4));
	mouse(MOUSE_DRAG, layout.body_rows, layout_hex_cell(&layout, 4));

	cr_expect(lt(u64, 0, draw()->origin));
}

Test(moving, the_wheel_scrolls_and_keeps_the_cursor_on_the_screen)
{
	ed_open_counting(65536);

	mouse(MOUSE_WHEEL_DOWN, 3, 20);
	cr_expect(eq(u64, draw()->origin, 48));
	EXPECT_CURSOR(48);
	mouse(MOUSE_WHEEL_UP, 3, 20);
	mouse(MOUSE_WHEEL_UP, 3, 20);
	cr_expect(eq(u64, draw()->origin, 0));
	EXPECT_CURSOR(48);
	keys("G");
	for (int i = 0; i < 3; i++)
		mouse(MOUSE_WHEEL_DOWN, 3, 20);
	EXPECT_CURSOR(65535);
}

Test(moving, the_mouse_can_be_switched_off)
{
	ed_open_counting(4096);
	const Layout layout = draw()->layout;

	command("set nomouse");
	mouse(MOUSE_PRESS, 2, layout_hex_cell(&layout, 5));

	EXPECT_CURSOR(0);
}

/* ---- sizes of the screen ---- */

Test(moving, any_size_of_screen_shows_the_cursor)
{
	static const int sizes[][2] = {{1, 1},   {1, 200},    {200, 1},   {2, 2},
				       {5, 20},  {24, 80},    {200, 500}, {1, 1},
				       {24, 80}, {9999, 9999}};
	ed_open_counting(100000);
	command("goto 70000");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		resize(sizes[i][0], sizes[i][1]);
		(void)draw();
		EXPECT_CURSOR(70000);
		cr_expect(eq(int, frame.layout.rows, sizes[i][0]));
		cr_expect(ge(u64, frame.cursor, frame.origin));
		cr_expect(lt(u64, frame.cursor - frame.origin,
			     (uint64_t)frame.layout.body_rows * frame.layout.columns));
		keys("jk");
		EXPECT_CURSOR(70000);
	}
}

Test(moving, keeps_edits_on_a_screen_too_small_to_show_them)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	resize(1, 1);
	cr_expect(draw()->layout.too_small);
	keys("R58");
	resize(24, 80);

	EXPECT_HEX("58424344");
}

Test(moving, an_empty_document_has_a_cursor_and_no_bytes)
{
	ed_open_text("", ACCESS_PREVIEW);

	keys("jkhlG$0wb<PageDown>gg");
	EXPECT_CURSOR(0);
	EXPECT_HEX("");
	cr_expect(eq(u64, frame.document_size, 0));
}

/* ---- keys that terminals send in other ways ---- */

Test(moving, alt_is_escape_and_a_key_where_it_means_nothing_else)
{
	ed_open_counting(4096);

	keys("R<M-j>");
	EXPECT_MODE("NORMAL");
	EXPECT_CURSOR(16);
	keys(":goto 5<M-l>");
	EXPECT_PROMPT("");
	EXPECT_CURSOR(17);
	command("bind <M-j> goto 5");
	keys("R<M-j>");
	EXPECT_MODE("OVERWRITE");
	EXPECT_CURSOR(5);
}

Test(moving, columns_can_be_named)
{
	ed_open_counting(64);

	command("pane text");
	cr_expect(eq(int, draw()->pane, PANE_TEXT));
	command("pane hex");
	cr_expect(eq(int, draw()->pane, PANE_HEX));
}

Test(moving, a_wrong_bare_offset_points_at_the_mistake)
{
	ed_open_counting(64);

	command(" 5 + x");

	cr_expect(eq(str, (char *)draw()->fault_line, (char *)" 5 + x"));
	cr_expect(eq(int, frame.fault_caret, 5));
}

Test(moving, the_wheel_takes_the_cursor_along_upwards)
{
	ed_open_counting(65536);

	keys("G");
	for (int i = 0; i < 20; i++)
		mouse(MOUSE_WHEEL_UP, 3, 20);

	const Frame *shown = draw();
	cr_expect(lt(u64, shown->cursor, 65535));
	cr_expect(lt(u64, shown->cursor - shown->origin,
		     (uint64_t)shown->layout.body_rows * shown->layout.columns));
	cr_expect(eq(u64, shown->cursor % 16, 15), "in its column");
}

Test(moving, back_from_the_shell_draws_anew)
{
	EditorRequest request;
	const Event resumed = {.kind = EVENT_RESUMED};
	ed_open_counting(64);

	editor_handle(editor, &resumed);
	editor_take_request(editor, &request);

	cr_expect(request.redraw);
	cr_expect(editor_stale(editor));
}
