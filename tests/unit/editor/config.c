/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Command lines from files: the configuration and scripts. */
#include "unit/editor/ed_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(config, .fini = ed_close, .timeout = 100);

static TempFile config;

static void write_config(const char *text)
{
	char path[TEMP_PATH_SIZE + 32];
	temp_folder_make(&config);
	(void)snprintf(path, sizeof(path), "mkdir '%s/mhex'", config.path);
	cr_assert(zero(int, system(path)));
	(void)snprintf(path, sizeof(path), "%s/mhex/mhexrc", config.path);
	temp_file_write(path, text, strlen(text));
	cr_assert(zero(int, setenv("XDG_CONFIG_HOME", config.path, 1)));
}

Test(config, the_configuration_is_command_lines)
{
	write_config("# mine\n\nset columns=4\r\nbind Q goto 2\n  set nowrap");
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	editor_load_config(editor);

	EXPECT_MESSAGE("");
	cr_expect(eq(uint, draw()->layout.columns, 4));
	cr_expect(not(editor_settings(editor)->wrap));
	keys("Q");
	EXPECT_CURSOR(2);
	temp_folder_remove(&config);
}

Test(config, an_error_in_the_configuration_names_its_line_and_the_rest_is_read)
{
	write_config("set columns=4\nset nosuch=1\nse upper\nset nowrap\n");
	ed_open_text("ABCDEFGH", ACCESS_PREVIEW);

	editor_load_config(editor);

	char want[TEMP_PATH_SIZE + 64];
	(void)snprintf(want, sizeof(want),
		       "%s/mhex/mhexrc:2: set: no such setting: nosuch", config.path);
	EXPECT_MESSAGE(want);
	cr_expect(not(editor_settings(editor)->wrap));
	cr_expect(not(editor_settings(editor)->upper), "prefixes are for the prompt");
	temp_folder_remove(&config);
}

Test(config, a_missing_configuration_is_no_error)
{
	cr_assert(zero(int, setenv("XDG_CONFIG_HOME", "/nonexistent", 1)));
	ed_open_text("ABCD", ACCESS_PREVIEW);

	editor_load_config(editor);

	EXPECT_MESSAGE("");
}

Test(config, a_configuration_that_cannot_be_read_is_told)
{
	char path[TEMP_PATH_SIZE + 32];
	temp_folder_make(&config);
	(void)snprintf(path, sizeof(path), "mkdir -p '%s/mhex/mhexrc'", config.path);
	cr_assert(zero(int, system(path)));
	cr_assert(zero(int, setenv("XDG_CONFIG_HOME", config.path, 1)));
	ed_open_text("ABCD", ACCESS_PREVIEW);

	editor_load_config(editor);

	cr_expect(strstr(message(), "directory") != NULL, "%s", message());
	temp_folder_remove(&config);
}

/* ---- scripts ---- */

Test(config, source_runs_a_file_of_lines)
{
	ed_open_text("ABCDABCD", ACCESS_PREVIEW);
	temp_file_make(&other, "find 43\noverwrite 58\n", 21);

	command(line_with("source ", other.path));

	EXPECT_HEX("4142584441424344");
}

Test(config, source_stops_at_the_first_error_and_names_the_line)
{
	char want[2 * TEMP_PATH_SIZE];
	ed_open_text("ABCD", ACCESS_PREVIEW);
	temp_file_make(&other, "goto 1\ngoto 9\ngoto 2\n", 21);

	command(line_with("source ", other.path));

	(void)snprintf(want, sizeof(want), "%s:2: goto: 0x9 is past the end (0x4)",
		       other.path);
	EXPECT_MESSAGE(want);
	EXPECT_CURSOR(1);
}

Test(config, files_that_source_each_other_end)
{
	ed_open_text("ABCD", ACCESS_PREVIEW);
	temp_file_make(&other, "", 0);
	char line[TEMP_PATH_SIZE + 16];
	(void)snprintf(line, sizeof(line), "source %s\n", other.path);
	temp_file_write(other.path, line, strlen(line));

	command(line_with("source ", other.path));

	cr_expect(strstr(message(), "files source each other") != NULL, "%s", message());
}

/* Keys would be dead until somebody writes into it, perhaps for ever. */
Test(config, a_pipe_is_not_waited_for_where_keys_are)
{
	char path[TEMP_PATH_SIZE + 8], want[TEMP_PATH_SIZE + 64];
	ed_open_text("ABCD", ACCESS_PREVIEW);
	temp_folder_make(&config);
	(void)snprintf(path, sizeof(path), "%s/pipe", config.path);
	cr_assert(zero(int, mkfifo(path, 0600)));

	keys(line_with(":source ", path));
	keys("<Enter>");

	(void)snprintf(want, sizeof(want),
		       "source: %s: a pipe is waited for in batch only", path);
	EXPECT_MESSAGE(want);
	temp_folder_remove(&config);
}

Test(config, a_configuration_that_is_a_pipe_is_not_waited_for)
{
	char path[TEMP_PATH_SIZE + 32];
	write_config("set upper\n");
	(void)snprintf(path, sizeof(path), "%s/mhex/mhexrc", config.path);
	cr_assert(zero(int, unlink(path)));
	cr_assert(zero(int, mkfifo(path, 0600)));
	ed_open_text("ABCD", ACCESS_PREVIEW);

	editor_load_config(editor);

	cr_expect(strstr(message(), "a pipe") != NULL, "%s", message());
	temp_folder_remove(&config);
}
