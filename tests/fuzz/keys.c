/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "editor/command_line.h"
#include "editor/editor_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	BYTES = 300,
	STEPS_MAX = 400
};

/* A byte of the input is a key; those behind the last are other events. */
static const char *const keys[] = {
	"h",          "j",
	"k",          "l",
	"w",          "b",
	"0",          "^",
	"$",          "g",
	"G",          "H",
	"M",          "L",
	"/",          "?",
	"n",          "N",
	"*",          "#",
	"m",          "a",
	"'",          "`",
	"v",          "y",
	"d",          "p",
	"P",          "x",
	"r",          "u",
	".",          ":",
	"i",          "R",
	"Z",          "Q",
	"q",          "1",
	"2",          "4",
	"9",          "c",
	"e",          "f",
	"A",          "F",
	" ",          "\"",
	"!",          "%",
	",",          "-",
	"o",          "s",
	"t",          "\xc3\xa4",
	"<lt>",       "<Left>",
	"<Down>",     "<Up>",
	"<Right>",    "<Home>",
	"<End>",      "<PageUp>",
	"<PageDown>", "<C-Home>",
	"<C-End>",    "<C-Left>",
	"<C-Right>",  "<Insert>",
	"<Delete>",   "<Backspace>",
	"<Tab>",      "<S-Tab>",
	"<Enter>",    "<Esc>",
	"<S-Left>",   "<S-Right>",
	"<S-Up>",     "<S-Down>",
	"<S-Home>",   "<S-End>",
	"<S-PageUp>", "<S-PageDown>",
	"<M-Left>",   "<M-Right>",
	"<C-a>",      "<C-b>",
	"<C-c>",      "<C-d>",
	"<C-e>",      "<C-f>",
	"<C-g>",      "<C-k>",
	"<C-l>",      "<C-n>",
	"<C-o>",      "<C-p>",
	"<C-q>",      "<C-r>",
	"<C-s>",      "<C-t>",
	"<C-u>",      "<C-v>",
	"<C-w>",      "<C-x>",
	"<C-y>",      "<C-z>",
	"<F1>",       "<F2>",
	"<F3>",       "<S-F3>",
	"<F4>",       "<F7>",
	"<F8>",       "<F10>",
	"<F12>",
};
enum {
	KEYS = sizeof(keys) / sizeof(keys[0])
};

/* Commands that would touch other files, or forget what can be undone. */
static bool is_refused(const char *line)
{
	CommandLine split;
	if (command_line_split(line, false, &split, NULL) || !split.row)
		return false;
	return split.row->argument == ARGUMENT_FILE ||
	       strcmp(split.row->name, "access") == 0 ||
	       strcmp(split.row->name, "reload") == 0 ||
	       strcmp(split.row->name, "resize") == 0 ||
	       strcmp(split.row->name, "bind") == 0;
}

static void end_jobs(Editor *editor)
{
	struct pollfd ready = {.fd = editor->wake_fd, .events = POLLIN};
	const Event done = {.kind = EVENT_JOB};
	while (editor_busy(editor)) {
		(void)poll(&ready, 1, 1000);
		editor_handle(editor, &done);
	}
}

static void check_state(Editor *editor)
{
	Frame frame;
	editor_frame(editor, &frame);
	const OpenFile *file = editor_file(editor);
	const uint64_t length = document_size(file->doc);
	if (file->cursor.offset > length || file->cursor.nibble > 1 ||
	    frame.origin > length || frame.count > length - frame.origin)
		abort();
	if (file->has_selection && file->selection.length == 0)
		abort();
	if (frame.cursor < frame.origin ||
	    frame.cursor - frame.origin >
		    (uint64_t)frame.layout.body_rows * frame.layout.columns)
		abort();
	if (frame.prompt && frame.prompt_cursor > strlen(frame.prompt))
		abort();
	if (frame.fault_line && frame.fault_caret > (int)strlen(frame.fault_line))
		abort();
	if (frame.popup.title && frame.popup.selected != SIZE_MAX &&
	    frame.popup.count > 0 && frame.popup.selected >= frame.popup.count)
		abort();
}

static void press(Editor *editor, const char *key)
{
	const bool refused = editor->prompt.active && strcmp(key, "<Enter>") == 0 &&
			     is_refused(strbuf_text(&editor->prompt.line));
	const Event event = {.kind = EVENT_KEY,
			     .key = refused ? "<Esc>" : key,
			     .now_ms = editor->now_ms + 10};
	editor_handle(editor, &event);
}

static void other_event(Editor *editor, unsigned what, unsigned a, unsigned b)
{
	static const char *const pastes[] = {"41 42", "zz", "\"text\" 00*5", "\n\x1b",
					     "9"};
	const char *text = pastes[a % (sizeof(pastes) / sizeof(pastes[0]))];
	Event event = {.kind = EVENT_TICK, .now_ms = editor->now_ms + 100};
	switch (what % 4) {
	case 0:
		event.kind = EVENT_MOUSE;
		event.mouse = (MouseKind)(b % 5);
		event.row = (int)(a % 16) - 2;
		event.col = (int)(b % 100) - 2;
		break;
	case 1:
		event.kind = EVENT_RESIZE;
		event.rows = 1 + (int)(a % 40);
		event.cols = 1 + (int)(b % 200);
		break;
	case 2:
		event.kind = EVENT_PASTE;
		event.bytes = (const uint8_t *)text;
		event.length = strlen(text);
		break;
	default:
		break;
	}
	editor_handle(editor, &event);
}

/* All steps undone, the document is what it was. */
static void check_undone(Editor *editor, const uint8_t *bytes)
{
	uint8_t now[BYTES];
	uint8_t states[BYTES];
	uint64_t at = 0;
	Document *doc = editor_file(editor)->doc;
	while (document_undo(doc, &at, NULL) == MHEX_OK) {
		if (at > document_size(doc))
			abort();
	}
	if (document_size(doc) != BYTES ||
	    document_read(doc, 0, now, BYTES, states, NULL) ||
	    memcmp(now, bytes, BYTES) != 0)
		abort();
}

/* Any keys, clicks, pastes and sizes: the cursor stays in the document and on the
 * screen, and undo leads back to the beginning. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	uint8_t bytes[BYTES];
	Editor *editor = NULL;
	if (size < 2)
		return 0;
	const EditorOptions options = {.access =
					       data[0] % 4 ? ACCESS_PREVIEW : ACCESS_LIVE,
				       .rows = 12,
				       .cols = 80,
				       .output_fd = -1};
	const int fd = memfd_create("fuzz", MFD_CLOEXEC);
	for (size_t i = 0; i < BYTES; i++)
		bytes[i] = (uint8_t)(i % 7 ? i : 'a');
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, bytes, BYTES) != BYTES ||
	    editor_create(&editor, &options, NULL) || editor_open(editor, path, NULL))
		abort();
	if (data[1] % 4 == 0 && editor_set(editor, "keys=plain", NULL))
		abort();
	check_state(editor);
	for (size_t i = 2; i < size && i < STEPS_MAX && editor->running; i++) {
		if (data[i] < KEYS) {
			press(editor, keys[data[i]]);
		} else if (i + 2 < size) {
			other_event(editor, data[i], data[i + 1], data[i + 2]);
			i += 2;
		}
		end_jobs(editor);
		check_state(editor);
	}
	check_undone(editor, bytes);
	editor_free(editor);
	(void)close(fd);
	return 0;
}
