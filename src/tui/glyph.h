/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_GLYPH_H
#define MHEX_TUI_GLYPH_H

#include <stdint.h>
#include <wchar.h>

/*
 * What the terminal's character set has for a rune. Nothing that moves the cursor
 * by other than width columns gets through: no control character, no combining
 * one, and nothing the locale cannot write, for which an ASCII look-alike stands.
 */
wchar_t glyph_for(uint32_t rune, int width);

#endif
