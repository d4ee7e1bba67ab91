/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/render.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "render/rune.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Any frame on a grid of any size: nothing is written outside the grid, every rune is
 * one that a terminal shows, wide ones have both their cells, the cursor is inside, and
 * the same frame gives the same screen again.
 */

enum {
	FENCE = 64, /* cells around the grid's own */
	TEXTS = 9,
	LINES = 4,
};

typedef struct {
	const uint8_t *at, *end;
} Input;

typedef struct {
	Frame frame;
	char *texts[TEXTS];
	const char *lines[LINES];
	FrameInspectorItem items[LINES];
	uint8_t *bytes, *states;
} Scene;

static void require(bool holds)
{
	if (!holds)
		abort();
}

static uint8_t take_byte(Input *input)
{
	return input->at < input->end ? *input->at++ : 0;
}

static uint64_t take_number(Input *input)
{
	uint64_t number = 0;
	for (unsigned left = take_byte(input) % 9U; left > 0; left--)
		number = number << 8 | take_byte(input);
	return number;
}

/* Up to a zero byte; NULL when it begins with 01. */
static char *take_text(Input *input)
{
	const size_t rest = (size_t)(input->end - input->at);
	const size_t length = strnlen((const char *)input->at, rest);
	char *text = NULL;
	if (length == 0 || *input->at != 1) {
		text = malloc(length + 1);
		require(text != NULL);
		memcpy(text, input->at, length);
		text[length] = '\0';
	}
	input->at += length < rest ? length + 1 : length;
	return text;
}

static void take_layout(Input *input, Frame *frame)
{
	LayoutWish wish = {
		.rows = take_byte(input) % 64,
		.cols = take_byte(input) * (1 + take_byte(input) % 2),
		.columns = take_byte(input) % 2 ? take_byte(input) : 0,
		.group = take_byte(input) % 10U,
		.inspector_rows = take_byte(input) % 5,
	};
	const uint8_t bits = take_byte(input);
	wish.decimal_offsets = bits & 1;
	wish.hint = bits & 2;
	frame->upper_case = bits & 4;
	frame->is_modified = bits & 8;
	frame->cursor_readable = bits & 16;
	frame->message_is_error = bits & 32;
	frame->nibble = bits >> 6 & 1;
	frame->pane = bits & 128 ? PANE_TEXT : PANE_HEX;
	wish.largest_offset = take_number(input);
	layout_compute(&wish, &frame->layout);
	frame->first_column = take_byte(input) % frame->layout.columns;
	frame->phase = take_byte(input) % frame->layout.columns;
}

static void take_values(Input *input, Frame *frame)
{
	frame->origin = take_number(input);
	frame->document_size = take_number(input);
	frame->base = take_number(input);
	frame->cursor = frame->origin + take_byte(input);
	frame->half_typed = take_byte(input);
	frame->charset = (TextCharset)(take_byte(input) % (TEXT_UTF8 + 1U));
	frame->access = (Access)(take_byte(input) % (ACCESS_LIVE + 1U));
	frame->modified_bytes = take_number(input);
	frame->selection_length = take_number(input);
	frame->cursor_byte = take_byte(input);
	frame->before_count = take_byte(input) % (FRAME_CONTEXT + 1U);
	frame->after_count = take_byte(input) % (FRAME_CONTEXT + 1U);
	for (int i = 0; i < FRAME_CONTEXT; i++) {
		frame->before[i] = take_byte(input);
		frame->after[i] = take_byte(input);
	}
}

