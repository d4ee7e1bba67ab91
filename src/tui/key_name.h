/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TUI_KEY_NAME_H
#define MHEX_TUI_KEY_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <termkey.h>

/*
 * What mhex calls a key: Vim's notation, one name for each key whatever the
 * terminal calls it. "a", " ", "é", "<lt>", "<C-f>", "<M-Left>", "<C-S-Right>",
 * "<F1>", "<S-F3>", "<Enter>", "<C-@>".
 */
enum {
	KEY_NAME_SIZE = 40
};

/* False for what is no key of ours; it is swallowed then. */
bool key_name(const TermKeyKey *key, char *name, size_t size);

#endif
