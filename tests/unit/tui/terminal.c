/* SPDX-License-Identifier: GPL-3.0-or-later */

/* terminal.c, palette.c and rescue.c as terminal_probe.c uses them. */

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <signal.h>
#include <string.h>

#include "support/screen.h"

enum {
	ROWS = 6,
	COLS = 30
};

static Screen *screen;

static void open_probe(const char *const environment[])
{
	char *argv[] = {(char[]){PROBE}, NULL};
	screen = screen_open_with(ROWS, COLS, argv, environment);
}

static void open_drawn(void)
{
	open_probe(NULL);
	cr_assert(screen_wait_row(screen, 1, "the same oa every picture"), "%s",
		  screen_text(screen));
}

static void tear_down(void)
{
	screen_close(screen);
}

TestSuite(terminal, .fini = tear_down, .timeout = 100);

/* What a program must leave behind, however it ends. */
static void expect_whole(void)
{
	bool visible = false;
	int row = 0, col = 0;
	screen_cursor(screen, &row, &col, &visible);
	cr_expect(visible, "the cursor is hidden");
	cr_expect(screen_is_cooked(screen), "the line is not as it was");
	cr_expect(not(screen_mode(screen, "1049")), "still on the other screen");
	cr_expect(not(screen_mode(screen, "2004")), "pastes are still bracketed");
	cr_expect(not(screen_mode(screen, "1002")), "the mouse is still reported");
	cr_expect(not(screen_mode(screen, "1")), "the arrows are still the keypad's");
}

Test(terminal, shows_the_grid_and_its_cursor)
{
	open_drawn();

	cr_expect(screen_wait_row(screen, ROWS - 1, "the same on every picture    #"),
		  "%s", screen_text(screen));
	cr_expect(screen_wait_cursor(screen, 1, 10));
	cr_expect(screen_mode(screen, "2004"), "pastes are bracketed");
	cr_expect(not(screen_is_cooked(screen)));
}

Test(terminal, sends_only_what_changed)
{
	open_drawn();
	cr_assert(screen_wait_row(screen, ROWS - 1, "the same on every picture    #"));
	const size_t before = screen_sent(screen);

	screen_type(screen, "b");

	cr_assert(screen_wait_row(screen, 1, "the same ob every picture"));
	const size_t sent = screen_sent(screen) - before;
	cr_expect(lt(sz, sent, 40), "%zu bytes for one cell", sent);
}

Test(terminal, gives_the_screen_back)
{
	open_drawn();
	screen_type(screen, "mq");

	cr_expect(screen_wait_text(screen, "whole again"), "%s", screen_text(screen));
	cr_expect(zero(int, screen_wait_exit(screen)));
	cr_expect(not(screen_has(screen, "every picture")));
	expect_whole();
}

Test(terminal, leaves_a_line_of_its_own_where_there_is_one_screen_only)
{
	open_probe((const char *const[]){"TERM=vt100", NULL});
	cr_assert(screen_wait_row(screen, ROWS - 1, "the same on every picture    #"),
		  "%s", screen_text(screen));

	screen_type(screen, "q");

	cr_expect(screen_wait_text(screen, "whole again"), "%s", screen_text(screen));
	cr_expect(zero(int, screen_wait_exit(screen)));
	cr_expect(screen_has(screen, "every picture"));
	cr_expect(not(screen_has(screen, "again every")), "%s", screen_text(screen));
}

Test(terminal, is_whole_after_abort)
{
	open_drawn();
	screen_type(screen, "mA");

	cr_expect(eq(int, screen_wait_exit(screen), 128 + SIGABRT));

	expect_whole();
}

Test(terminal, is_whole_after_a_fault)
{
	open_drawn();
	screen_type(screen, "mS");

	/* The sanitizer's own handler ends the program in its own way. */
	cr_expect(ne(int, screen_wait_exit(screen), 0));

	expect_whole();
}

Test(terminal, is_whole_while_it_is_away_and_comes_back)
{
	open_drawn();
	screen_type(screen, "mz");
	cr_assert(screen_wait_text(screen, "away"), "%s", screen_text(screen));
	expect_whole();

	screen_type(screen, "\r");

	cr_expect(screen_wait_row(screen, 1, "the same oa every picture"), "%s",
		  screen_text(screen));
	cr_expect(screen_mode(screen, "2004"));
	cr_expect(screen_mode(screen, "1002"));
}

Test(terminal, draws_all_again_when_somebody_else_wrote)
{
	open_drawn();
	const size_t before = screen_sent(screen);

	screen_type(screen, "i");

	cr_expect(screen_wait_bytes(screen, before, "every picture"));
}

