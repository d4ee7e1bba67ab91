/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/editor/ed_sample.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "editor/keymap.h"
#include "storage/guard.h"

Editor *editor;
TempFile file;
TempFile other;
Frame frame;
static uint64_t now = 1000;

enum {
	ROWS = 24,
	COLS = 80,
	WAIT_MS = 20000
};

void ed_open(const void *bytes, size_t length, Access access)
{
	MhexError err;
	const EditorOptions options = {
		.access = access, .rows = ROWS, .cols = COLS, .output_fd = -1};
	guard_install();
	temp_file_make(&file, bytes, length);
	cr_assert(zero(int, editor_create(&editor, &options, &err)));
	cr_assert(zero(int, editor_open(editor, file.path, &err)), "%s", err.message);
	cr_assert(zero(int, editor_set(editor, "nohint", &err)));
	(void)draw();
}

void ed_open_text(const char *text, Access access)
{
	ed_open(text, strlen(text), access);
}

void ed_open_counting(size_t size)
{
	uint8_t *bytes = malloc(size + 1);
	cr_assert(bytes != NULL);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)i;
	ed_open(bytes, size, ACCESS_PREVIEW);
	free(bytes);
}

void ed_open_large(size_t size)
{
	ed_open("A", 1, ACCESS_PREVIEW);
	cr_assert(zero(int, truncate(file.path, (off_t)size)));
	keys("<F5>");
	cr_assert(eq(u64, draw()->document_size, size));
}

void ed_open_more(const TempFile *more)
{
	MhexError err;
	cr_assert(zero(int, editor_open(editor, more->path, &err)), "%s", err.message);
}

void ed_close(void)
{
	editor_free(editor);
	editor = NULL;
	if (file.path[0])
		temp_file_remove(&file);
	if (other.path[0])
		temp_file_remove(&other);
	guard_uninstall();
}

static void send(Event event)
{
	event.now_ms = now;
	editor_handle(editor, &event);
}

void wait_for_job(void)
{
	struct pollfd ready = {.fd = editor_wake_fd(editor), .events = POLLIN};
	cr_assert(eq(int, poll(&ready, 1, WAIT_MS), 1), "a job does not end");
	send((Event){.kind = EVENT_JOB});
}

void wait_for_jobs(void)
{
	while (editor_busy(editor))
		wait_for_job();
}

static void press(const char *text, bool wait)
{
	char key[64];
	while (*text) {
		const size_t length = keymap_key_length(text);
		(void)snprintf(key, sizeof(key), "%.*s", (int)length, text);
		send((Event){.kind = EVENT_KEY, .key = key});
		if (wait)
			wait_for_jobs();
		text += length;
	}
}

void keys(const char *text)
{
	press(text, true);
}

void keys_only(const char *text)
{
	press(text, false);
}

void command(const char *line)
{
	keys(":");
	for (; *line; line++) {
		const char key[2] = {*line, '\0'};
		send((Event){.kind = EVENT_KEY, .key = *line == '<' ? "<lt>" : key});
	}
	keys("<Enter>");
}

char *line_with(const char *command, const char *path)
{
	static char line[2 * TEMP_PATH_SIZE];
	(void)snprintf(line, sizeof(line), "%s%s", command, path);
	return line;
}

void paste(const char *bytes)
{
	send((Event){.kind = EVENT_PASTE,
		     .bytes = (const uint8_t *)bytes,
		     .length = strlen(bytes)});
}

void mouse(MouseKind kind, int row, int col)
{
	send((Event){.kind = EVENT_MOUSE, .mouse = kind, .row = row, .col = col});
}

void resize(int rows, int cols)
{
	send((Event){.kind = EVENT_RESIZE, .rows = rows, .cols = cols});
}

void tick(uint64_t ms)
{
	now += ms;
	send((Event){.kind = EVENT_TICK});
}

const Frame *draw(void)
{
	editor_frame(editor, &frame);
	return &frame;
}

bool progress_has(const char *text)
{
	return strstr(draw()->progress, text) != NULL;
}

char *hex(void)
{
	static char text[8192];
	(void)draw();
	text[0] = '\0';
	for (size_t i = 0; i < frame.count && 2 * i + 3 < sizeof(text); i++)
		(void)snprintf(text + 2 * i, 3, "%02x", frame.bytes[i]);
	return text;
}

char *states(void)
{
	static char text[4096];
	static const char signs[] = "M?F*Sh"; /* in the order of the bits */
	(void)draw();
	size_t i = 0;
	for (; i < frame.count && i + 1 < sizeof(text); i++) {
		text[i] = '.';
		for (unsigned bit = 0; signs[bit]; bit++) {
			if (frame.states[i] & (1U << bit))
				text[i] = signs[bit];
		}
	}
	text[i] = '\0';
	return text;
}

char *message(void)
{
	return (char *)draw()->message;
}

uint64_t cursor(void)
{
	return draw()->cursor;
}

char *prompt(void)
{
	const char *text = draw()->prompt;
	return (char *)(text ? text : "");
}

bool popup_has(const char *text)
{
	(void)draw();
	const FramePopup *popup = &frame.popup;
	const size_t held = popup->window > 0 ? popup->window : popup->count;
	for (size_t i = 0; i < held; i++) {
		if (strstr(popup->lines[i], text))
			return true;
	}
	return false;
}
