/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#include "mhex/byte_state.h"
#include "mhex/render.h"
#include "unit/render/sample.h"

static Sample sample;

static void set_up(void)
{
	sample_init(&sample, 100, 10);
	sample.frame.modified_bytes = 3;
	sample.frame.is_modified = true;
	sample.frame.selection_length = 0x20;
	sample.frame.cursor_byte = 0x7f;
}

TestSuite(status_line, .init = set_up, .timeout = 100);

/* The status line on a screen of cols columns, and whether some cell of it has style. */
static const char *draw(int cols, Style style, bool *has)
{
	static char text[2048];
	Grid grid;
	LayoutWish wish = {.rows = 10, .cols = cols, .group = 8};
	layout_compute(&wish, &sample.frame.layout);
	sample.frame.count = 0;
	cr_assert(zero(int, (int)grid_init(&grid, 10, cols)));
	render_frame(&sample.frame, &grid);
	grid_row_text(&grid, 9, text, sizeof(text));
	*has = false;
	for (int col = 0; col < cols; col++)
		*has |= grid.cells[9 * cols + col].style == style &&
			grid.cells[9 * cols + col].rune != ' ';
	grid_free(&grid);
	return text;
}

static const char *line(int cols)
{
	bool has = false;
	return draw(cols, STYLE_STATUS, &has);
}

#define EXPECT_LINE(cols, want)                                                          \
	cr_expect(eq(str, (char *)line(cols), (char *)(want)), "%d columns", cols)

Test(status_line, says_everything_where_there_is_room)
{
	sample.frame.message = "message";

	EXPECT_LINE(100, " NORMAL  PREVIEW  disk.img [+3]   0x00000010 (16)  0%   "
			 "sel 0x20   7f 0111 1111   message");
}

Test(status_line, gives_up_the_least_useful_part_first)
{
	EXPECT_LINE(86, " NORMAL  PREVIEW  disk.img [+3]   0x00000010 (16)  0%   "
			"sel 0x20   7f 0111 1111");
	EXPECT_LINE(79, " NORMAL  PREVIEW  disk.img [+3]   0x00000010 (16)  0%   "
			"sel 0x20   7f 0111 1111");
	EXPECT_LINE(78, " NORMAL  PREVIEW  disk.img [+3]   0x00000010 (16)  0%   "
			"sel 0x20   7f");
	EXPECT_LINE(68, " NORMAL  PREVIEW  disk.img [+3]   0x00000010 (16)  0%   "
			"sel 0x20");
	EXPECT_LINE(60, " NORMAL  PREVIEW  disk.img [+3]   0x00000010 (16)   sel 0x20");
	EXPECT_LINE(58, " NORMAL  PREVIEW  disk.img [+3]   0x00000010   sel 0x20");
	EXPECT_LINE(45, " NORMAL  PREVIEW  disk.img [+3]   0x00000010");
	EXPECT_LINE(40, " NORMAL  PREVIEW  [+3]   0x00000010");
	EXPECT_LINE(25, " NORMAL PREVIEW [+3] 0x10");
	EXPECT_LINE(20, " NORMAL PREVIEW 0x10");
	EXPECT_LINE(15, " N PREVIEW 0x10");
	EXPECT_LINE(14, " N PREVIEW");
	EXPECT_LINE(9, " N P");
	EXPECT_LINE(3, " P");
}

struct access_case {
	Access access;
	char word[8];
	Style style;
};

static void check_access(const struct access_case *param)
{
	static const char *const messages[] = {
		"", "disk.img: 3 bytes written",
		("/srv/images/disk.img: bytes 0x1000 to 0x1003 were changed by another "
		 "process since they were read; write! stores over them")};
	bool has = false;
	set_up();
	sample.frame.access = param->access;
	for (int cols = 2; cols <= 200; cols++) {
		for (size_t i = 0; i < 2 * sizeof(messages) / sizeof(messages[0]); i++) {
			sample.frame.message = messages[i / 2];
			sample.frame.progress = i % 2 ? "writing 12% of 4 GiB" : NULL;
			const char *text = draw(cols, param->style, &has);
			cr_assert(has, "%d columns: %s", cols, text);
			if (cols >= 17)
				cr_assert(strstr(text, param->word) != NULL,
					  "%d columns: %s", cols, text);
			(void)draw(cols, STYLE_STATUS_MODE, &has);
			cr_assert(has || cols < 4, "%d columns: %s", cols, text);
		}
	}
}

