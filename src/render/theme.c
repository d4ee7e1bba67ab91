/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mhex/theme.h"

#include <string.h>

/* The terminal's palette. */
enum {
	NONE = -1,
	BLACK,
	RED,
	GREEN,
	YELLOW,
	BLUE,
	MAGENTA,
	CYAN,
	WHITE,
	BRIGHT_BLACK,
	BRIGHT_RED,
	BRIGHT_GREEN,
	BRIGHT_YELLOW,
	BRIGHT_BLUE,
	BRIGHT_MAGENTA,
	BRIGHT_CYAN,
	BRIGHT_WHITE,
};

/* Numbers of the marks' bits. */
enum {
	MODIFIED,
	FOREIGN,
	MATCHED,
	SELECTED,
	CURSOR,
	CURSOR_OTHER,
	HALF_TYPED,
	CONFLICT,
};

/* Later ones lie over earlier ones. */
static const int mark_order[MARK_COUNT] = {
	FOREIGN, MATCHED, MODIFIED, CONFLICT, SELECTED, HALF_TYPED, CURSOR_OTHER, CURSOR,
};

static const unsigned mono_styles[STYLE_COUNT] = {
	[STYLE_STATUS_MODE] = LOOK_BOLD,
	[STYLE_STATUS_LIVE] = LOOK_BOLD | LOOK_REVERSE,
	[STYLE_ERROR] = LOOK_REVERSE,
	[STYLE_UNREADABLE] = LOOK_DIM,
	[STYLE_INSPECTOR_NAME] = LOOK_UNDERLINE,
	[STYLE_HINT] = LOOK_UNDERLINE,
	[STYLE_MESSAGE] = LOOK_BOLD,
	[STYLE_POPUP] = LOOK_REVERSE,
	[STYLE_POPUP_TITLE] = LOOK_REVERSE | LOOK_BOLD,
	[STYLE_POPUP_SELECTED] = LOOK_BOLD | LOOK_UNDERLINE,
};

static const unsigned mono_marks[MARK_COUNT] = {
	[MODIFIED] = LOOK_BOLD,    [FOREIGN] = LOOK_BOLD | LOOK_BLINK,
	[CONFLICT] = LOOK_BLINK,   [MATCHED] = LOOK_UNDERLINE,
	[SELECTED] = LOOK_REVERSE, [HALF_TYPED] = LOOK_REVERSE | LOOK_DIM,
	[CURSOR] = LOOK_UNDERLINE, [CURSOR_OTHER] = LOOK_UNDERLINE | LOOK_REVERSE,
};

