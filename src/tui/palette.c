/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/palette.h"

#include <limits.h>
#include <string.h>

int palette_terminal_colours(void)
{
	if (!has_colors() || COLORS < 8)
		return 0;
	return COLORS < 16 ? 8 : 16;
}

void palette_init(Palette *palette)
{
	memset(palette, 0, sizeof(*palette));
	palette->next_pair = 1;
	if (!has_colors())
		return;
	(void)start_color();
	palette->has_defaults = use_default_colors() == OK;
}

/* Without default colours: white on black, as such terminals begin. */
static short colour_number(const Palette *palette, int colour, short otherwise)
{
	if (colour < 0)
		return palette->has_defaults ? -1 : otherwise;
	return (short)colour;
}

static short pair_for(Palette *palette, Look look)
{
	short *pair = &palette->pairs[look.foreground + 1][look.background + 1];
	if (*pair > 0)
		return *pair;
	const int limit = COLOR_PAIRS < SHRT_MAX ? COLOR_PAIRS : SHRT_MAX;
	if (palette->next_pair >= limit)
		return 0;
	if (init_pair(palette->next_pair,
		      colour_number(palette, look.foreground, COLOR_WHITE),
		      colour_number(palette, look.background, COLOR_BLACK)) != OK)
		return 0;
	*pair = palette->next_pair++;
	return *pair;
}

CursesLook palette_look(Palette *palette, Look look)
{
	CursesLook result = {A_NORMAL, 0};
	if (look.attributes & LOOK_BOLD)
		result.attributes |= A_BOLD;
	if (look.attributes & LOOK_UNDERLINE)
		result.attributes |= A_UNDERLINE;
	if (look.attributes & LOOK_REVERSE)
		result.attributes |= A_REVERSE;
	if (look.attributes & LOOK_DIM)
		result.attributes |= A_DIM;
	if (look.attributes & LOOK_BLINK)
		result.attributes |= A_BLINK;
	if (palette->colours > 0 && (look.foreground >= 0 || look.background >= 0)) {
		result.pair = pair_for(palette, look);
		/* No pair left: a background is still told by reverse video. */
		if (result.pair == 0 && look.background >= 0)
			result.attributes |= A_REVERSE;
	}
	return result;
}
