/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_KEYMAP_H
#define MHEX_EDITOR_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "editor/bindings.h"

/*
 * From keys to command lines: the user's bindings, then the preset's, then the
 * defaults; the first that fits wins.
 */
typedef struct {
	Binding row; /* points to the two */
	char *key, *line;
} OwnBinding;

typedef struct {
	OwnBinding *own; /* of :bind, newest last */
	size_t own_count, own_capacity;
	bool plain;
} Keymap;

typedef enum {
	KEYS_UNKNOWN,
	KEYS_UNFINISHED, /* the beginning of a longer sequence */
	KEYS_BOUND,
} KeysFound;

void keymap_free(Keymap *keymap);

/* Copies both. False: no memory. An empty line takes the binding away. */
bool keymap_bind(Keymap *keymap, const char *key, const char *line);

/* keys is what was typed so far, in Vim notation, one key behind the other. On
 * KEYS_BOUND *line gets the command line with {} replaced. */
KeysFound keymap_find(const Keymap *keymap, unsigned mode, const char *keys,
		      StrBuf *line);

/* Length of the first key in Vim notation: 1 for "a", 5 for "<C-f>", the bytes of a
 * UTF-8 character; 0 at the end. */
size_t keymap_key_length(const char *keys);

/* Is it one well-formed key sequence, without blanks in names ("<C-f>", "gg")? */
bool keymap_valid(const char *keys);

/* Number i of all bindings in force, for the help; NULL behind the last. */
const Binding *keymap_row(const Keymap *keymap, size_t i);

#endif