const Theme theme_table[] = {
	{
		.name = "default",
		.summary = "for dark and for light backgrounds",
		.styles =
			{
				[STYLE_NORMAL] = {NONE, NONE, 0},
				[STYLE_OFFSET] = {BRIGHT_BLUE, NONE, 0},
				[STYLE_SEPARATOR] = {NONE, NONE, LOOK_DIM},
				[STYLE_BYTE_ZERO] = {NONE, NONE, LOOK_DIM},
				[STYLE_BYTE_PRINTABLE] = {CYAN, NONE, 0},
				[STYLE_BYTE_SPACE] = {GREEN, NONE, 0},
				[STYLE_BYTE_CONTROL] = {MAGENTA, NONE, 0},
				[STYLE_BYTE_HIGH] = {NONE, NONE, 0},
				[STYLE_BYTE_FF] = {MAGENTA, NONE, LOOK_DIM},
				[STYLE_UNREADABLE] = {RED, NONE, LOOK_DIM},
				[STYLE_INSPECTOR] = {NONE, NONE, 0},
				[STYLE_INSPECTOR_NAME] = {BRIGHT_BLUE, NONE, 0},
				[STYLE_STATUS] = {BLACK, WHITE, 0},
				[STYLE_STATUS_MODE] = {WHITE, BLUE, LOOK_BOLD},
				[STYLE_STATUS_VIEW] = {BLACK, CYAN, 0},
				[STYLE_STATUS_PREVIEW] = {BLACK, GREEN, 0},
				[STYLE_STATUS_LIVE] = {WHITE, RED, LOOK_BOLD},
				[STYLE_MESSAGE] = {BLACK, WHITE, 0},
				[STYLE_ERROR] = {WHITE, RED, 0},
				[STYLE_PROMPT] = {NONE, NONE, 0},
				[STYLE_HINT] = {GREEN, NONE, 0},
				[STYLE_POPUP] = {BLACK, WHITE, 0},
				[STYLE_POPUP_TITLE] = {BLUE, WHITE, LOOK_BOLD},
				[STYLE_POPUP_SELECTED] = {WHITE, BLUE, LOOK_BOLD},
			},
		.marks =
			{
				[MODIFIED] = {RED, NONE, LOOK_BOLD},
				[CONFLICT] = {WHITE, RED, LOOK_BLINK},
				[FOREIGN] = {MAGENTA, NONE, LOOK_REVERSE},
				[MATCHED] = {BLACK, YELLOW, LOOK_UNDERLINE},
				[SELECTED] = {WHITE, BLUE, 0},
				[HALF_TYPED] = {BLACK, GREEN, 0},
				[CURSOR_OTHER] = {BLACK, CYAN, 0},
				[CURSOR] = {NONE, NONE, LOOK_BOLD | LOOK_UNDERLINE},
			},
	},
	{
		.name = "light",
		.summary = "ink on paper: darker colours for a white background",
		.styles =
			{
				[STYLE_NORMAL] = {BLACK, NONE, 0},
				[STYLE_OFFSET] = {BLUE, NONE, 0},
				[STYLE_SEPARATOR] = {BRIGHT_BLACK, NONE, 0},
				[STYLE_BYTE_ZERO] = {BRIGHT_BLACK, NONE, 0},
				[STYLE_BYTE_PRINTABLE] = {BLUE, NONE, 0},
				[STYLE_BYTE_SPACE] = {GREEN, NONE, 0},
				[STYLE_BYTE_CONTROL] = {MAGENTA, NONE, 0},
				[STYLE_BYTE_HIGH] = {BLACK, NONE, 0},
				[STYLE_BYTE_FF] = {BRIGHT_BLACK, NONE, 0},
				[STYLE_UNREADABLE] = {RED, NONE, 0},
				[STYLE_INSPECTOR] = {BLACK, NONE, 0},
				[STYLE_INSPECTOR_NAME] = {BLUE, NONE, 0},
				[STYLE_STATUS] = {WHITE, BLACK, 0},
				[STYLE_STATUS_MODE] = {WHITE, BLUE, LOOK_BOLD},
				[STYLE_STATUS_VIEW] = {BLACK, CYAN, 0},
				[STYLE_STATUS_PREVIEW] = {BLACK, GREEN, 0},
				[STYLE_STATUS_LIVE] = {WHITE, RED, LOOK_BOLD},
				[STYLE_MESSAGE] = {WHITE, BLACK, 0},
				[STYLE_ERROR] = {WHITE, RED, 0},
				[STYLE_PROMPT] = {BLACK, NONE, 0},
				[STYLE_HINT] = {GREEN, NONE, 0},
				[STYLE_POPUP] = {BLACK, WHITE, 0},
				[STYLE_POPUP_TITLE] = {BLUE, WHITE, LOOK_BOLD},
				[STYLE_POPUP_SELECTED] = {WHITE, BLUE, LOOK_BOLD},
			},
		.marks =
			{
				[MODIFIED] = {RED, NONE, LOOK_BOLD},
				[CONFLICT] = {WHITE, RED, LOOK_BLINK},
				[FOREIGN] = {MAGENTA, NONE, LOOK_REVERSE},
				[MATCHED] = {BLACK, YELLOW, LOOK_UNDERLINE},
				[SELECTED] = {BLACK, CYAN, 0},
				[HALF_TYPED] = {BLACK, GREEN, 0},
				[CURSOR_OTHER] = {WHITE, BLACK, 0},
				[CURSOR] = {NONE, NONE, LOOK_BOLD | LOOK_UNDERLINE},
			},
	},
	{
		.name = "contrast",
		.summary = "bright colours on black, whatever the background is",
		.styles =
			{
				[STYLE_NORMAL] = {BRIGHT_WHITE, BLACK, 0},
				[STYLE_OFFSET] = {BRIGHT_YELLOW, BLACK, 0},
				[STYLE_SEPARATOR] = {WHITE, BLACK, 0},
				[STYLE_BYTE_ZERO] = {WHITE, BLACK, 0},
				[STYLE_BYTE_PRINTABLE] = {BRIGHT_CYAN, BLACK, 0},
				[STYLE_BYTE_SPACE] = {BRIGHT_GREEN, BLACK, 0},
				[STYLE_BYTE_CONTROL] = {BRIGHT_MAGENTA, BLACK, 0},
				[STYLE_BYTE_HIGH] = {BRIGHT_WHITE, BLACK, 0},
				[STYLE_BYTE_FF] = {BRIGHT_YELLOW, BLACK, 0},
				[STYLE_UNREADABLE] = {BRIGHT_MAGENTA, BLACK, 0},
				[STYLE_INSPECTOR] = {BRIGHT_WHITE, BLACK, 0},
				[STYLE_INSPECTOR_NAME] = {BRIGHT_YELLOW, BLACK, 0},
				[STYLE_STATUS] = {BLACK, WHITE, 0},
				[STYLE_STATUS_MODE] = {BLACK, YELLOW, LOOK_BOLD},
				[STYLE_STATUS_VIEW] = {BLACK, CYAN, 0},
				[STYLE_STATUS_PREVIEW] = {BLACK, GREEN, 0},
				[STYLE_STATUS_LIVE] = {BRIGHT_WHITE, RED, LOOK_BOLD},
				[STYLE_MESSAGE] = {BLACK, WHITE, 0},
				[STYLE_ERROR] = {BRIGHT_WHITE, RED, LOOK_BOLD},
				[STYLE_PROMPT] = {BRIGHT_WHITE, BLACK, 0},
				[STYLE_HINT] = {BRIGHT_GREEN, BLACK, 0},
				[STYLE_POPUP] = {BLACK, WHITE, 0},
				[STYLE_POPUP_TITLE] = {BLACK, WHITE,
						       LOOK_BOLD | LOOK_UNDERLINE},
				[STYLE_POPUP_SELECTED] = {BRIGHT_YELLOW, BLACK,
							  LOOK_BOLD},
			},
		.marks =
			{
				[MODIFIED] = {BRIGHT_RED, NONE, LOOK_BOLD},
				[CONFLICT] = {BRIGHT_WHITE, RED, LOOK_BLINK},
				[FOREIGN] = {BRIGHT_MAGENTA, NONE, LOOK_REVERSE},
				[MATCHED] = {BLACK, YELLOW, LOOK_UNDERLINE},
				[SELECTED] = {BLACK, WHITE, 0},
				[HALF_TYPED] = {BLACK, GREEN, 0},
				[CURSOR_OTHER] = {BLACK, CYAN, 0},
				[CURSOR] = {NONE, NONE, LOOK_BOLD | LOOK_UNDERLINE},
			},
	},
	{
		.name = "mono",
		.summary = "bold, underlined and reverse, no colours",
		.monochrome = true,
	},
};
const size_t theme_count = sizeof(theme_table) / sizeof(theme_table[0]);

