/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_QUEUE_H
#define MHEX_EDITOR_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Command lines that wait for each other's jobs while keys stay alive: of -c, of
 * scripts, of :source. They run in order, the next one when no job runs and no
 * question waits; the first that fails drops the rest.
 */
typedef struct QueuedLine QueuedLine;
struct QueuedLine {
	char *line;
	char *where; /* begins the sentence of an error: "-c 2", "name:7" */
	bool script; /* only whole names */
	int depth;   /* of files that source others */
	QueuedLine *next;
};

typedef struct {
	QueuedLine *first;
	QueuedLine *running; /* whose job may still run; owned */
} Queue;

void queue_free(Queue *queue);
/* Put copies in at *place, and move *place behind it; to put lines before all that wait
 * *place begins as &queue->first. where begins the sentence of an error. False: no
 * memory. */
bool queue_add(QueuedLine ***place, const char *where, const char *line, bool script,
	       int depth);
/* Where lines are added behind all that wait. */
QueuedLine **queue_end(Queue *queue);

#endif
