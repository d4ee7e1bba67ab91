/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "editor/command_line.h"
#include "editor/editor_private.h"

/* All of it comes from the tables: commands, bindings, settings. */

static MhexStatus line(Editor *editor, MhexError *err, const char *text)
{
	return editor_print(editor, err, "%s\n", text);
}

static MhexStatus print_command(Editor *editor, const Command *row, MhexError *err)
{
	const bool force = (row->flags & COMMAND_FORCE) != 0;
	MhexStatus status =
		editor_print(editor, err, "%s%s%s%s", row->name, force ? "[!]" : "",
			     *row->synopsis ? " " : "", row->synopsis);
	if (!status && *row->shorts)
		status = editor_print(editor, err, "  (%s)", row->shorts);
	return status ? status : editor_print(editor, err, "\n    %s\n", row->summary);
}

/* Does an earlier row, from first on, run the same line, by the same key if that
 * matters? */
static bool is_repeated(const Keymap *keymap, size_t first, const Binding *row,
			bool same_key)
{
	const Binding *other = NULL;
	for (size_t i = first; (other = keymap_row(keymap, i)) && other != row; i++) {
		if (strcmp(other->line, row->line) == 0 &&
		    (!same_key || strcmp(other->key, row->key) == 0))
			return true;
	}
	return false;
}

/* Keys that run the same line share a row. */
static MhexStatus print_binding(Editor *editor, size_t first, const Binding *row,
				MhexError *err)
{
	const Keymap *keymap = &editor->keymap;
	char keys[80] = "";
	const Binding *other = NULL;
	if (is_repeated(keymap, 0, row, false))
		return MHEX_OK;
	for (size_t i = first; (other = keymap_row(keymap, i)); i++) {
		const size_t used = strlen(keys);
		if (strcmp(other->line, row->line) == 0 &&
		    !is_repeated(keymap, first, other, true))
			(void)snprintf(keys + used, sizeof(keys) - used, "%s%s",
				       used ? "  " : "",
				       strcmp(other->key, " ") == 0 ? "<Space>"
								    : other->key);
	}
	return editor_print(editor, err, "%-28s %s\n", keys, row->line);
}

static MhexStatus print_keys(Editor *editor, MhexError *err)
{
	const Binding *row = NULL;
	MhexStatus status = line(editor, err, "KEYS, and the command line each one runs");
	for (size_t i = 0; (row = keymap_row(&editor->keymap, i)) && !status; i++)
		status = print_binding(editor, i, row, err);
	return status;
}

static MhexStatus print_topic(Editor *editor, const char *topic, MhexError *err)
{
	MhexStatus status = editor_print(editor, err, "COMMANDS: %s\n", topic);
	for (size_t i = 0; i < command_count && !status; i++) {
		if (strcmp(command_table[i].topic, topic) == 0)
			status = print_command(editor, &command_table[i], err);
	}
	return status;
}

static MhexStatus print_commands(Editor *editor, MhexError *err)
{
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; command_topics[i] && !status; i++) {
		if (i > 0)
			status = line(editor, err, "");
		if (!status)
			status = print_topic(editor, command_topics[i], err);
	}
	return status;
}

static MhexStatus print_setting(Editor *editor, const Setting *row, MhexError *err)
{
	char now[128];
	settings_print(&editor->settings, row, now, sizeof(now));
	MhexStatus status = editor_print(editor, err, "%s\n    %s", now, row->summary);
	for (size_t i = 0; row->type == SETTING_CHOICE && row->choices[i] && !status; i++)
		status = editor_print(editor, err, "%s%s", i ? ", " : ": ",
				      row->choices[i]);
	return status ? status : line(editor, err, "");
}

static MhexStatus print_settings(Editor *editor, MhexError *err)
{
	MhexStatus status =
		line(editor, err, "SETTINGS, as they are now; :set NAME=VALUE");
	for (size_t i = 0; i < setting_count && !status; i++)
		status = print_setting(editor, &setting_table[i], err);
	return status;
}

static MhexStatus print_languages(Editor *editor, MhexError *err)
{
	static const char *const text[] = {
		"LANGUAGES",
		"EXPR     0x1f 1fh 31 0o17 0b101 4k 50%   .  cursor   $  end   'a  mark",
		"         u32le@0x3c  the number there    + - * / % << >> & | ^ ~ ( )",
		"         a leading + or - counts from the cursor",
		"RANGE    A..B  B not included   A,+N  N bytes   %  all   .  one   sel",
		"BYTES    7f 45 4c 46   \"text\\n\"   utf16le\"text\"   u32le:99   00*16",
		("PATTERN  BYTES, and ?? 4? [30-39] \"text\"i u16le:1..9 f32le:3.14~0.01 "
		 "/a+b/i"),
	};
	MhexStatus status = MHEX_OK;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]) && !status; i++)
		status = line(editor, err, text[i]);
	return status;
}

typedef MhexStatus (*HelpPart)(Editor *editor, MhexError *err);

static const struct {
	const char *name;
	HelpPart print;
} parts[] = {
	{"keys", print_keys},
	{"languages", print_languages},
	{"commands", print_commands},
	{"settings", print_settings},
};
enum {
	PARTS = sizeof(parts) / sizeof(parts[0])
};

static MhexStatus print_all(Editor *editor, MhexError *err)
{
	MhexStatus status =
		line(editor, err,
		     "Esc closes this help; \":help NAME\" explains one command, "
		     "setting or key.");
	for (size_t i = 0; i < PARTS && !status; i++) {
		status = line(editor, err, "");
		if (!status)
			status = parts[i].print(editor, err);
	}
	return status;
}

/* A key of the keymap, in every mode in which it is bound. */
static MhexStatus print_key(Editor *editor, const char *topic, size_t length, bool *found,
			    MhexError *err)
{
	MhexStatus status = MHEX_OK;
	const Binding *row = NULL;
	for (size_t i = 0; (row = keymap_row(&editor->keymap, i)) && !status; i++) {
		if (strlen(row->key) != length || memcmp(row->key, topic, length) != 0)
			continue;
		*found = true;
		status = editor_print(editor, err, "%s  runs  %s\n", row->key, row->line);
	}
	return status;
}

const char *help_topic(size_t i)
{
	return i < PARTS ? parts[i].name : NULL;
}

MhexStatus help_print(Editor *editor, const char *topic, size_t length, MhexError *err)
{
	MhexError ignored;
	bool found = false;
	if (length == 0)
		return print_all(editor, err);
	for (size_t i = 0; i < PARTS; i++) {
		if (strlen(parts[i].name) == length &&
		    memcmp(parts[i].name, topic, length) == 0)
			return parts[i].print(editor, err);
	}
	const bool no_key = topic[0] == ':' && length > 1;
	topic += no_key;
	length -= no_key;
	const MhexStatus status =
		no_key ? MHEX_OK : print_key(editor, topic, length, &found, err);
	const Setting *setting = setting_find(topic, length);
	if (status || found)
		return status;
	const Command *command = command_find(topic, length, setting != NULL, &ignored);
	if (command)
		return print_command(editor, command, err);
	if (setting)
		return print_setting(editor, setting, err);
	return mhex_fail(err, MHEX_E_NOTFOUND,
			 "nothing about \"%.*s\"; help alone shows everything",
			 (int)length, topic);
}
