/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "editor/command_line.h"
#include "editor/editor_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "source" would read the files of whoever runs this: make it a comment. */
static void keep_from_files(char *text, size_t size)
{
	for (char *line = text; line < text + size;) {
		char *end = memchr(line, '\n', (size_t)(text + size - line));
		char *copy = strndup(line, end ? (size_t)(end - line)
					       : (size_t)(text + size - line));
		CommandLine split;
		if (!copy)
			abort();
		if (!command_line_split(copy, true, &split, NULL) && split.row &&
		    split.row->argument == ARGUMENT_FILE)
			*line = '#';
		free(copy);
		line = end ? end + 1 : text + size;
	}
}

static void check_keys(const Keymap *keymap)
{
	for (size_t i = 0; i < keymap->own_count; i++) {
		CommandLine split;
		const Binding *row = &keymap->own[i].row;
		if (!keymap_valid(row->key) ||
		    command_line_split(row->line, true, &split, NULL))
			abort();
	}
}

static void check_settings(const Editor *editor)
{
	Settings copy;
	char text[128];
	unsigned stale = 0;
	settings_init(&copy);
	for (size_t i = 0; i < setting_count; i++) {
		settings_print(&editor->settings, &setting_table[i], text, sizeof(text));
		if (settings_set(&copy, text, strlen(text), &stale, NULL))
			abort();
	}
}

/* Any bytes as a configuration, before a file is open: the first bad line is named, and
 * all settings and keys that come of it are valid. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const EditorOptions options = {.rows = 10, .cols = 80, .output_fd = -1};
	Editor *editor = NULL;
	MhexError err = {.message = ""};
	unsigned long line = 0;
	char *text = malloc(size + 1);
	if (!text || editor_create(&editor, &options, NULL))
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	keep_from_files(text, size);
	if (editor_run_script(editor, "rc", text, size, &err) &&
	    (sscanf(err.message, "rc:%lu: ", &line) != 1 || line == 0))
		abort();
	check_keys(&editor->keymap);
	check_settings(editor);
	editor_free(editor);
	free(text);
	return 0;
}
