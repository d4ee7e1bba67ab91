/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/render.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "support/frame_text.h"
#include "unit/render/sample.h"

static Sample sample;

TestSuite(render, .timeout = 100);

struct size_case {
	char name[16];
	int cols, rows;
};

static void check_size(const struct size_case *param)
{
	sample_init(&sample, param->cols, param->rows);

	cr_expect(sample_is_golden(&sample, param->name));
}

Test(render, every_size_class)
{
	static const struct size_case cases[] = {
		{"80x24", 80, 24}, {"120x40", 120, 40}, {"40x10", 40, 10},
		{"20x4", 20, 4},   {"1x1", 1, 1},       {"2x2", 2, 2},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_size(&cases[i]);
}

/* Names, messages, keys, lists: all from outside. */
static const char hostile[] = "a\033]0;title\a\033[31m\r\n\xc2\x9b"
			      "2J\xe2\x80\xae\xff\xf0.";

static bool is_clean(const Grid *grid)
{
	for (int i = 0; i < grid->rows * grid->cols; i++) {
		const uint32_t rune = grid->cells[i].rune;
		if (rune != 0 && utf8_is_control(rune))
			return false;
	}
	return true;
}

Test(render, no_control_character_reaches_the_grid)
{
	const FrameInspectorItem item = {hostile, hostile};
	const char *lines[] = {hostile, hostile};
	Grid grid;
	cr_assert(zero(int, (int)grid_init(&grid, 40, 150)));
	sample_init(&sample, 150, 40);
	for (size_t i = 0; i < SAMPLE_SIZE; i++)
		sample.bytes[i] = (uint8_t)(i * 7 + i / 256);
	sample.frame.name = sample.frame.message = sample.frame.pending = hostile;
	sample.frame.progress = sample.frame.hint = sample.frame.fault_line = hostile;
	sample.frame.inspector = &item;
	sample.frame.inspector_count = 1;
	for (unsigned i = 0; i < 20; i++) {
		sample.frame.charset = (TextCharset)(i / 4);
		sample.frame.prompt = i & 1 ? hostile : NULL;
		sample.frame.popup = (FramePopup){.title = i & 2 ? hostile : NULL,
						  .lines = lines,
						  .count = 2,
						  .footer = hostile};

		render_frame(&sample.frame, &grid);

		cr_expect(is_clean(&grid), "%u", i);
	}
	grid_free(&grid);
}

Test(render, a_screen_too_small_says_so)
{
	Grid grid;
	char text[64];
	cr_assert(zero(int, (int)grid_init(&grid, 1, 30)));
	sample_init(&sample, 30, 1);

	render_frame(&sample.frame, &grid);

	grid_row_text(&grid, 0, text, sizeof(text));
	cr_expect(eq(str, text, (char *)"too small"));
	grid_free(&grid);
}

/* The grid of the terminal can be older than the layout for a moment, while it is
 * resized. */
Test(render, a_grid_of_another_size_is_clipped)
{
	static const int sizes[] = {1, 2, 5, 24, 60};
	for (size_t i = 0; i < 25; i++) {
		Grid grid;
		sample_init(&sample, 80, 24);
		sample.frame.access = ACCESS_LIVE;
		sample.frame.prompt = i % 2 ? ":fill" : NULL;
		sample.frame.popup.title = i % 3 ? "list" : NULL;
		sample.frame.message = "a sentence that is longer than one row of it";
		cr_assert(zero(int, (int)grid_init(&grid, sizes[i / 5], sizes[i % 5])));

		render_frame(&sample.frame, &grid);

		grid_free(&grid);
	}
}

Test(render, the_largest_screen_is_drawn_at_once)
{
	Grid grid;
	cr_assert(zero(int, (int)grid_init(&grid, 200, 500)));
	sample_init(&sample, 500, 200);
	sample.frame.charset = TEXT_UTF8;

	render_frame(&sample.frame, &grid);

	cr_expect(eq(uint, sample.frame.layout.columns, 112));
	cr_expect(eq(u32, grid.cells[11].rune, '7'));
	grid_free(&grid);
}

Test(render, equal_frames_give_equal_screens)
{
	Grid first;
	Grid second;
	cr_assert(zero(int, (int)grid_init(&first, 24, 80)));
	cr_assert(zero(int, (int)grid_init(&second, 24, 80)));
	sample_init(&sample, 80, 24);
	sample.frame.popup.title = "covers a part";
	render_frame(&sample.frame, &second);
	sample.frame.popup.title = NULL;

	render_frame(&sample.frame, &first);
	render_frame(&sample.frame, &second);

	char *want = grid_text(&first);
	char *got = grid_text(&second);
	cr_expect(eq(str, got, want), "nothing is left of the frame before");
	free(want);
	free(got);
	grid_free(&first);
	grid_free(&second);
}
