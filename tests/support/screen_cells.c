/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/screen_private.h"

enum {
	CELL_BYTES = VTERM_MAX_CHARS_PER_CELL * 4
};

static size_t put_utf8(uint32_t rune, char *text)
{
	if (rune < 0x80) {
		text[0] = (char)rune;
		return 1;
	}
	if (rune < 0x800) {
		text[0] = (char)(0xc0 | rune >> 6);
		text[1] = (char)(0x80 | (rune & 0x3f));
		return 2;
	}
	if (rune < 0x10000) {
		text[0] = (char)(0xe0 | rune >> 12);
		text[1] = (char)(0x80 | (rune >> 6 & 0x3f));
		text[2] = (char)(0x80 | (rune & 0x3f));
		return 3;
	}
	text[0] = (char)(0xf0 | rune >> 18);
	text[1] = (char)(0x80 | (rune >> 12 & 0x3f));
	text[2] = (char)(0x80 | (rune >> 6 & 0x3f));
	text[3] = (char)(0x80 | (rune & 0x3f));
	return 4;
}

static bool get_cell(const Screen *screen, int row, int col, VTermScreenCell *cell)
{
	const VTermPos place = {.row = row, .col = col};
	memset(cell, 0, sizeof(*cell));
	return row >= 0 && row < screen->rows && col >= 0 && col < screen->cols &&
	       vterm_screen_get_cell(screen->cells, place, cell);
}

/* Its text; nothing for the right half of a wide one. */
static size_t put_cell(const VTermScreenCell *cell, char *text)
{
	size_t length = 0;
	if (cell->chars[0] == (uint32_t)-1)
		return 0;
	if (cell->chars[0] == 0) {
		text[0] = ' ';
		return 1;
	}
	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
		length += put_utf8(cell->chars[i], text + length);
	return length;
}

static size_t put_row(const Screen *screen, int row, char *text)
{
	size_t length = 0;
	for (int col = 0; col < screen->cols; col++) {
		VTermScreenCell cell;
		(void)get_cell(screen, row, col, &cell);
		length += put_cell(&cell, text + length);
	}
	while (length > 0 && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
	return length;
}

static char *room(char **buffer, size_t size)
{
	*buffer = realloc(*buffer, size);
	if (!*buffer)
		abort();
	return *buffer;
}

const char *screen_row(Screen *screen, int row)
{
	char *text = room(&screen->row, (size_t)screen->cols * CELL_BYTES + 1);
	(void)put_row(screen, row, text);
	return text;
}

const char *screen_text(Screen *screen)
{
	const size_t row_size = (size_t)screen->cols * CELL_BYTES + 2;
	char *text = room(&screen->text, (size_t)screen->rows * row_size + 1);
	size_t length = 0;
	for (int row = 0; row < screen->rows; row++) {
		length += put_row(screen, row, text + length);
		text[length++] = '\n';
	}
	text[length] = '\0';
	return text;
}

bool screen_has(Screen *screen, const char *text)
{
	return strstr(screen_text(screen), text) != NULL;
}

bool screen_find(Screen *screen, const char *text, int *row, int *col)
{
	for (*row = 0; *row < screen->rows; ++*row) {
		const char *begin = screen_row(screen, *row);
		const char *found = strstr(begin, text);
		if (!found)
			continue;
		size_t before = 0;
		for (*col = 0; *col < screen->cols; ++*col) {
			char bytes[CELL_BYTES];
			VTermScreenCell cell;
			if (before == (size_t)(found - begin))
				return true;
			(void)get_cell(screen, *row, *col, &cell);
			before += put_cell(&cell, bytes);
		}
	}
	return false;
}

static int colour_number(const VTermColor *colour)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour))
		return -1;
	return VTERM_COLOR_IS_INDEXED(colour) ? colour->indexed.idx : -2;
}

ScreenCell screen_cell(Screen *screen, int row, int col)
{
	VTermScreenCell cell;
	ScreenCell result = {.foreground = -1, .background = -1};
	if (!get_cell(screen, row, col, &cell))
		return result;
	result.text[put_cell(&cell, result.text)] = '\0';
	result.bold = cell.attrs.bold;
	result.underline = cell.attrs.underline != 0;
	result.reverse = cell.attrs.reverse;
	result.blink = cell.attrs.blink;
	result.foreground = colour_number(&cell.fg);
	result.background = colour_number(&cell.bg);
	return result;
}

static char colour_sign(const ScreenCell *cell)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	if (cell->background >= 0 && cell->background < 16)
		return digits[16 + cell->background];
	if (cell->foreground >= 0 && cell->foreground < 16)
		return digits[cell->foreground];
	return cell->foreground == -1 && cell->background == -1 ? '.' : '!';
}

