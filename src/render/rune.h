/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_RENDER_RUNE_H
#define MHEX_RENDER_RUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RUNE_REPLACEMENT = 0xfffd,
	RUNE_ELLIPSIS = 0x2026,
};

/* Cells that a character takes: 1 or 2; 0: it has none of its own (controls, combining
 * marks, formats, unassigned), and must not reach the terminal alone. */
int rune_width(uint32_t rune);

/* The character at text, and how many bytes it takes (0 at the end). One that cannot be
 * shown in cells of its own is RUNE_REPLACEMENT. */
size_t rune_next(const char *text, uint32_t *rune);

/* Cells that the first length bytes of text take in a grid (less when it ends before). */
int rune_text_width(const char *text, size_t length);

#endif
