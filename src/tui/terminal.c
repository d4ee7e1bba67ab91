/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/terminal.h"

#include <curses.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "tui/clipboard.h"
#include "tui/glyph.h"
#include "tui/palette.h"
#include "tui/rescue.h"
#include "tui/tty_find.h"

static const char paste_on[] = "\033[?2004h", paste_off[] = "\033[?2004l";
static const char new_line[] = "\r\n";
static const char mouse_on[] = "\033[?1002h\033[?1006h";
static const char mouse_off[] = "\033[?1006l\033[?1002l";

struct Terminal {
	TtyFds fds;
	FILE *input, *output; /* on fds; what curses wants */
	char *type;
	bool is_ansi;        /* understands, or ignores, sequences of ECMA-48 */
	bool has_one_screen; /* and what was drawn stays on it */
	StrBuf start, end;
	StrBuf rescue;  /* brings all back when curses cannot */
	SCREEN *screen; /* NULL: not started */
	Palette palette;
	bool mouse;
	int cursor_shown; /* -1: not known */

	Cell *shown; /* what the screen shows; NULL: not known */
	int shown_rows, shown_cols;
	bool whole; /* draw the next picture whole */
	const Theme *theme;
};

/* --- what the terminal is --- */

/* NULL when the terminal does not have it. */
static const char *capability(const char *name)
{
	const char *text = tigetstr(name);
	/* -1: not the name of one that is a text; none of ours. */
	return (intptr_t)text == -1 ? NULL : text;
}

/* A capability without padding: it is sent by write(), not by curses. */
static void add_capability(StrBuf *out, const char *name)
{
	const char *text = capability(name);
	if (!text)
		return;
	while (*text) {
		const char *pad_end = NULL;
		if (text[0] == '$' && text[1] == '<')
			pad_end = strchr(text, '>');
		if (pad_end)
			text = pad_end + 1;
		else
			strbuf_add_char(out, *text++);
	}
}

static bool has_capability(const char *name)
{
	return capability(name) != NULL;
}

static void describe_rescue(Terminal *terminal)
{
	StrBuf *bytes = &terminal->rescue;
	strbuf_add_text(bytes, strbuf_text(&terminal->end));
	add_capability(bytes, "sgr0");
	add_capability(bytes, "op");
	add_capability(bytes, "cnorm");
	if (terminal->has_one_screen)
		strbuf_add_text(bytes, new_line);
	else
		add_capability(bytes, "rmcup");
}

static void arm_rescue(const Terminal *terminal)
{
	rescue_arm(terminal->fds.output, strbuf_text(&terminal->rescue),
		   terminal->rescue.length);
}

static MhexStatus read_description(Terminal *terminal, MhexError *err)
{
	int reason = 0;
	if (setupterm(terminal->type, terminal->fds.output, &reason) != OK)
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 reason < 0
					 ? "terminal type %s: no terminal descriptions "
					   "(terminfo) are installed"
					 : "terminal type %s (TERM) is not known here",
				 terminal->type);
	MhexStatus status = MHEX_OK;
	if (!has_capability("cup") || !has_capability("clear")) {
		status = mhex_fail(err, MHEX_E_UNSUPPORTED,
				   "terminal type %s (TERM) cannot show a full screen",
				   terminal->type);
	} else {
		terminal->is_ansi = strncmp(capability("cup"), "\033[", 2) == 0;
		add_capability(&terminal->start, "smkx");
		if (terminal->is_ansi) {
			strbuf_add_text(&terminal->start, paste_on);
			strbuf_add_text(&terminal->end, mouse_off);
			strbuf_add_text(&terminal->end, paste_off);
		}
		add_capability(&terminal->end, "rmkx");
		terminal->has_one_screen = !has_capability("rmcup");
		describe_rescue(terminal);
	}
	(void)del_curterm(cur_term);
	return status;
}

MhexStatus terminal_open(Terminal **out, MhexError *err)
{
	TtyFds fds;
	if (!tty_find(&fds))
		return mhex_fail(err, MHEX_E_NOTFOUND,
				 "there is no terminal; -b runs commands without one");
	Terminal *terminal = calloc(1, sizeof(*terminal));
	if (!terminal) {
		(void)close(fds.input);
		(void)close(fds.output);
		return mhex_fail(err, MHEX_E_NOMEM, "terminal: out of memory");
	}
	terminal->fds = fds;
	const char *type = getenv("TERM");
	if (!type || !*type) {
		terminal_close(terminal);
		return mhex_fail(
			err, MHEX_E_UNSUPPORTED,
			"TERM is not set: the type of this terminal is not known");
	}
	terminal->type = strdup(type);
	terminal->input = fdopen(fds.input, "r");
	terminal->output = fdopen(fds.output, "w");
	MhexStatus status = MHEX_OK;
	if (!terminal->type || !terminal->input || !terminal->output)
		status = mhex_fail(err, MHEX_E_NOMEM, "terminal: out of memory");
	else
		status = read_description(terminal, err);
	if (status)
		terminal_close(terminal);
	else
		*out = terminal;
	return status;
}

