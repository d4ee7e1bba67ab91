/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_EDITOR_LIST_H
#define MHEX_EDITOR_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lines shown over the bytes: help, matches, marks, files, results. A line may
 * carry the command line that Enter runs.
 */
typedef struct {
	char *text;
	char *action; /* NULL: none */
} ListRow;

typedef struct {
	bool active;
	char *title;
	ListRow *rows; /* owned */
	size_t count, capacity;
	size_t top, selected;
	bool selectable; /* some row has an action */
	bool of_matches; /* has count lines but no rows: match_view.c makes what is seen
			  */
} List;

typedef enum {
	LIST_MOVED,
	LIST_CLOSED,
	LIST_CHOSEN,
	LIST_IGNORED
} ListResult;

void list_free(List *list); /* also closes it */
/* Begin a new one; false: no memory. */
bool list_open(List *list, const char *title);
bool list_add(List *list, const char *text, const char *action);
/* Add text split at newlines. */
bool list_add_lines(List *list, const char *text);
/* rows is how many lines the popup shows. On LIST_CHOSEN the action of the selected
 * row is to be run, or that match gone to. */
ListResult list_key(List *list, const char *key, size_t rows);
void list_scroll(List *list, bool down, size_t rows);
void list_show_selected(List *list, size_t rows);

#endif
