/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/glyph.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct {
	uint32_t first, last;
	char ascii;
} LookAlike;

/* Sorted. Where none fits, ".". */
static const LookAlike look_alikes[] = {
	{0x00b7, 0x00b7, '.'}, {0x2010, 0x2015, '-'}, {0x2018, 0x2019, '\''},
	{0x201c, 0x201d, '"'}, {0x2026, 0x2026, '~'}, {0x2190, 0x2190, '<'},
	{0x2191, 0x2191, '^'}, {0x2192, 0x2192, '>'}, {0x2193, 0x2193, 'v'},
	{0x2500, 0x2501, '-'}, {0x2502, 0x2503, '|'}, {0x2504, 0x2505, '-'},
	{0x2506, 0x2507, '|'}, {0x2508, 0x2509, '-'}, {0x250a, 0x250b, '|'},
	{0x250c, 0x254b, '+'}, {0x2550, 0x2550, '='}, {0x2551, 0x2551, '|'},
	{0x2552, 0x2570, '+'}, {0x2580, 0x2593, '#'}, {0x25b2, 0x25b3, '^'},
	{0x25b6, 0x25b7, '>'}, {0x25bc, 0x25bd, 'v'}, {0x25c0, 0x25c1, '<'},
	{0x25cf, 0x25cf, '*'}, {0xfffd, 0xfffd, '?'},
};

static wchar_t look_alike(uint32_t rune)
{
	for (size_t i = 0; i < sizeof(look_alikes) / sizeof(look_alikes[0]); i++) {
		if (rune >= look_alikes[i].first && rune <= look_alikes[i].last)
			return (wchar_t)look_alikes[i].ascii;
	}
	return L'.';
}

static bool writable(wchar_t rune)
{
	char bytes[MB_LEN_MAX];
	mbstate_t state;
	memset(&state, 0, sizeof(state));
	return wcrtomb(bytes, rune, &state) != (size_t)-1;
}

wchar_t glyph_for(uint32_t rune, int width)
{
	if (rune >= 0x20 && rune < 0x7f)
		return (wchar_t)rune;
	if (rune >= 0xa0 && rune <= 0x10ffff && writable((wchar_t)rune) &&
	    wcwidth((wchar_t)rune) == width)
		return (wchar_t)rune;
	return look_alike(rune);
}
