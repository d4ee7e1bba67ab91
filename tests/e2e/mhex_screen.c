/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2e/mhex_screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Screen *screen;
TempFile file;

void open_path(const char *path, const char *const options[],
	       const char *const environment[])
{
	static char program[] = MHEX_PROGRAM, clean[] = "--clean",
		    no_hint[] = "--set=nohint";
	char *argv[OPTIONS_MAX + 5] = {program, clean, no_hint};
	int argc = 3;
	for (int i = 0; options && options[i] && i < OPTIONS_MAX; i++)
		argv[argc++] = (char *)options[i];
	argv[argc] = (char *)path;
	screen = screen_open_with(ROWS, COLS, argv, environment);
	ASSERT_TEXT("0x00000000");
}

void open_bytes(const void *bytes, size_t length, const char *const options[])
{
	temp_file_make(&file, bytes, length);
	open_path(file.path, options, NULL);
}

void open_text(const char *text, const char *const options[])
{
	open_bytes(text, strlen(text), options);
}

void open_counting(size_t length, const char *const options[])
{
	char *bytes = malloc(length);
	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)i;
	open_bytes(bytes, length, options);
	free(bytes);
}

void close_all(void)
{
	screen_close(screen);
	screen = NULL;
	if (file.path[0])
		temp_file_remove(&file);
}

void expect_whole(void)
{
	bool visible = false;
	int row = 0, col = 0;
	screen_cursor(screen, &row, &col, &visible);
	cr_expect(visible, "the cursor is hidden");
	cr_expect(screen_is_cooked(screen), "the line is not as it was");
	cr_expect(not(screen_mode(screen, "1049")), "still on the other screen");
	cr_expect(not(screen_mode(screen, "2004")), "pastes are still bracketed");
	cr_expect(not(screen_mode(screen, "1002")), "the mouse is still reported");
}

void expect_quits(void)
{
	screen_keys(screen, "<Esc><Esc>");
	screen_keys(screen, ":quit!<Enter>");
	cr_expect(zero(int, screen_wait_exit(screen)), "%s", screen_text(screen));
	expect_whole();
}

const char *place_text(unsigned long offset)
{
	static char text[64];
	(void)snprintf(text, sizeof(text), "0x%08lx", offset);
	return text;
}