const char *terminal_type(const Terminal *terminal)
{
	return terminal->type;
}

int terminal_input_fd(const Terminal *terminal)
{
	return terminal->fds.input;
}

void terminal_measure(const Terminal *terminal, int *rows, int *cols)
{
	struct winsize size = {0};
	*rows = 24;
	*cols = 80;
	if (ioctl(terminal->fds.output, TIOCGWINSZ, &size) != 0)
		return;
	if (size.ws_row > 0)
		*rows = size.ws_row;
	if (size.ws_col > 0)
		*cols = size.ws_col;
}

/* --- taking the screen and giving it back --- */

static void send(const Terminal *terminal, const char *bytes, size_t length)
{
	while (length > 0) {
		const ssize_t sent = write(terminal->fds.output, bytes, length);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return; /* the loop sees the end of the terminal when it reads */
		bytes += sent;
		length -= (size_t)sent;
	}
}

static void send_text(const Terminal *terminal, const char *text)
{
	send(terminal, text, strlen(text));
}

static void forget_picture(Terminal *terminal)
{
	free(terminal->shown);
	terminal->shown = NULL;
	terminal->whole = true;
	terminal->cursor_shown = -1;
}

MhexStatus terminal_start(Terminal *terminal, MhexError *err)
{
	int rows = 0, cols = 0;
	arm_rescue(terminal); /* before curses changes anything */
	terminal->screen = newterm(terminal->type, terminal->output, terminal->input);
	if (!terminal->screen) {
		rescue_disarm();
		return mhex_fail(err, MHEX_E_UNSUPPORTED,
				 "terminal type %s (TERM) cannot show a full screen",
				 terminal->type);
	}
	(void)raw();
	(void)noecho();
	(void)nonl();
	(void)intrflush(stdscr, FALSE);
	(void)typeahead(-1); /* the loop decides when to draw */
	(void)idlok(stdscr, TRUE);
	(void)leaveok(stdscr, FALSE);
	/* $LINES and $COLUMNS are not asked: they outlive a resize. */
	terminal_measure(terminal, &rows, &cols);
	if (rows != LINES || cols != COLS)
		(void)resize_term(rows, cols);
	palette_init(&terminal->palette);
	send_text(terminal, strbuf_text(&terminal->start));
	forget_picture(terminal);
	return MHEX_OK;
}

void terminal_suspend(Terminal *terminal)
{
	if (!terminal->screen || isendwin())
		return;
	send_text(terminal, strbuf_text(&terminal->end));
	(void)endwin();
	/* Curses leaves the cursor on the status line. */
	if (terminal->has_one_screen)
		send_text(terminal, new_line);
	rescue_disarm();
}

void terminal_resume(Terminal *terminal)
{
	if (!terminal->screen)
		return;
	if (isendwin())
		arm_rescue(terminal);
	(void)reset_prog_mode();
	send_text(terminal, strbuf_text(&terminal->start));
	if (terminal->mouse)
		send_text(terminal, mouse_on);
	forget_picture(terminal);
}

void terminal_close(Terminal *terminal)
{
	if (!terminal)
		return;
	if (terminal->screen) {
		terminal_suspend(terminal);
		delscreen(terminal->screen);
	}
	if (terminal->input)
		(void)fclose(terminal->input);
	else
		(void)close(terminal->fds.input);
	if (terminal->output)
		(void)fclose(terminal->output);
	else
		(void)close(terminal->fds.output);
	strbuf_free(&terminal->start);
	strbuf_free(&terminal->end);
	strbuf_free(&terminal->rescue);
	free(terminal->shown);
	free(terminal->type);
	free(terminal);
}

void terminal_resize(Terminal *terminal, int rows, int cols)
{
	if (rows != LINES || cols != COLS)
		(void)resize_term(rows, cols);
	forget_picture(terminal);
}

void terminal_invalidate(Terminal *terminal)
{
	forget_picture(terminal);
}

void terminal_set_mouse(Terminal *terminal, bool on)
{
	if (terminal->mouse == on || !terminal->is_ansi)
		return;
	terminal->mouse = on;
	send_text(terminal, on ? mouse_on : mouse_off);
}

bool terminal_set_clipboard(Terminal *terminal, const char *bytes, size_t length)
{
	/* Consoles that print what they do not understand. */
	static const char *const without[] = {"linux", "vt", "cons", "ansi"};
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		if (strncmp(terminal->type, without[i], strlen(without[i])) == 0)
			return false;
	}
	StrBuf sequence = {0};
	const bool made =
		terminal->is_ansi && clipboard_sequence(&sequence, bytes, length);
	if (made)
		send(terminal, strbuf_text(&sequence), sequence.length);
	strbuf_free(&sequence);
	return made;
}

/* --- drawing --- */

