/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/key_name.h"

#include <stdio.h>
#include <string.h>

typedef struct {
	TermKeySym sym;
	const char *name;
} SymName;

static const SymName sym_names[] = {
	{TERMKEY_SYM_BACKSPACE, "Backspace"},
	{TERMKEY_SYM_DEL, "Backspace"}, /* what the key sends nearly everywhere */
	{TERMKEY_SYM_TAB, "Tab"},
	{TERMKEY_SYM_ENTER, "Enter"},
	{TERMKEY_SYM_KPENTER, "Enter"},
	{TERMKEY_SYM_ESCAPE, "Esc"},
	{TERMKEY_SYM_UP, "Up"},
	{TERMKEY_SYM_DOWN, "Down"},
	{TERMKEY_SYM_LEFT, "Left"},
	{TERMKEY_SYM_RIGHT, "Right"},
	{TERMKEY_SYM_INSERT, "Insert"},
	{TERMKEY_SYM_DELETE, "Delete"},
	{TERMKEY_SYM_PAGEUP, "PageUp"},
	{TERMKEY_SYM_PAGEDOWN, "PageDown"},
	{TERMKEY_SYM_HOME, "Home"},
	{TERMKEY_SYM_FIND, "Home"}, /* vt220, Linux console */
	{TERMKEY_SYM_END, "End"},
	{TERMKEY_SYM_SELECT, "End"},
	{TERMKEY_SYM_BEGIN, "Begin"},
};

static const char *sym_name(TermKeySym sym)
{
	for (size_t i = 0; i < sizeof(sym_names) / sizeof(sym_names[0]); i++) {
		if (sym_names[i].sym == sym)
			return sym_names[i].name;
	}
	return NULL;
}

static void put_name(int modifiers, const char *key, char *name, size_t size)
{
	(void)snprintf(name, size, "<%s%s%s%s>",
		       modifiers & TERMKEY_KEYMOD_ALT ? "M-" : "",
		       modifiers & TERMKEY_KEYMOD_CTRL ? "C-" : "",
		       modifiers & TERMKEY_KEYMOD_SHIFT ? "S-" : "", key);
}

/* terminfo counts the function keys on with the modifiers held: F13 is Shift-F1,
 * F25 Ctrl-F1, as xterm's description and the Linux console's have it. */
static bool function_name(int number, int modifiers, char *name, size_t size)
{
	static const int held[] = {
		0,
		TERMKEY_KEYMOD_SHIFT,
		TERMKEY_KEYMOD_CTRL,
		TERMKEY_KEYMOD_CTRL | TERMKEY_KEYMOD_SHIFT,
		TERMKEY_KEYMOD_ALT,
		TERMKEY_KEYMOD_ALT | TERMKEY_KEYMOD_SHIFT,
	};
	const int group = (number - 1) / 12;
	if (number < 1 || group >= (int)(sizeof(held) / sizeof(held[0])))
		return false;
	char key[8];
	(void)snprintf(key, sizeof(key), "F%d", (number - 1) % 12 + 1);
	put_name(modifiers | held[group], key, name, size);
	return true;
}

static bool unicode_name(const TermKeyKey *key, char *name, size_t size)
{
	const long rune = key->code.codepoint;
	/* A byte that was no character, or C1: nothing anybody types. */
	if (rune < ' ' || (rune >= 0x7f && rune < 0xa0) || rune == 0xfffd)
		return false;
	/* A printed character says by itself that Shift was held. */
	const int modifiers = key->modifiers & TERMKEY_KEYMOD_CTRL
				      ? key->modifiers
				      : key->modifiers & ~TERMKEY_KEYMOD_SHIFT;
	const char *text = key->utf8;
	if (rune == 'h' && modifiers == TERMKEY_KEYMOD_CTRL) {
		/* The byte 8, which Backspace sends on some terminals. */
		(void)snprintf(name, size, "<Backspace>");
		return true;
	}
	if (rune == '<')
		text = "lt";
	else if (rune == ' ' && modifiers == TERMKEY_KEYMOD_CTRL)
		text = "@"; /* the byte 0 */
	else if (rune == ' ' && modifiers)
		text = "Space";
	if (modifiers || rune == '<')
		put_name(modifiers, text, name, size);
	else
		(void)snprintf(name, size, "%s", text);
	return true;
}

static bool keysym_name(const TermKeyKey *key, char *name, size_t size)
{
	const char *known = sym_name(key->code.sym);
	if (!known)
		return false;
	put_name(key->modifiers, known, name, size);
	return true;
}

bool key_name(const TermKeyKey *key, char *name, size_t size)
{
	switch (key->type) {
	case TERMKEY_TYPE_UNICODE:
		return unicode_name(key, name, size);
	case TERMKEY_TYPE_FUNCTION:
		return function_name(key->code.number, key->modifiers, name, size);
	case TERMKEY_TYPE_KEYSYM:
		return keysym_name(key, name, size);
	case TERMKEY_TYPE_MOUSE:
	case TERMKEY_TYPE_POSITION:
	case TERMKEY_TYPE_MODEREPORT:
	case TERMKEY_TYPE_DCS:
	case TERMKEY_TYPE_OSC:
	case TERMKEY_TYPE_UNKNOWN_CSI:
		break;
	}
	return false;
}
