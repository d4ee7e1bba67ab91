/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/screen_private.h"

typedef struct {
	const char *name;
	const char *plain;    /* without modifiers */
	const char *modified; /* with: the number of the modifiers for %d */
} NamedKey;

static const NamedKey named_keys[] = {
	{"Up", "\033OA", "\033[1;%dA"},
	{"Down", "\033OB", "\033[1;%dB"},
	{"Right", "\033OC", "\033[1;%dC"},
	{"Left", "\033OD", "\033[1;%dD"},
	{"Home", "\033OH", "\033[1;%dH"},
	{"End", "\033OF", "\033[1;%dF"},
	{"Insert", "\033[2~", "\033[2;%d~"},
	{"Delete", "\033[3~", "\033[3;%d~"},
	{"PageUp", "\033[5~", "\033[5;%d~"},
	{"PageDown", "\033[6~", "\033[6;%d~"},
	{"F1", "\033OP", "\033[1;%dP"},
	{"F2", "\033OQ", "\033[1;%dQ"},
	{"F3", "\033OR", "\033[1;%dR"},
	{"F4", "\033OS", "\033[1;%dS"},
	{"F5", "\033[15~", "\033[15;%d~"},
	{"F6", "\033[17~", "\033[17;%d~"},
	{"F7", "\033[18~", "\033[18;%d~"},
	{"F8", "\033[19~", "\033[19;%d~"},
	{"F9", "\033[20~", "\033[20;%d~"},
	{"F10", "\033[21~", "\033[21;%d~"},
	{"F11", "\033[23~", "\033[23;%d~"},
	{"F12", "\033[24~", "\033[24;%d~"},
	{"Enter", "\r", NULL},
	{"Esc", "\033", NULL},
	{"Tab", "\t", "\033[Z"},
	{"Backspace", "\177", NULL},
	{"Space", " ", NULL},
	{"lt", "<", NULL},
};

enum {
	SHIFT = 1,
	ALT = 2,
	CTRL = 4
};

static int take_modifiers(const char **name)
{
	int modifiers = 0;
	for (;; *name += 2) {
		if (strncmp(*name, "S-", 2) == 0)
			modifiers |= SHIFT;
		else if (strncmp(*name, "M-", 2) == 0)
			modifiers |= ALT;
		else if (strncmp(*name, "C-", 2) == 0)
			modifiers |= CTRL;
		else
			return modifiers;
	}
}

static size_t named_bytes(const char *name, int modifiers, char *bytes, size_t size)
{
	for (size_t i = 0; i < sizeof(named_keys) / sizeof(named_keys[0]); i++) {
		const NamedKey *key = &named_keys[i];
		if (strcmp(name, key->name) != 0)
			continue;
		if (!modifiers)
			return (size_t)snprintf(bytes, size, "%s", key->plain);
		if (!key->modified)
			return 0;
		return (size_t)snprintf(bytes, size, key->modified, modifiers + 1);
	}
	return 0;
}

size_t screen_key_bytes(const char *keys, size_t *used, char *bytes, size_t size)
{
	char name[32];
	const char *end = strchr(keys, '>');
	if (keys[0] != '<' || !end || (size_t)(end - keys) > sizeof(name)) {
		*used = 1;
		bytes[0] = keys[0];
		return 1;
	}
	*used = (size_t)(end - keys) + 1;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(end - keys) - 1, keys + 1);
	const char *rest = name;
	const int modifiers = take_modifiers(&rest);
	if (rest[0] && !rest[1] && modifiers == CTRL) {
		bytes[0] = (char)(rest[0] & 0x1f);
		return 1;
	}
	if (rest[0] && !rest[1] && modifiers == ALT) {
		bytes[0] = '\033';
		bytes[1] = rest[0];
		return 2;
	}
	return named_bytes(rest, modifiers, bytes, size);
}

void screen_keys(Screen *screen, const char *keys)
{
	while (*keys) {
		char bytes[32];
		size_t used = 0;
		const size_t length = screen_key_bytes(keys, &used, bytes, sizeof(bytes));
		if (length == 0) {
			(void)fprintf(stderr, "no such key: %s\n", keys);
			abort();
		}
		screen_type_bytes(screen, bytes, length);
		keys += used;
	}
}

void screen_paste(Screen *screen, const char *bytes, size_t length)
{
	screen_type(screen, "\033[200~");
	screen_type_bytes(screen, bytes, length);
	screen_type(screen, "\033[201~");
}

void screen_mouse(Screen *screen, int button, int row, int col, bool released)
{
	char report[64];
	(void)snprintf(report, sizeof(report), "\033[<%d;%d;%d%c", button, col + 1,
		       row + 1, released ? 'm' : 'M');
	screen_type(screen, report);
}
