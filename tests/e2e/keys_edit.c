/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Keys that change bytes, and those that save and leave. */

#include "e2e/mhex_screen.h"

TestSuite(keys_edit, .fini = close_all, .timeout = 100);

static void save(void)
{
	screen_keys(screen, "<Esc>");
	screen_keys(screen, "<F2>");
	ASSERT_TEXT("bytes written");
}

Test(keys_edit, R_overwrites_until_esc)
{
	open_text("ABCDEF", NULL);

	screen_keys(screen, "R");
	EXPECT_TEXT("OVERWRITE");
	screen_keys(screen, "6162");
	EXPECT_TEXT("[+2]");
	screen_keys(screen, "<Esc>");
	EXPECT_TEXT("NORMAL");
	save();

	EXPECT_FILE("abCDEF");
}

Test(keys_edit, enter_overwrites_too)
{
	open_text("ABCDEF", NULL);

	screen_keys(screen, "l<Enter>7a");
	save();

	EXPECT_FILE("AzCDEF");
}

Test(keys_edit, i_inserts_before_and_a_after)
{
	open_text("ABC", NULL);

	screen_keys(screen, "li");
	EXPECT_TEXT("INSERT");
	screen_keys(screen, "3132<Esc>");
	EXPECT_TEXT("NORMAL");
	screen_keys(screen, "gga");
	screen_keys(screen, "33");
	save();

	EXPECT_FILE("A312BC");
}

Test(keys_edit, text_is_typed_in_the_text_column)
{
	open_text("ABCDEF", NULL);

	screen_keys(screen, "<Tab>Rqx<lt>y");
	EXPECT_TEXT("[+4]");
	save();

	EXPECT_FILE("qx<yEF");
}

Test(keys_edit, insert_toggles)
{
	open_text("ABC", NULL);

	screen_keys(screen, "R<Insert>");
	EXPECT_TEXT("INSERT");
	screen_keys(screen, "78<Insert>");
	EXPECT_TEXT("OVERWRITE");
	screen_keys(screen, "79");
	save();

	EXPECT_FILE("xyBC");
}

Test(keys_edit, what_is_no_digit_is_refused_with_a_hint)
{
	open_text("ABC", NULL);

	screen_keys(screen, "Rz");

	EXPECT_TEXT("is no hex digit");
	cr_expect(screen_wait_cursor(screen, 0, 11));
}

Test(keys_edit, r_replaces_one_byte)
{
	open_text("ABC", NULL);

	screen_keys(screen, "lr7a");
	EXPECT_TEXT("[+1]");
	EXPECT_TEXT("NORMAL");
	EXPECT_AT(1UL);
	save();

	EXPECT_FILE("AzC");
}

Test(keys_edit, x_and_delete_delete)
{
	open_text("ABCDEFG", NULL);

	screen_keys(screen, "x");
	EXPECT_TEXT("1 bytes deleted");
	screen_keys(screen, "2x");
	EXPECT_TEXT("2 bytes deleted");
	screen_keys(screen, "l<Delete>");
	save();

	EXPECT_FILE("DFG");
}

Test(keys_edit, y_d_p_and_P)
{
	open_text("ABCDEF", NULL);

	screen_keys(screen, "2y");
	EXPECT_TEXT("2 bytes copied");
	screen_keys(screen, "Gp");
	EXPECT_TEXT("2 bytes pasted");
	screen_keys(screen, "gg3d");
	EXPECT_TEXT("3 bytes cut");
	screen_keys(screen, "P");
	EXPECT_TEXT("3 bytes pasted");
	save();

	EXPECT_FILE("ABCDEFAB");
}

Test(keys_edit, undo_and_redo_have_two_keys_each)
{
	open_text("ABC", NULL);

	screen_keys(screen, "R616263<Esc>");
	EXPECT_TEXT("[+3]");
	screen_keys(screen, "u");
	EXPECT_GONE("[+");
	screen_keys(screen, "<C-r>");
	EXPECT_TEXT("[+3]");
	screen_keys(screen, "<C-z>");
	EXPECT_GONE("[+");
	screen_keys(screen, "<C-y>");
	EXPECT_TEXT("[+3]");
}

