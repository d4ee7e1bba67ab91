/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_PALETTE_H
#define MHEX_TUI_PALETTE_H

#include <curses.h>

#include "mhex/theme.h"

/*
 * A Look as curses has it: attributes and a colour pair, pairs made when they are
 * first needed.
 */
enum {
	PALETTE_COLOURS = 17 /* 16, and the terminal's default */
};

typedef struct {
	int colours;       /* that are used: 0, 8 or 16 */
	bool has_defaults; /* the terminal can go back to its own colours */
	short pairs[PALETTE_COLOURS][PALETTE_COLOURS]; /* 0: not made yet */
	short next_pair;
} Palette;

/* After curses was started. */
void palette_init(Palette *palette);

/* How many colours the terminal has: 0, 8 or 16. */
int palette_terminal_colours(void);

typedef struct {
	attr_t attributes;
	short pair;
} CursesLook;

CursesLook palette_look(Palette *palette, Look look);

#endif
