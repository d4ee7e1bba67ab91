/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/render/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mhex/byte_state.h"
#include "support/frame_text.h"
#include "support/golden.h"

static const FrameInspectorItem inspector[] = {
	{"u8", "127"},
	{"i8", "127"},
	{"u16", "17791 \xc2\xb7 32581"},
	{"u32", "1179403647 \xc2\xb7 2135247942"},
	{"f32", "13073.374 \xc2\xb7 2.6e+38"},
	{"utf-8", "U+007F"},
	{"unix32", "2007-05-17 12:07:27"},
};

/* How many bytes there are on the screen. */
static void count_bytes(Frame *frame)
{
	const uint64_t room =
		(uint64_t)frame->layout.body_rows * frame->layout.columns - frame->phase;
	const uint64_t rest = frame->document_size - frame->origin;
	frame->count = (size_t)(rest < room ? rest : room);
	if (frame->count > SAMPLE_SIZE)
		frame->count = SAMPLE_SIZE;
}

void sample_lay_out(Sample *sample, const LayoutWish *wish)
{
	layout_compute(wish, &sample->frame.layout);
	count_bytes(&sample->frame);
}

void sample_document(Sample *sample, const void *bytes, size_t size)
{
	memset(sample->bytes, 0, sizeof(sample->bytes));
	memcpy(sample->bytes, bytes, size);
	sample->frame.document_size = size;
	sample->frame.cursor = 0;
	sample->frame.cursor_byte = sample->bytes[0];
	count_bytes(&sample->frame);
}

void sample_mark(Sample *sample, size_t begin, size_t end, unsigned states)
{
	for (size_t i = begin; i < end; i++)
		sample->states[i] |= (uint8_t)states;
}

void sample_init(Sample *sample, int cols, int rows)
{
	static const uint8_t head[] = {
		0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x3e, 0x00, 0x01, 0x00,
		0x00, 0x00, 0xc0, 0x6a, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	};
	static const char text[] = "/lib64/ld-linux-x86-64.so.2\n\tusage: %s [FILE]\n";
	const LayoutWish wish = {.rows = rows,
				 .cols = cols,
				 .group = 8,
				 .largest_offset = 0x8000,
				 .inspector_rows = 1};
	memset(sample, 0, sizeof(*sample));
	memcpy(sample->bytes, head, sizeof(head));
	memcpy(sample->bytes + 0x40, text, sizeof(text));
	for (unsigned i = 0; i < 256; i++)
		sample->bytes[0x80 + i] = (uint8_t)i;
	memset(sample->bytes + 0x180, 0xff, 0x20);
	sample->frame = (Frame){
		.document_size = 0x8000,
		.bytes = sample->bytes,
		.states = sample->states,
		.cursor = 0x10,
		.mode = "NORMAL",
		.access = ACCESS_PREVIEW,
		.name = "disk.img",
		.cursor_readable = true,
		.cursor_byte = 0x03,
		.inspector = inspector,
		.inspector_count = sizeof(inspector) / sizeof(inspector[0]),
		.fault_caret = -1,
		.popup = {.selected = SIZE_MAX},
	};
	sample_lay_out(sample, &wish);
}

bool sample_is_golden(const Sample *sample, const char *name)
{
	char path[256];
	(void)snprintf(path, sizeof(path), "unit/render/golden/%s.grid", name);
	char *text = frame_text(&sample->frame);
	const bool same = text && golden_check(path, text);
	free(text);
	return same;
}
