/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/mouse.h"

#include <string.h>

enum {
	BUTTON_MASK = 0xc3,
	BUTTON_LEFT = 0,
	BUTTON_NONE = 3,
	BUTTON_WHEEL_UP = 64,
	BUTTON_WHEEL_DOWN = 65,
	MOVED = 32,
	NUMBER_MAX = 99999 /* cells; more is no screen */
};

static const char intro[] = "\033[<";

bool mouse_is_report(const char *bytes, size_t length)
{
	const size_t begin = sizeof(intro) - 1;
	return length > begin && memcmp(bytes, intro, begin) == 0 &&
	       (bytes[length - 1] == 'M' || bytes[length - 1] == 'm');
}

/* One number and the byte behind it. */
static bool take_number(const char **at, char end, int *number)
{
	const char *text = *at;
	*number = 0;
	while (*text >= '0' && *text <= '9') {
		*number = *number * 10 + (*text - '0');
		if (*number > NUMBER_MAX)
			return false;
		text++;
	}
	const bool taken = text != *at && *text == end;
	*at = text + 1;
	return taken;
}

bool mouse_event(const char *bytes, size_t length, Event *event)
{
	const char last = bytes[length - 1];
	const char *at = bytes + sizeof(intro) - 1;
	int buttons = 0, col = 0, row = 0;
	/* Each stops at the byte it wants, so none looks behind the last. */
	if (!take_number(&at, ';', &buttons) || !take_number(&at, ';', &col) ||
	    !take_number(&at, last, &row) || col < 1 || row < 1)
		return false;
	event->kind = EVENT_MOUSE;
	event->row = row - 1;
	event->col = col - 1;
	const int button = buttons & BUTTON_MASK;
	if (button == BUTTON_WHEEL_UP || button == BUTTON_WHEEL_DOWN) {
		event->mouse =
			button == BUTTON_WHEEL_UP ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
		return last == 'M';
	}
	if (last == 'm')
		event->mouse = MOUSE_RELEASE;
	else
		event->mouse = buttons & MOVED ? MOUSE_DRAG : MOUSE_PRESS;
	/* Some terminals do not say which button was released. */
	return button == BUTTON_LEFT || (last == 'm' && button == BUTTON_NONE);
}
