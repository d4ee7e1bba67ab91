/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/keymap.h"

#include <stdlib.h>
#include <string.h>

static const char any_key[] = "<Any>";

static void free_row(OwnBinding *row)
{
	free(row->key);
	free(row->line);
}

void keymap_free(Keymap *keymap)
{
	for (size_t i = 0; i < keymap->own_count; i++)
		free_row(&keymap->own[i]);
	free(keymap->own);
	*keymap = (Keymap){0};
}

size_t keymap_key_length(const char *keys)
{
	if (keys[0] == '\0')
		return 0;
	if (keys[0] == '<') {
		const char *end = strchr(keys, '>');
		return end && end > keys + 1 ? (size_t)(end - keys) + 1 : 1;
	}
	size_t length = 1;
	while (((unsigned char)keys[length] & 0xc0U) == 0x80U)
		length++;
	return length;
}

bool keymap_valid(const char *keys)
{
	if (keys[0] == '\0')
		return false;
	for (const char *key = keys; *key; key += keymap_key_length(key)) {
		if (key[0] == '<' && keymap_key_length(key) < 3)
			return false;
	}
	return true;
}

bool keymap_bind(Keymap *keymap, const char *key, const char *line)
{
	if (keymap->own_count == keymap->own_capacity) {
		const size_t capacity =
			keymap->own_capacity ? 2 * keymap->own_capacity : 8;
		OwnBinding *own = reallocarray(keymap->own, capacity, sizeof(*own));
		if (!own)
			return false;
		keymap->own = own;
		keymap->own_capacity = capacity;
	}
	OwnBinding row = {.key = strdup(key), .line = strdup(line)};
	if (!row.key || !row.line) {
		free_row(&row);
		return false;
	}
	row.row = (Binding){IN_ALL, row.key, row.line};
	keymap->own[keymap->own_count++] = row;
	return true;
}

/* Compare typed keys with a pattern in which <Any> stands for one key. */
static KeysFound match(const char *pattern, const char *keys, StrBuf *any)
{
	while (*pattern && *keys) {
		const size_t wanted = keymap_key_length(pattern);
		const size_t typed = keymap_key_length(keys);
		if (strncmp(pattern, any_key, sizeof(any_key) - 1) == 0)
			strbuf_add(any, keys, typed);
		else if (wanted != typed || memcmp(pattern, keys, typed) != 0)
			return KEYS_UNKNOWN;
		pattern += wanted;
		keys += typed;
	}
	if (*keys)
		return KEYS_UNKNOWN;
	return *pattern ? KEYS_UNFINISHED : KEYS_BOUND;
}

static void expand(const char *line, const StrBuf *any, StrBuf *out)
{
	strbuf_clear(out);
	for (; *line; line++) {
		if (line[0] == '{' && line[1] == '}') {
			strbuf_add_text(out, strbuf_text(any));
			line++;
		} else {
			strbuf_add_char(out, *line);
		}
	}
}

/* The user's newest binding first. */
const Binding *keymap_row(const Keymap *keymap, size_t i)
{
	if (i < keymap->own_count)
		return &keymap->own[keymap->own_count - 1 - i].row;
	i -= keymap->own_count;
	if (keymap->plain) {
		if (i < plain_binding_count)
			return &plain_bindings[i];
		i -= plain_binding_count;
	}
	return i < default_binding_count ? &default_bindings[i] : NULL;
}

/* The first row that fits decides, also one that wants more keys: or else a binding
 * of the user's that begins with a key of ours could never be finished. */
KeysFound keymap_find(const Keymap *keymap, unsigned mode, const char *keys, StrBuf *line)
{
	KeysFound found = KEYS_UNKNOWN;
	StrBuf any = {0};
	const Binding *row = NULL;
	for (size_t i = 0; !found && (row = keymap_row(keymap, i)); i++) {
		if (!(row->modes & mode))
			continue;
		strbuf_clear(&any);
		found = match(row->key, keys, &any);
		if (found == KEYS_BOUND)
			expand(row->line, &any, line);
	}
	strbuf_free(&any);
	return found;
}
