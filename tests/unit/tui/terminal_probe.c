/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A program that tests look at on a pseudo-terminal: it draws pictures with
 * terminal.c, one for each key.
 *
 *   a..y  the picture in which one cell differs, and says the letter
 *   w     wide characters        c     all styles, one in a row
 *   m, M  mouse on, off          k     clipboard "QED"
 *   z     leave the screen, say "away", read a line, come back
 *   i     somebody else has written on the screen
 *   A     abort                  S     a segmentation fault
 *   q     end
 */

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/rescue.h"
#include "tui/terminal.h"

static Terminal *terminal;
static Grid grid;

static void make_grid(void)
{
	int rows = 0, cols = 0;
	terminal_measure(terminal, &rows, &cols);
	grid_free(&grid);
	if (grid_init(&grid, rows, cols))
		abort();
}

static void draw_letter(char letter)
{
	char text[] = {letter, '\0'};
	grid_clear(&grid);
	for (int row = 0; row < grid.rows; row++)
		(void)grid_put(&grid, row, 0, STYLE_NORMAL, "the same on every picture");
	(void)grid_put(&grid, 1, 10, STYLE_ERROR, text);
	/* The last cell of all, which scrolls where one is careless. */
	grid_set(&grid, grid.rows - 1, grid.cols - 1, STYLE_NORMAL, 0, '#');
	grid.cursor_row = 1;
	grid.cursor_col = 10;
}

static void draw_styles(void)
{
	grid_clear(&grid);
	for (int style = 0; style < STYLE_COUNT; style++)
		grid_set(&grid, style / grid.cols, style % grid.cols, (Style)style, 0,
			 (uint32_t)('A' + style));
	for (unsigned mark = 0; mark < MARK_COUNT; mark++)
		grid_set(&grid, 2, (int)mark, STYLE_NORMAL, 1U << mark, '0' + mark);
	grid.cursor_row = -1;
}

static void draw_wide(void)
{
	grid_clear(&grid);
	(void)grid_put(&grid, 0, 0, STYLE_NORMAL,
		       "\xe4\xb8\xad\xe6\x96\x87 caf\xc3\xa9 |");
	grid.cursor_row = -1;
}

static void present(void)
{
	terminal_present(terminal, &grid, &theme_table[0], COLOUR_AUTO);
}

static void go_away(void)
{
	char line[16];
	terminal_suspend(terminal);
	(void)!write(STDOUT_FILENO, "away\n", 5);
	(void)!read(STDIN_FILENO, line, sizeof(line));
	terminal_resume(terminal);
}

static bool act(char key)
{
	switch (key) {
	case 'q':
		return false;
	case 'w':
		draw_wide();
		break;
	case 'c':
		draw_styles();
		break;
	case 'm':
	case 'M':
		terminal_set_mouse(terminal, key == 'm');
		return true;
	case 'k':
		(void)terminal_set_clipboard(terminal, "QED", 3);
		return true;
	case 'z':
		go_away();
		break;
	case 'i':
		terminal_invalidate(terminal);
		break;
	case 'A':
		abort();
	case 'S':
		(void)raise(SIGSEGV);
		break;
	case 'r': {
		int rows = 0, cols = 0;
		terminal_measure(terminal, &rows, &cols);
		terminal_resize(terminal, rows, cols);
		make_grid();
		draw_letter('r');
		break;
	}
	default:
		draw_letter(key);
		break;
	}
	present();
	return true;
}

/* Curses takes SIGWINCH so that it ends a read; mhex's loop waits in poll and has that
 * signal itself. */
static bool read_key(char *key)
{
	ssize_t got = 0;
	do {
		got = read(terminal_input_fd(terminal), key, 1);
	} while (got < 0 && errno == EINTR);
	return got == 1;
}

int main(void)
{
	MhexError err;
	char key = 'a';
	(void)setlocale(LC_CTYPE, "");
	rescue_install();
	if (terminal_open(&terminal, &err) || terminal_start(terminal, &err)) {
		(void)fprintf(stderr, "%s\n", err.message);
		return 2;
	}
	make_grid();
	while (act(key) && read_key(&key))
		;
	terminal_close(terminal);
	grid_free(&grid);
	(void)fprintf(stderr, "whole again\n");
	return 0;
}