Test(keys_edit, undo_goes_back_behind_a_save)
{
	open_text("ABC", NULL);

	screen_keys(screen, "R61");
	save();
	EXPECT_FILE("aBC");
	screen_keys(screen, "u");
	EXPECT_TEXT("[+1]");
	screen_keys(screen, "<C-s>");
	EXPECT_GONE("[+1]");

	EXPECT_FILE("ABC");
}

Test(keys_edit, dot_repeats_the_last_edit)
{
	open_text("ABCDEF", NULL);

	screen_keys(screen, "r7all.");
	EXPECT_TEXT("[+2]");
	save();

	EXPECT_FILE("zBzDEF");
}

Test(keys_edit, v_selects_and_esc_lets_go)
{
	open_text("ABCDEF", NULL);

	screen_keys(screen, "vll");
	EXPECT_TEXT("sel 0x3");
	screen_keys(screen, "<Esc>");
	EXPECT_GONE("sel 0x3");
	screen_keys(screen, "vld");
	save();

	EXPECT_FILE("ABEF");
}

Test(keys_edit, shift_and_arrows_select)
{
	open_counting(1024, NULL);

	screen_keys(screen, "<S-Right><S-Right>");
	EXPECT_TEXT("sel 0x3");
	screen_keys(screen, "<S-Down>");
	EXPECT_TEXT("sel 0x13");
	screen_keys(screen, "<S-Up><S-Left>");
	EXPECT_TEXT("sel 0x2");
	screen_keys(screen, "<S-End>");
	EXPECT_TEXT("sel 0x10");
	screen_keys(screen, "<S-Home>");
	EXPECT_TEXT("sel 0x1 ");
	screen_keys(screen, "<S-PageDown>");
	EXPECT_TEXT("sel 0x151");
	screen_keys(screen, "<S-PageUp>");
	EXPECT_TEXT("sel 0x1 ");
}

Test(keys_edit, ctrl_a_c_x_and_v)
{
	open_text("ABC", NULL);

	screen_keys(screen, "<C-a>");
	EXPECT_TEXT("sel 0x3");
	screen_keys(screen, "<C-c>");
	EXPECT_TEXT("3 bytes copied");
	screen_keys(screen, "<C-v>");
	EXPECT_TEXT("3 bytes pasted");
	screen_keys(screen, "ggvl<C-x>");
	EXPECT_TEXT("2 bytes cut");
	save();

	EXPECT_FILE("CABC");
}

Test(keys_edit, copies_reach_the_system_clipboard)
{
	open_text("ABC", NULL);

	screen_keys(screen, "<C-a><C-c>");
	EXPECT_TEXT("3 bytes copied");

	/* "41 42 43" in base64 */
	cr_expect(screen_wait_bytes(screen, 0, "\033]52;c;NDEgNDIgNDM=\a"));
}

Test(keys_edit, ctrl_c_without_a_selection_is_a_hint)
{
	open_text("ABC", NULL);

	screen_keys(screen, "<C-c>");

	EXPECT_TEXT("Ctrl-C copies a selection");
}

Test(keys_edit, paste_overwrites_in_overwrite)
{
	open_text("ABCDEF", NULL);

	screen_keys(screen, "2yllR<C-v>");
	EXPECT_TEXT("2 bytes pasted");
	save();

	EXPECT_FILE("ABABEF");
}

Test(keys_edit, backspace_goes_back_or_deletes_what_was_inserted)
{
	open_text("ABC", NULL);

	screen_keys(screen, "li3132<Backspace>");
	save();

	EXPECT_FILE("A1BC");
}

