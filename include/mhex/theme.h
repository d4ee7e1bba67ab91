/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_THEME_H
#define MHEX_THEME_H

#include <stdbool.h>
#include <stddef.h>

#include "mhex/grid.h"

/*
 * How styles and marks look, from the terminal's own 16 colours. Themes are
 * rows. Without colours the attributes alone tell all states apart:
 *
 *   modified       bold
 *   matched        underlined, the gaps inside a match too
 *   selected       reverse, the gaps inside a selection too
 *   foreign        bold and blinking (never together with modified)
 *   conflict       blinking alone (instead of modified)
 *   cursor         the terminal's own cursor; its byte is underlined, in a match not
 *   its twin       underlined and reverse; each turned around where it is so already
 *   half-typed     the typed digit is reverse and dim, the cursor on the missing one
 *   unreadable     ?? instead of digits
 *   live access    bold and reverse, the only such word on the status line
 *   error          reverse; a message is bold
 *   popup          reverse, but for its selected line
 *
 * The class of a byte (zero, printable, space, control, high, ff) is a colour only: the
 * digits say it too.
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

enum {
	MARK_COUNT = 8
};

typedef struct {
	const char *name;
	const char *summary;
	bool monochrome; /* attributes only, on any terminal */
	Look styles[STYLE_COUNT];
	/* By number of the mark's bit. A colour of -1 leaves what lies below; attributes
	 * are added. */
	Look marks[MARK_COUNT];
} Theme;

extern const Theme theme_table[]; /* the first is the default */
extern const size_t theme_count;
const Theme *theme_find(const char *name); /* NULL: none */

/* The look of a cell. colours: how many the terminal has (below 8: attributes only; 8:
 * the bright ones become bold). */
Look theme_look(const Theme *theme, Style style, unsigned marks, int colours);

#endif
