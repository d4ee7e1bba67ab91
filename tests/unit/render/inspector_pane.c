/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "mhex/render.h"
#include "unit/render/sample.h"

static Sample sample;

TestSuite(inspector_pane, .timeout = 100);

/* The inspector on a screen of cols columns, all its rows one after the other. */
static const char *draw(int cols, int rows)
{
	static char text[1024];
	Grid grid;
	size_t used = 0;
	sample_init(&sample, cols, 10);
	sample_lay_out(&sample, &(LayoutWish){.rows = 10,
					      .cols = cols,
					      .group = 8,
					      .inspector_rows = rows});
	cr_assert(zero(int, (int)grid_init(&grid, 10, cols)));
	render_frame(&sample.frame, &grid);
	for (int row = 0; row < sample.frame.layout.inspector_rows; row++) {
		grid_row_text(&grid, sample.frame.layout.inspector_row + row, text + used,
			      sizeof(text) - used - 1);
		while (text[used])
			used++;
		text[used++] = '\n';
		text[used] = '\0';
	}
	grid_free(&grid);
	return text;
}

#define EXPECT_DRAWN(cols, rows, want)                                                   \
	cr_expect(eq(str, (char *)draw(cols, rows), (char *)(want)))

Test(inspector_pane, shows_as_many_values_as_fit)
{
	EXPECT_DRAWN(
		120, 1,
		" u8 127  i8 127  u16 17791 \xc2\xb7 32581  "
		"u32 1179403647 \xc2\xb7 2135247942  f32 13073.374 \xc2\xb7 2.6e+38  "
		"utf-8 U+007F\n");
	EXPECT_DRAWN(34, 1, " u8 127  i8 127  u16 17791 \xc2\xb7 32581\n");
}

Test(inspector_pane, a_shorter_value_takes_the_place_of_one_that_does_not_fit)
{
	EXPECT_DRAWN(50, 1, " u8 127  i8 127  u16 17791 \xc2\xb7 32581  utf-8 U+007F\n");
}

Test(inspector_pane, goes_on_in_the_next_row)
{
	EXPECT_DRAWN(40, 3,
		     " u8 127  i8 127  u16 17791 \xc2\xb7 32581\n"
		     " u32 1179403647 \xc2\xb7 2135247942\n"
		     " f32 13073.374 \xc2\xb7 2.6e+38  utf-8 U+007F\n");
}

Test(inspector_pane, leaves_out_what_fits_in_no_row)
{
	EXPECT_DRAWN(13, 2, " u8 127\n i8 127\n");
	EXPECT_DRAWN(13, 4, " u8 127\n i8 127\n utf-8 U+007F\n\n");
	EXPECT_DRAWN(4, 2, "\n\n");
}

Test(inspector_pane, is_a_golden_screen)
{
	sample_init(&sample, 64, 12);
	sample_lay_out(&sample, &(LayoutWish){.rows = 12,
					      .cols = 64,
					      .group = 4,
					      .inspector_rows = 3,
					      .hint = true});
	sample.frame.hint = "F1 help  i insert  R overwrite  :write saves  :quit leaves";

	cr_expect(sample_is_golden(&sample, "inspector"));
}
