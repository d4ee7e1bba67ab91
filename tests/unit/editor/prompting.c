/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The prompt, completion, help and settings as a person meets them. */
#include "mhex/command.h"
#include "mhex/settings.h"
#include "unit/editor/ed_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(prompting, .fini = ed_close, .timeout = 100);

Test(prompting, shows_what_is_typed_and_goes_away)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys(":go");
	EXPECT_PROMPT(":go");
	cr_expect(eq(sz, frame.prompt_cursor, 3));
	keys("<Esc>");
	EXPECT_PROMPT("");
	keys(":<Backspace>");
	EXPECT_PROMPT("");
	EXPECT_HEX("41424344");
}

Test(prompting, function_keys_begin_a_line)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("<F4>");
	EXPECT_PROMPT(":goto ");
	keys("<Esc><C-g>");
	EXPECT_PROMPT(":goto ");
	keys("<Esc><F7>");
	EXPECT_PROMPT(":find ");
	keys("<Esc>?");
	EXPECT_PROMPT(":find-backward ");
}

Test(prompting, remembers_lines)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	command("goto 1");
	command("goto 2");
	keys(":<Up><Up><Enter>");

	EXPECT_CURSOR(1);
}

/* ---- completion ---- */

Test(prompting, tab_completes_a_command)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys(":ove<Tab>");
	EXPECT_PROMPT(":overwrite");
	keys("<C-u>find<Tab>");
	EXPECT_PROMPT(":find");
	cr_expect(popup_has("find-all"));
	keys("<Tab>");
	EXPECT_PROMPT(":find-all");
	keys("<S-Tab><S-Tab>");
	EXPECT_PROMPT(":find-here");
}

Test(prompting, tab_offers_no_command_that_cannot_run_here)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys(":dum<Tab>");

	EXPECT_PROMPT(":dum");
	EXPECT_MESSAGE("nothing to complete here");
}

Test(prompting, tab_completes_settings_values_and_choices)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys(":set col<Tab>");
	EXPECT_PROMPT(":set colour");
	keys("<Tab>");
	EXPECT_PROMPT(":set columns");
	keys("<C-u>set text=e<Tab>");
	EXPECT_PROMPT(":set text=ebcdic");
	keys("<C-u>access l<Tab>");
	EXPECT_PROMPT(":access live");
	keys("<C-u>help fin<Tab>");
	EXPECT_PROMPT(":help find");
}

Test(prompting, tab_completes_the_words_that_begin_a_clause)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys(":replace 41 w<Tab>");
	EXPECT_PROMPT(":replace 41 with ");
	keys("<C-u>delete i<Tab>");
	EXPECT_PROMPT(":delete in ");
}

Test(prompting, tab_behind_an_unknown_command_offers_nothing)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys(":nosuch g<Tab>");

	EXPECT_PROMPT(":nosuch g");
}

Test(prompting, tab_in_front_of_the_line_is_safe)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys(":  goto<Home><Tab>");
	keys("<Tab><S-Tab><Esc>");

	EXPECT_PROMPT("");
}

Test(prompting, tab_completes_file_names)
{
	TempFile folder;
	char path[TEMP_PATH_SIZE + 32];
	ed_open_text("ABCD", ACCESS_PREVIEW);
	temp_folder_make(&folder);
	(void)snprintf(path, sizeof(path), "%s/one two", folder.path);
	temp_file_write(path, "x", 1);
	(void)snprintf(path, sizeof(path), "%s/three", folder.path);
	temp_file_write(path, "x", 1);
	(void)snprintf(path, sizeof(path), "%s/.hidden", folder.path);
	temp_file_write(path, "x", 1);
	cr_assert(zero(int, chdir(folder.path)));

	keys(":read th<Tab>");
	EXPECT_PROMPT(":read three");
	keys("<C-u>read o<Tab>");
	EXPECT_PROMPT(":read \"one two\"");
	keys("<Enter>");
	EXPECT_HEX("7841424344");
	keys(":read .h<Tab>");
	EXPECT_PROMPT(":read .hidden");
	keys("<C-u>read <Tab>");
	cr_expect(popup_has("three"));
	cr_expect(not(popup_has(".hidden")));

	cr_assert(zero(int, chdir("/")));
	temp_folder_remove(&folder);
}

Test(prompting, tab_quotes_names_that_would_be_read_as_something_else)
{
	TempFile folder;
	char path[TEMP_PATH_SIZE + 32], want[TEMP_PATH_SIZE + 32];
	static const char *const names[] = {"with", "-",
					    "\xff"
					    "a",
					    "\xe2\x80\xae"
					    "b",
					    "one two"};
	ed_open_text("ABCD", ACCESS_PREVIEW);
	temp_folder_make(&folder);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder.path, names[i]);
		temp_file_write(path, "x", 1);
	}
	cr_assert(zero(int, chdir(folder.path)));
	cr_assert(zero(int, setenv("HOME", folder.path, 1)));

	keys(":read wi<Tab>");
	EXPECT_PROMPT(":read \"with\"");
	keys("<Enter>");
	EXPECT_HEX("7841424344");
	keys(":read -<Tab>");
	EXPECT_PROMPT(":read \"-\"");
	keys("<C-u>read <Tab>");
	cr_expect(popup_has("\"\\xffa\""));
	cr_expect(popup_has("\"\\xe2\\x80\\xaeb\""));
	keys("<C-u>read ~/o<Tab>");
	(void)snprintf(want, sizeof(want), ":read \"%s/one two\"", folder.path);
	EXPECT_PROMPT(want);

	cr_assert(zero(int, chdir("/")));
	temp_folder_remove(&folder);
}

