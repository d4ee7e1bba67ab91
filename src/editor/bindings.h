/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_BINDINGS_H
#define MHEX_EDITOR_BINDINGS_H

#include <stddef.h>

/*
 * A key is bound to a command line, never to a C function: the help screen can
 * say what a key does by quoting it, the user's file binds keys in the same
 * words, and a test presses a key by running the line.
 */

/* The states of the editor in which a binding holds; bits. */
typedef enum {
	IN_NORMAL = 1 << 0,
	IN_OVERWRITE = 1 << 1,
	IN_INSERT = 1 << 2,
	IN_EDIT = IN_OVERWRITE | IN_INSERT,
	IN_ALL = IN_NORMAL | IN_EDIT,
} BindingModes;

typedef struct {
	unsigned modes;   /* BindingModes */
	const char *key;  /* Vim notation, several in a row: "<C-f>", "gg", "m<Any>" */
	const char *line; /* "{}" stands for the keys that <Any> stood for */
} Binding;

extern const Binding default_bindings[];
extern const size_t default_binding_count;

/* What the preset "plain" changes; a key that it does not name keeps its default. */
extern const Binding plain_bindings[];
extern const size_t plain_binding_count;

#endif
