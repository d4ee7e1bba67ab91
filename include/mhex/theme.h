/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_THEME_H
#define MHEX_THEME_H

#include <stddef.h>

#include "mhex/grid.h"

/*
 * How styles and marks look, from the terminal's own 16 colours. Themes are
 * rows. Without colours the attributes alone tell all states apart.
 */
typedef enum {
	LOOK_BOLD = 1 << 0,
	LOOK_UNDERLINE = 1 << 1,
	LOOK_REVERSE = 1 << 2,
	LOOK_DIM = 1 << 3,
	LOOK_BLINK = 1 << 4,
} LookAttribute;

typedef struct {
	signed char foreground, background; /* 0..15, -1: the terminal's default */
	unsigned attributes;                /* LookAttribute bits */
} Look;

typedef struct {
	const char *name;
	const char *summary;
	Look styles[STYLE_COUNT];
} Theme;

extern const Theme theme_table[]; /* the first is the default */
extern const size_t theme_count;
const Theme *theme_find(const char *name); /* NULL: none */

/* The look of a cell. colours: how many the terminal has (0: attributes only; 8: the
 * bright ones become bold). */
Look theme_look(const Theme *theme, Style style, unsigned marks, int colours);

#endif
