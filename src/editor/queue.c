/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/job.h"
#include "editor/editor_private.h"

enum {
	LINES_AT_ONCE = 256 /* then keys get their turn */
};

static void free_line(QueuedLine *line)
{
	if (!line)
		return;
	free(line->line);
	free(line->where);
	free(line);
}

void queue_free(Queue *queue)
{
	while (queue->first) {
		QueuedLine *next = queue->first->next;
		free_line(queue->first);
		queue->first = next;
	}
	free_line(queue->running);
	queue->running = NULL;
}

bool queue_add(QueuedLine ***place, const char *where, const char *line, bool script,
	       int depth)
{
	QueuedLine *copy = calloc(1, sizeof(*copy));
	if (!copy)
		return false;
	copy->line = strdup(line);
	copy->where = strdup(where);
	if (!copy->line || !copy->where) {
		free_line(copy);
		return false;
	}
	copy->script = script;
	copy->depth = depth;
	copy->next = **place;
	**place = copy;
	*place = &copy->next;
	return true;
}

QueuedLine **queue_end(Queue *queue)
{
	QueuedLine **end = &queue->first;
	while (*end)
		end = &(*end)->next;
	return end;
}

MhexStatus editor_queue(Editor *editor, const char *where, const char *line,
			MhexError *err)
{
	QueuedLine **end = queue_end(&editor->queue);
	return queue_add(&end, where, line, false, 0)
		       ? MHEX_OK
		       : mhex_fail(err, MHEX_E_NOMEM, "out of memory");
}

void editor_queue_failed(Editor *editor, MhexError *err)
{
	const QueuedLine *line = editor->queue.running;
	/* Scripts within scripts: the reason must not be pushed out. */
	if (line && strlen(err->message) < sizeof(err->message) / 2)
		mhex_error_prefix(err, "%s: ", line->where);
	err->caret = -1;
	queue_free(&editor->queue);
}

static void run_first(Editor *editor)
{
	Queue *queue = &editor->queue;
	MhexError err;
	QueuedLine *line = queue->first;
	const bool was_script = editor->script;
	const int was_depth = editor->script_depth;
	free_line(queue->running);
	queue->running = line;
	queue->first = line->next;
	line->next = NULL;
	editor->script = line->script;
	editor->script_depth = line->depth;
	const MhexStatus status = editor_execute(editor, line->line, &err);
	editor->script = was_script;
	editor->script_depth = was_depth;
	editor_show_results(editor, line->line);
	if (!status)
		return;
	editor_queue_failed(editor, &err);
	editor_complain(editor, &err);
}

static bool may_go_on(const Editor *editor)
{
	return editor->queue.first && editor->running && !task_running(editor) &&
	       !editor->question.active && !editor->confirm.active;
}

void editor_queue_run(Editor *editor)
{
	for (int i = 0; i < LINES_AT_ONCE && may_go_on(editor); i++)
		run_first(editor);
	if (may_go_on(editor))
		job_wake_set(editor->wake_fd);
	else if (!editor->queue.first && !task_running(editor))
		queue_free(&editor->queue);
}