Test(terminal, takes_a_new_size)
{
	open_drawn();
	screen_resize(screen, 4, 26);

	screen_type(screen, "r");

	cr_expect(screen_wait_row(screen, 3, "the same on every picture#"), "%s",
		  screen_text(screen));
	cr_expect(screen_wait_row(screen, 1, "the same or every picture"));
}

Test(terminal, wide_characters_take_two_cells)
{
	open_drawn();

	screen_type(screen, "w");

	cr_expect(screen_wait_row(screen, 0, "\xe4\xb8\xad\xe6\x96\x87 caf\xc3\xa9 |"),
		  "%s", screen_text(screen));
}

Test(terminal, wide_characters_are_dots_where_the_locale_has_none)
{
	open_probe((const char *const[]){"LC_ALL=C", NULL});
	cr_assert(screen_wait_text(screen, "every picture"));

	screen_type(screen, "w");

	cr_expect(screen_wait_row(screen, 0, ". .  caf. |"), "%s", screen_text(screen));
}

Test(terminal, the_clipboard_is_set_by_osc_52)
{
	open_drawn();

	screen_type(screen, "kb");

	cr_assert(screen_wait_row(screen, 1, "the same ob every picture"));
	cr_expect(strstr(screen_bytes(screen), "\033]52;c;UUVE\a") != NULL);
}

static bool any_colour(void)
{
	for (int row = 0; row < ROWS; row++) {
		for (int col = 0; col < COLS; col++) {
			const ScreenCell cell = screen_cell(screen, row, col);
			if (cell.foreground != -1 || cell.background != -1)
				return true;
		}
	}
	return false;
}

static void draw_styles(void)
{
	cr_assert(screen_wait_text(screen, "every picture"), "%s", screen_text(screen));
	screen_type(screen, "c");
	cr_assert(screen_wait_row(screen, 2, "01234567"), "%s", screen_text(screen));
}

Test(terminal, styles_are_colours_of_the_16)
{
	open_probe(NULL);
	draw_styles();

	cr_expect(any_colour());
	for (int col = 0; col < COLS; col++) {
		const ScreenCell cell = screen_cell(screen, 0, col);
		cr_expect(cell.foreground < 16 && cell.background < 16);
	}
}

Test(terminal, the_cursor_is_hidden_when_the_grid_has_none)
{
	open_probe(NULL);
	draw_styles();

	bool visible = true;
	int row = 0, col = 0;
	screen_cursor(screen, &row, &col, &visible);
	cr_expect(not(visible));
}

Test(terminal, no_color_leaves_attributes)
{
	open_probe((const char *const[]){"NO_COLOR=1", NULL});
	draw_styles();

	cr_expect(not(any_colour()));
	cr_expect(screen_cell(screen, 2, 0).bold, "modified");
	cr_expect(screen_cell(screen, 2, 2).underline, "matched");
	cr_expect(screen_cell(screen, 2, 3).reverse, "selected");
}

Test(terminal, an_empty_no_color_is_none)
{
	open_probe((const char *const[]){"NO_COLOR=", NULL});
	draw_styles();

	cr_expect(any_colour());
}

struct type_case {
	char term[32];
	bool colours;
};

ParameterizedTestParameters(terminal_types, show_the_same_text)
{
	static struct type_case cases[] = {
		{"TERM=screen-256color", true}, {"TERM=tmux-256color", true},
		{"TERM=xterm", true},           {"TERM=linux", true},
		{"TERM=vt220", false},          {"TERM=vt100", false}};
	return cr_make_param_array(struct type_case, cases,
				   sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct type_case *param, terminal_types, show_the_same_text,
		  .fini = tear_down, .timeout = 100)
{
	open_probe((const char *const[]){param->term, NULL});
	if (!screen_wait_text(screen, "every picture")) {
		cr_assert(screen_has(screen, "not known here"), "%s",
			  screen_text(screen));
		cr_skip_test("%s: not described here", param->term);
	}

	draw_styles();

	cr_expect(eq(int, any_colour(), param->colours), "%s", param->term);
	screen_type(screen, "q");
	cr_expect(zero(int, screen_wait_exit(screen)));
	cr_expect(screen_is_cooked(screen));
}

static void expect_refused(const char *term, const char *sentence)
{
	char *argv[] = {(char[]){PROBE}, NULL};
	screen = screen_open_with(ROWS, 80, argv, (const char *const[]){term, NULL});

	cr_expect(screen_wait_text(screen, sentence), "%s", screen_text(screen));
	cr_expect(eq(int, screen_wait_exit(screen), 2));
}

Test(terminal, a_dumb_one_is_refused)
{
	expect_refused("TERM=dumb", "cannot show a full screen");
}

Test(terminal, an_unknown_one_is_refused)
{
	expect_refused("TERM=no-such", "is not known here");
}

Test(terminal, one_without_a_name_is_refused)
{
	expect_refused("TERM", "TERM is not set");
}