Test(status_line, shows_mode_and_access_on_any_screen)
{
	static const struct access_case cases[] = {
		{ACCESS_VIEW, "VIEW", STYLE_STATUS_VIEW},
		{ACCESS_PREVIEW, "PREVIEW", STYLE_STATUS_PREVIEW},
		{ACCESS_LIVE, "LIVE", STYLE_STATUS_LIVE},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_access(&cases[i]);
}

Test(status_line, cuts_long_names_on_the_left)
{
	sample.frame.name = "/srv/images/of/all/machines/disk.img";
	sample.frame.selection_length = 0;

	EXPECT_LINE(100, " NORMAL  PREVIEW  /srv/images/of/all/machines/disk.img [+3]   "
			 "0x00000010 (16)  0%   7f 0111 1111");
	EXPECT_LINE(80, " NORMAL  PREVIEW  \xe2\x80\xa6"
			"f/all/machines/disk.img [+3]   "
			"0x00000010 (16)  0%   7f");
}

Test(status_line, names_what_has_no_name_and_tells_changes_without_bytes)
{
	sample.frame.name = NULL;
	sample.frame.modified_bytes = 0;
	sample.frame.selection_length = 0;

	EXPECT_LINE(100, " NORMAL  PREVIEW  [no name] [+]   0x00000010 (16)  0%   "
			 "7f 0111 1111");
	sample.frame.is_modified = false;
	EXPECT_LINE(100, " NORMAL  PREVIEW  [no name]   0x00000010 (16)  0%   "
			 "7f 0111 1111");
}

Test(status_line, says_what_lies_under_the_cursor)
{
	sample.frame.selection_length = 0;
	sample.frame.is_modified = false;

	sample.frame.cursor_readable = false;
	EXPECT_LINE(100, " NORMAL  PREVIEW  disk.img   0x00000010 (16)  0%   ??");
	sample.frame.cursor = sample.frame.document_size;
	EXPECT_LINE(100, " NORMAL  PREVIEW  disk.img   0x00008000 (32768)  100%   end");
	sample.frame.document_size = sample.frame.cursor = 0;
	EXPECT_LINE(100, " NORMAL  PREVIEW  disk.img   0x00000000 (0)  0%   end");
}

Test(status_line, counts_from_the_base_address_and_per_cent_from_the_first_byte)
{
	sample.frame.selection_length = 0;
	sample.frame.is_modified = false;
	sample.frame.base = 0xABC000000000;
	sample.frame.upper_case = true;
	sample.frame.document_size = UINT64_MAX;
	sample.frame.cursor = UINT64_MAX / 2;
	sample.frame.base = 1;

	EXPECT_LINE(120, " NORMAL  PREVIEW  disk.img   0x8000000000000000 "
			 "(9223372036854775808)  50%   7F 0111 1111");
	sample.frame.cursor = UINT64_MAX - 1;
	EXPECT_LINE(120, " NORMAL  PREVIEW  disk.img   0xFFFFFFFFFFFFFFFF "
			 "(18446744073709551615)  100%   7F 0111 1111");
}

Test(status_line, shows_keys_typed_so_far_and_a_running_job)
{
	sample.frame.selection_length = 0;
	sample.frame.pending = "12g";

	EXPECT_LINE(80, " NORMAL  PREVIEW  disk.img [+3]   0x00000010 (16)  0%   "
			"7f 0111 1111   12g");
	sample.frame.pending = NULL;
	sample.frame.progress = "searching 12% 1.2 GB/s, Ctrl-C stops";
	EXPECT_LINE(83, " NORMAL  PREVIEW  disk.img [+3]   0x00000010   "
			"searching 12% 1.2 GB/s, Ctrl-C stops");
}

Test(status_line, live_is_a_golden_screen)
{
	sample_init(&sample, 80, 6);
	sample.frame.access = ACCESS_LIVE;
	sample.frame.mode = "OVERWRITE";
	sample.frame.nibble = 1;
	sample.frame.half_typed = 0xc3;
	sample_mark(&sample, 0x10, 0x11, BYTE_HALF_TYPED);
	sample_mark(&sample, 0x18, 0x1a, BYTE_FOREIGN);

	cr_expect(sample_is_golden(&sample, "live"));
}

Test(status_line, a_sign_stands_by_the_name_and_stays_when_the_name_goes)
{
	sample.frame.sign = "[gone]";

	EXPECT_LINE(100, " NORMAL  PREVIEW  disk.img [gone] [+3]   0x00000010 (16)  0%   "
			 "sel 0x20   7f 0111 1111");
	cr_expect(strstr(line(40), "[gone]") != NULL, "%s", line(40));
	cr_expect(strstr(line(8), "[gone]") == NULL, "%s", line(8));
}
