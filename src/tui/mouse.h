/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_MOUSE_H
#define MHEX_TUI_MOUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "mhex/editor.h"

/*
 * Reports of the mouse (mode 1006), "Esc [ < buttons ; col ; row M" or "m". Not left
 * to libtermkey: where terminfo has "Esc [ <" as kmous, it takes them for the older
 * form and the rest of the report for typed digits.
 */

/* Are these bytes one such report, whatever it says? */
bool mouse_is_report(const char *bytes, size_t length);

/* False for what means nothing here: other buttons, movement without a button. */
bool mouse_event(const char *bytes, size_t length, Event *event);

#endif