const Theme *theme_find(const char *name)
{
	for (size_t i = 0; i < theme_count; i++) {
		if (strcmp(theme_table[i].name, name) == 0)
			return &theme_table[i];
	}
	return NULL;
}

/* Attributes of the cursor turn around what they find, so that the state of the byte
 * under it can still be told. */
static void add_attributes(Look *look, int mark, unsigned attributes)
{
	if (mark == CURSOR || mark == CURSOR_OTHER)
		look->attributes ^= attributes;
	else
		look->attributes |= attributes;
}

static Look mono_look(Style style, unsigned marks)
{
	Look look = {NONE, NONE, mono_styles[style]};
	if (marks) /* what is marked is not faint */
		look.attributes &= ~(unsigned)LOOK_DIM;
	for (int i = 0; i < MARK_COUNT; i++) {
		if (marks >> mark_order[i] & 1)
			add_attributes(&look, mark_order[i], mono_marks[mark_order[i]]);
	}
	return look;
}

static void lay_over(Look *look, int mark, const Look *over)
{
	if (over->foreground != NONE)
		look->foreground = over->foreground;
	if (over->background != NONE)
		look->background = over->background;
	/* What is marked is not faint. */
	look->attributes &= ~(unsigned)LOOK_DIM;
	add_attributes(look, mark, over->attributes);
}

/* A terminal with 8 colours makes bright ones by bold, and has no bright background. */
static void without_bright(Look *look)
{
	if (look->foreground >= BRIGHT_BLACK) {
		look->foreground = (signed char)(look->foreground - BRIGHT_BLACK);
		look->attributes |= LOOK_BOLD;
	}
	if (look->background >= BRIGHT_BLACK)
		look->background = (signed char)(look->background - BRIGHT_BLACK);
}

Look theme_look(const Theme *theme, Style style, unsigned marks, int colours)
{
	if (theme->monochrome || colours < 8)
		return mono_look(style, marks);
	Look look = theme->styles[style];
	for (int i = 0; i < MARK_COUNT; i++) {
		if (marks >> mark_order[i] & 1)
			lay_over(&look, mark_order[i], &theme->marks[mark_order[i]]);
	}
	if (colours < 16)
		without_bright(&look);
	return look;
}