Test(keys_edit, modified_bytes_are_bold_and_typing_the_old_one_is_clean)
{
	open_text("ABC", NULL);

	screen_keys(screen, "R42<Esc>");
	ASSERT_TEXT("[+1]");
	ASSERT_TEXT("NORMAL");
	cr_assert(screen_wait_cursor(screen, 0, 14));
	cr_expect(screen_cell(screen, 0, 11).bold);
	screen_keys(screen, "ggR41<Esc>");

	EXPECT_GONE("[+");
}

Test(keys_edit, keys_that_are_no_letters_work_while_typing)
{
	static const char *const states[] = {"R", "i"};
	for (size_t i = 0; i < 2; i++) {
		open_counting(1024, NULL);
		screen_keys(screen, states[i]);
		EXPECT_TEXT(i == 0 ? "OVERWRITE" : "INSERT");

		screen_keys(screen, "<Down><Right>");
		EXPECT_AT(0x11UL);
		screen_keys(screen, "<PageDown><PageUp><End>");
		EXPECT_AT(0x1fUL);
		screen_keys(screen, "<C-Home><C-g>0x40<Enter>");
		EXPECT_AT(0x40UL);
		screen_keys(screen, "<F7>63<Enter>");
		EXPECT_AT(0x63UL);
		screen_keys(screen, "<C-o>");
		EXPECT_AT(0x40UL);
		screen_keys(screen, "<S-Right>");
		EXPECT_TEXT("sel 0x2");
		screen_keys(screen, "<C-c>");
		EXPECT_TEXT("2 bytes copied");
		screen_keys(screen, "ff");
		EXPECT_TEXT("[+");
		screen_keys(screen, "<C-z>");
		EXPECT_GONE("[+");
		screen_keys(screen, "<F1>");
		EXPECT_TEXT("KEYS, and");
		screen_keys(screen, "<Esc>");
		EXPECT_TEXT(i == 0 ? "OVERWRITE" : "INSERT");
		screen_keys(screen, "<C-q>");
		cr_expect(zero(int, screen_wait_exit(screen)));
		close_all();
	}
}

TestSuite(keys_leave, .fini = close_all, .timeout = 100);

static void expect_gone_with(int status)
{
	cr_expect(eq(int, screen_wait_exit(screen), status), "%s", screen_text(screen));
	expect_whole();
}

Test(keys_leave, q_without_edits)
{
	open_text("ABC", NULL);

	screen_keys(screen, "q");

	expect_gone_with(0);
}

Test(keys_leave, f10_asks_and_y_writes)
{
	open_text("ABC", NULL);

	screen_keys(screen, "r61<F10>");
	EXPECT_TEXT("Write them?");
	screen_keys(screen, "y");

	expect_gone_with(0);
	EXPECT_FILE("aBC");
}

Test(keys_leave, ctrl_q_asks_and_n_drops)
{
	open_text("ABC", NULL);

	screen_keys(screen, "r61<C-q>");
	EXPECT_TEXT("Write them?");
	screen_keys(screen, "n");

	expect_gone_with(0);
	EXPECT_FILE("ABC");
	cr_expect(not(screen_has(screen, "lost")), "%s", screen_text(screen));
}

Test(keys_leave, esc_stays)
{
	open_text("ABC", NULL);

	screen_keys(screen, "r61q");
	EXPECT_TEXT("Write them?");
	screen_keys(screen, "<Esc>");
	EXPECT_GONE("Write them?");

	EXPECT_TEXT("[+1]");
}

Test(keys_leave, ZZ_writes_and_leaves)
{
	open_text("ABC", NULL);

	screen_keys(screen, "r61ZZ");

	expect_gone_with(0);
	EXPECT_FILE("aBC");
}

Test(keys_leave, ZQ_leaves_and_drops)
{
	open_text("ABC", NULL);

	screen_keys(screen, "r61ZQ");

	expect_gone_with(0);
	EXPECT_FILE("ABC");
}