static char attribute_sign(const ScreenCell *cell)
{
	const int bits =
		cell->bold | cell->underline << 1 | cell->reverse << 2 | cell->blink << 3;
	return bits ? "0123456789abcdef"[bits] : '.';
}

static void put_signs(FILE *out, Screen *screen, const char *title,
		      char (*sign)(const ScreenCell *))
{
	(void)fprintf(out, "-- %s\n", title);
	for (int row = 0; row < screen->rows; row++) {
		int dots = 0;
		for (int col = 0; col < screen->cols; col++) {
			const ScreenCell cell = screen_cell(screen, row, col);
			const char c = sign(&cell);
			if (c == '.') {
				dots++;
				continue;
			}
			for (; dots > 0; dots--)
				(void)fputc('.', out);
			(void)fputc(c, out);
		}
		(void)fputc('\n', out);
	}
}

char *screen_picture(Screen *screen)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	if (!out)
		abort();
	(void)fputs(screen_text(screen), out);
	put_signs(out, screen, "colours", colour_sign);
	put_signs(out, screen, "attributes", attribute_sign);
	if (screen->cursor_visible)
		(void)fprintf(out, "-- cursor %d %d\n", screen->cursor.row,
			      screen->cursor.col);
	(void)fclose(out);
	return text;
}

void screen_cursor(Screen *screen, int *row, int *col, bool *visible)
{
	*row = screen->cursor.row;
	*col = screen->cursor.col;
	if (visible)
		*visible = screen->cursor_visible;
}

/* --- waiting --- */

typedef struct {
	const char *text;
	int row, col;
	size_t from;
} Wanted;

typedef bool (*Condition)(Screen *screen, const Wanted *wanted);

static bool wait_for(Screen *screen, Condition condition, const Wanted *wanted)
{
	const long deadline = screen_now_ms() + SCREEN_WAIT_MS;
	for (;;) {
		if (condition(screen, wanted))
			return true;
		const long left = deadline - screen_now_ms();
		if (left <= 0 || !screen_pump(screen, (int)left))
			return false;
	}
}

static bool row_is(Screen *screen, const Wanted *wanted)
{
	return strcmp(screen_row(screen, wanted->row), wanted->text) == 0;
}

static bool is_there(Screen *screen, const Wanted *wanted)
{
	return screen_has(screen, wanted->text);
}

static bool is_gone(Screen *screen, const Wanted *wanted)
{
	return !screen_has(screen, wanted->text);
}

static bool cursor_is(Screen *screen, const Wanted *wanted)
{
	return screen->cursor.row == wanted->row && screen->cursor.col == wanted->col &&
	       screen->cursor_visible;
}

static bool was_sent(Screen *screen, const Wanted *wanted)
{
	return screen->sent_length > wanted->from &&
	       memmem(screen->sent + wanted->from, screen->sent_length - wanted->from,
		      wanted->text, strlen(wanted->text)) != NULL;
}

bool screen_wait_row(Screen *screen, int row, const char *text)
{
	return wait_for(screen, row_is, &(Wanted){.text = text, .row = row});
}

bool screen_wait_text(Screen *screen, const char *text)
{
	return wait_for(screen, is_there, &(Wanted){.text = text});
}

bool screen_wait_gone(Screen *screen, const char *text)
{
	return wait_for(screen, is_gone, &(Wanted){.text = text});
}

bool screen_wait_cursor(Screen *screen, int row, int col)
{
	return wait_for(screen, cursor_is, &(Wanted){.row = row, .col = col});
}

bool screen_wait_bytes(Screen *screen, size_t from, const char *bytes)
{
	return wait_for(screen, was_sent, &(Wanted){.text = bytes, .from = from});
}

/* --- what came over the line --- */

size_t screen_sent(const Screen *screen)
{
	return screen->sent_length;
}

const char *screen_bytes(const Screen *screen)
{
	return screen->sent ? screen->sent : "";
}

bool screen_mode(const Screen *screen, const char *number)
{
	char on[32], off[32];
	bool is_on = false;
	(void)snprintf(on, sizeof(on), "\033[?%sh", number);
	(void)snprintf(off, sizeof(off), "\033[?%sl", number);
	const size_t length = strlen(on);
	for (size_t i = 0; i + length <= screen->sent_length; i++) {
		if (memcmp(screen->sent + i, on, length) == 0)
			is_on = true;
		else if (memcmp(screen->sent + i, off, length) == 0)
			is_on = false;
	}
	return is_on;
}