Test(prompting, tab_goes_into_folders)
{
	TempFile folder;
	char path[TEMP_PATH_SIZE + 32];
	ed_open_text("ABCD", ACCESS_PREVIEW);
	temp_folder_make(&folder);
	(void)snprintf(path, sizeof(path), "mkdir '%s/sub'", folder.path);
	cr_assert(zero(int, system(path)));
	(void)snprintf(path, sizeof(path), "%s/sub/deep", folder.path);
	temp_file_write(path, "x", 1);
	cr_assert(zero(int, chdir(folder.path)));

	keys(":read s<Tab>");
	EXPECT_PROMPT(":read sub/");
	keys("<Tab>");
	EXPECT_PROMPT(":read sub/deep");

	cr_assert(zero(int, chdir("/")));
	temp_folder_remove(&folder);
}

/* ---- help ---- */

Test(prompting, help_has_each_command_setting_and_key)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("<F1>");
	for (size_t i = 0; i < command_count; i++) {
		cr_expect(popup_has(command_table[i].name), "%s", command_table[i].name);
		cr_expect(popup_has(command_table[i].summary), "%s",
			  command_table[i].name);
	}
	for (size_t i = 0; i < setting_count; i++)
		cr_expect(popup_has(setting_table[i].summary), "%s",
			  setting_table[i].name);
	cr_expect(popup_has("move page-down"));
	cr_expect(popup_has("F1"));
	keys("<F1>");
	cr_expect(zero(ptr, (void *)draw()->popup.title));
}

Test(prompting, help_about_one_thing)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	command("help overwrite");
	cr_expect(popup_has("overwrite BYTES [at EXPR]"));
	keys("q");
	command("help columns");
	cr_expect(popup_has("Bytes in a line"));
	keys("q");
	command("help <C-s>");
	cr_expect(popup_has("<C-s>  runs  write"));
	keys("q");
	command("help :w");
	cr_expect(popup_has("write[!] [FILE] [in RANGE]"));
	keys("q");
	command("help keys");
	cr_expect(popup_has("gg"));
	keys("q");
	command("help nonsense");
	EXPECT_MESSAGE("help: nothing about \"nonsense\"; help alone shows everything");
}

/* ---- settings ---- */

Test(prompting, set_changes_asks_and_toggles)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	command("set columns=4");
	cr_expect(eq(uint, draw()->layout.columns, 4));
	command("set columns?");
	EXPECT_MESSAGE("columns=4");
	command("set upper!");
	cr_expect(draw()->upper_case);
	command("set upper!");
	cr_expect(not(draw()->upper_case));
	command("set noinspector");
	cr_expect(eq(int, draw()->layout.inspector_rows, 0));
	keys("<F8>");
	cr_expect(lt(int, 0, draw()->layout.inspector_rows));
	command("set columns!");
	EXPECT_MESSAGE("set: columns is not on or off");
	command("set nosuch?");
	EXPECT_MESSAGE("set: no such setting: nosuch");
	command("set columns=x");
	cr_expect(draw()->message_is_error);
	cr_expect(eq(int, frame.fault_caret, 12));
	command("set");
	cr_expect(popup_has("columns=4"));
}

Test(prompting, the_hint_goes_away_with_the_first_edit)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	command("set hint");
	cr_expect(ge(int, draw()->layout.hint_row, 0));
	keys("l");
	cr_expect(ge(int, draw()->layout.hint_row, 0));
	keys("x");
	cr_expect(eq(int, draw()->layout.hint_row, -1));
}

Test(prompting, the_inspector_shows_the_bytes_at_the_cursor)
{
	ed_open("\x7f\x45\x4c\x46", 4, ACCESS_PREVIEW);

	const Frame *shown = draw();
	cr_assert(lt(sz, 3, shown->inspector_count));
	cr_expect(eq(str, (char *)shown->inspector[0].name, (char *)"u8"));
	cr_expect(eq(str, (char *)shown->inspector[0].value, (char *)"127"));
	cr_expect(eq(str, (char *)shown->inspector[2].name, (char *)"u16"));
	cr_expect(eq(str, (char *)shown->inspector[2].value,
		     (char *)"17791 \xc2\xb7 32581"));
	command("set endian=big");
	cr_expect(eq(str, (char *)draw()->inspector[2].value,
		     (char *)"32581 \xc2\xb7 17791"));
	command("inspect at 1");
	cr_expect(popup_has("u8         69"));
}

/* ---- what the loop has to do ---- */

Test(prompting, suspend_and_redraw_are_requests)
{
	EditorRequest request;
	ed_open_text("ABCD", ACCESS_PREVIEW);

	keys("<C-l>");
	editor_take_request(editor, &request);
	cr_expect(request.redraw);
	cr_expect(not(request.suspend));
	command("suspend");
	editor_take_request(editor, &request);
	cr_expect(request.suspend);
	editor_take_request(editor, &request);
	cr_expect(not(request.suspend));
}

Test(prompting, batch_commands_say_that_they_need_a_batch)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);

	command("dump");
	cr_expect(strstr(message(), "works with --batch only") != NULL, "%s", message());
	command("write -");
	cr_expect(strstr(message(), "works with --batch only") != NULL, "%s", message());
	command("version");
	cr_expect(strstr(message(), "mhex ") == message(), "%s", message());
	command("info");
	cr_expect(popup_has("access    preview"));
	cr_expect(popup_has("size      4 (0x4)"));
}