static void choose_colours(Terminal *terminal, const Theme *theme, ColourUse use)
{
	const char *no_color = getenv("NO_COLOR");
	int colours = palette_terminal_colours();
	if (use == COLOUR_NEVER || (use == COLOUR_AUTO && no_color && *no_color))
		colours = 0;
	if (colours == terminal->palette.colours && theme == terminal->theme)
		return;
	terminal->palette.colours = colours;
	terminal->theme = theme;
	forget_picture(terminal);
}

static bool same_cell(const Cell *a, const Cell *b)
{
	return a->rune == b->rune && a->style == b->style && a->marks == b->marks;
}

static Look look_of(const Terminal *terminal, const Cell *cell)
{
	return theme_look(terminal->theme, (Style)cell->style, cell->marks,
			  terminal->palette.colours);
}

static bool shows_on_blanks(Look look)
{
	return look.background >= 0 ||
	       (look.attributes & (LOOK_REVERSE | LOOK_UNDERLINE)) != 0;
}

/* A blank looks like the cell left of it where that makes no difference: between bytes of
 * one colour the terminal is then sent no change of colour and back. */
static Look look_at(const Terminal *terminal, const Cell *cells, int col)
{
	const Look own = look_of(terminal, &cells[col]);
	Look left = own;
	while (col > 0 && cells[col].rune == ' ' && !shows_on_blanks(left)) {
		left = look_of(terminal, &cells[--col]);
		if (cells[col].rune != ' ')
			return shows_on_blanks(left) ? own : left;
	}
	return own;
}

static void put_cell(Terminal *terminal, int row, int col, const Cell *cells, int width)
{
	const CursesLook look =
		palette_look(&terminal->palette, look_at(terminal, cells, col));
	wchar_t text[2] = {glyph_for(cells[col].rune, width), L'\0'};
	cchar_t shape;
	if (setcchar(&shape, text, look.attributes, look.pair, NULL) != OK)
		return;
	/* This one neither wraps nor scrolls at the last column. */
	(void)mvwadd_wchnstr(stdscr, row, col, &shape, 1);
	if (width == 2 && text[0] < 0x80) {
		text[0] = L' ';
		(void)setcchar(&shape, text, look.attributes, look.pair, NULL);
		(void)mvwadd_wchnstr(stdscr, row, col + 1, &shape, 1);
	}
}

static void put_row(Terminal *terminal, const Grid *grid, int row, int cols)
{
	const Cell *cells = grid->cells + (ptrdiff_t)row * grid->cols;
	const Cell *shown =
		terminal->shown ? terminal->shown + (ptrdiff_t)row * cols : NULL;
	for (int col = 0; col < cols; col++) {
		const bool wide = col + 1 < cols && cells[col + 1].rune == 0;
		const bool was_wide = shown && col + 1 < cols && shown[col + 1].rune == 0;
		if (cells[col].rune == 0) /* drawn with its left half */
			continue;
		if (shown && wide == was_wide && same_cell(&cells[col], &shown[col]))
			continue;
		put_cell(terminal, row, col, cells, wide ? 2 : 1);
	}
}

static void remember(Terminal *terminal, const Grid *grid, int rows, int cols)
{
	if (!terminal->shown)
		terminal->shown = calloc((size_t)rows * (size_t)cols, sizeof(Cell));
	if (!terminal->shown)
		return; /* the next picture is sent to curses whole, that is all */
	terminal->shown_rows = rows;
	terminal->shown_cols = cols;
	for (int row = 0; row < rows; row++)
		memcpy(terminal->shown + (ptrdiff_t)row * cols,
		       grid->cells + (ptrdiff_t)row * grid->cols,
		       (size_t)cols * sizeof(Cell));
}

static void place_cursor(Terminal *terminal, const Grid *grid, int rows, int cols)
{
	const bool show = grid->cursor_row >= 0 && grid->cursor_row < rows &&
			  grid->cursor_col >= 0 && grid->cursor_col < cols;
	if (show)
		(void)wmove(stdscr, grid->cursor_row, grid->cursor_col);
	if ((int)show == terminal->cursor_shown)
		return;
	(void)curs_set(show ? 1 : 0);
	terminal->cursor_shown = show;
}

void terminal_present(Terminal *terminal, const Grid *grid, const Theme *theme,
		      ColourUse use)
{
	choose_colours(terminal, theme, use);
	const int rows = grid->rows < LINES ? grid->rows : LINES;
	const int cols = grid->cols < COLS ? grid->cols : COLS;
	if (terminal->shown &&
	    (rows != terminal->shown_rows || cols != terminal->shown_cols))
		forget_picture(terminal);
	if (terminal->whole) {
		(void)werase(stdscr);
		(void)clearok(curscr, TRUE);
		terminal->whole = false;
	}
	for (int row = 0; row < rows; row++)
		put_row(terminal, grid, row, cols);
	remember(terminal, grid, rows, cols);
	place_cursor(terminal, grid, rows, cols);
	(void)wrefresh(stdscr);
}
