/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_RENDER_SAMPLE_H
#define MHEX_TESTS_RENDER_SAMPLE_H

#include "mhex/frame.h"

enum {
	SAMPLE_SIZE = 0x10000,
};

/* A frame written by hand, and what it points to. */
typedef struct {
	Frame frame;
	uint8_t bytes[SAMPLE_SIZE];
	uint8_t states[SAMPLE_SIZE];
} Sample;

/* The beginning of a program of 0x8000 bytes in preview, cursor at 0x10, on a screen of
 * cols x rows with one row of inspector wished. */
void sample_init(Sample *sample, int cols, int rows);

/* The same document laid out as wished. */
void sample_lay_out(Sample *sample, const LayoutWish *wish);

/* A document of these bytes, nothing else; the cursor on the first. */
void sample_document(Sample *sample, const void *bytes, size_t size);

/* BYTE_... bits for bytes begin .. end - 1. */
void sample_mark(Sample *sample, size_t begin, size_t end, unsigned states);

/* Draw it, and compare with golden/NAME.grid. */
bool sample_is_golden(const Sample *sample, const char *name);

#endif