static void take_texts(Input *input, Scene *scene)
{
	Frame *frame = &scene->frame;
	const uint8_t caret = take_byte(input);
	const uint8_t selected = take_byte(input);
	frame->popup.top = take_byte(input);
	frame->popup.at_bottom = caret & 1;
	for (int i = 0; i < TEXTS; i++)
		scene->texts[i] = take_text(input);
	frame->mode = scene->texts[0];
	frame->name = scene->texts[1];
	frame->message = scene->texts[2];
	frame->pending = scene->texts[3];
	frame->progress = scene->texts[4];
	frame->prompt = scene->texts[5];
	frame->fault_line = scene->texts[6];
	frame->hint = frame->popup.footer = scene->texts[7];
	frame->popup.title = scene->texts[8];
	if (frame->prompt)
		frame->prompt_cursor = caret % (strlen(frame->prompt) + 1);
	frame->fault_caret = -1;
	if (frame->fault_line && caret % 3 > 0)
		frame->fault_caret = (int)(caret % (strlen(frame->fault_line) + 1));
	for (int i = 0; i < LINES; i++) {
		const char *text = scene->texts[(i + caret) % TEXTS];
		scene->lines[i] = text ? text : "";
		scene->items[i] = (FrameInspectorItem){scene->lines[i], scene->lines[0]};
	}
	frame->inspector = scene->items;
	frame->inspector_count = selected % (LINES + 1U);
	frame->popup.lines = scene->lines;
	frame->popup.count = caret % (LINES + 1U);
	frame->popup.selected = selected < 128 ? selected % 8U : SIZE_MAX;
}

/* All that is left, each byte with its state. */
static void take_bytes(Input *input, Scene *scene)
{
	const size_t count = (size_t)(input->end - input->at) / 2;
	scene->bytes = malloc(count + 1);
	scene->states = malloc(count + 1);
	require(scene->bytes && scene->states);
	memcpy(scene->bytes, input->at, count);
	memcpy(scene->states, input->at + count, count);
	scene->frame.bytes = scene->bytes;
	scene->frame.states = scene->states;
	scene->frame.count = count;
}

static void check_cell(const Grid *grid, int i)
{
	const Cell *cell = &grid->cells[i];
	const int col = i % grid->cols;
	require(cell->style < STYLE_COUNT);
	if (cell->rune == 0) {
		require(col > 0 && rune_width(cell[-1].rune) == 2);
		return;
	}
	require(!utf8_is_control(cell->rune));
	require(rune_width(cell->rune) == 1 ||
		(rune_width(cell->rune) == 2 && col + 1 < grid->cols &&
		 cell[1].rune == 0));
}

static void check_grid(const Frame *frame, const Grid *grid)
{
	bool access = frame->layout.too_small || frame->prompt;
	for (int i = 0; i < grid->rows * grid->cols; i++) {
		check_cell(grid, i);
		access |= grid->cells[i].style == STYLE_STATUS_VIEW + frame->access;
	}
	require(access);
	require(grid->cursor_row >= -1 && grid->cursor_row < grid->rows);
	require(grid->cursor_col >= -1 && grid->cursor_col < grid->cols);
}

static void check_fence(const Cell *cells)
{
	for (int i = 0; i < FENCE; i++)
		require(cells[i].style == 0xee);
}

/* Not memcmp(): a Cell has padding. */
static bool is_same(const Cell *a, const Cell *b)
{
	return a->rune == b->rune && a->style == b->style && a->marks == b->marks;
}

static void draw(const Frame *frame)
{
	const int rows = frame->layout.rows;
	const int cols = frame->layout.cols;
	const size_t count = (size_t)rows * (size_t)cols;
	Cell *cells = malloc(2 * (count + 2 * FENCE) * sizeof(Cell));
	require(cells != NULL);
	memset(cells, 0xee, 2 * (count + 2 * FENCE) * sizeof(Cell));
	Grid grid = {.rows = rows, .cols = cols, .cells = cells + FENCE};
	Grid again = grid;
	again.cells += count + 2 * FENCE;
	render_frame(frame, &grid);
	render_frame(frame, &again);
	check_grid(frame, &grid);
	check_fence(cells);
	check_fence(grid.cells + count);
	check_fence(again.cells - FENCE);
	check_fence(again.cells + count);
	for (size_t i = 0; i < count; i++)
		require(is_same(&grid.cells[i], &again.cells[i]));
	free(cells);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Scene scene = {0};
	Input input = {data, data + size};
	take_layout(&input, &scene.frame);
	take_values(&input, &scene.frame);
	take_texts(&input, &scene);
	take_bytes(&input, &scene);
	draw(&scene.frame);
	require(render_popup_rows(&scene.frame.layout, scene.frame.popup.count) <
		(size_t)scene.frame.layout.rows);
	for (int i = 0; i < TEXTS; i++)
		free(scene.texts[i]);
	free(scene.bytes);
	free(scene.states);
	return 0;
}
