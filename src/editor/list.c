/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/list.h"

#include <stdlib.h>
#include <string.h>

void list_free(List *list)
{
	for (size_t i = 0; i < list->count && !list->of_matches; i++) {
		free(list->rows[i].text);
		free(list->rows[i].action);
	}
	free(list->rows);
	free(list->title);
	*list = (List){0};
}

bool list_open(List *list, const char *title)
{
	list_free(list);
	list->title = strdup(title);
	list->active = list->title != NULL;
	return list->active;
}

bool list_add(List *list, const char *text, const char *action)
{
	if (list->count == list->capacity) {
		const size_t capacity = list->capacity ? 2 * list->capacity : 64;
		ListRow *rows = reallocarray(list->rows, capacity, sizeof(*rows));
		if (!rows)
			return false;
		list->rows = rows;
		list->capacity = capacity;
	}
	ListRow row = {strdup(text), action ? strdup(action) : NULL};
	if (!row.text || (action && !row.action)) {
		free(row.text);
		free(row.action);
		return false;
	}
	list->rows[list->count++] = row;
	list->selectable = list->selectable || action;
	return true;
}

bool list_add_lines(List *list, const char *text)
{
	while (*text) {
		const size_t length = strcspn(text, "\n");
		char *line = strndup(text, length);
		const bool added = line && list_add(list, line, NULL);
		free(line);
		if (!added)
			return false;
		text += length + (text[length] == '\n');
	}
	return true;
}

static size_t last_top(const List *list, size_t rows)
{
	return list->count > rows ? list->count - rows : 0;
}

void list_show_selected(List *list, size_t rows)
{
	if (list->selected < list->top)
		list->top = list->selected;
	else if (rows > 0 && list->selected - list->top >= rows)
		list->top = list->selected - rows + 1;
	if (list->top > last_top(list, rows))
		list->top = last_top(list, rows);
}

/* Move by a number of lines: the selection where there is one, else the view. */
static void step(List *list, bool down, size_t lines, size_t rows)
{
	size_t *at = list->selectable ? &list->selected : &list->top;
	const size_t last = list->selectable ? (list->count ? list->count - 1 : 0)
					     : last_top(list, rows);
	if (down)
		*at = lines < last - (*at < last ? *at : last) ? *at + lines : last;
	else
		*at = *at > lines ? *at - lines : 0;
	if (list->selectable)
		list_show_selected(list, rows);
}

void list_scroll(List *list, bool down, size_t rows)
{
	step(list, down, 3, rows);
}

ListResult list_key(List *list, const char *key, size_t rows)
{
	static const struct {
		const char *key;
		bool down;
		char amount; /* 1 line, page, all */
	} moves[] = {
		{"j", true, '1'},          {"<Down>", true, '1'},
		{"<C-n>", true, '1'},      {"k", false, '1'},
		{"<Up>", false, '1'},      {"<C-p>", false, '1'},
		{"<PageDown>", true, 'p'}, {" ", true, 'p'},
		{"<C-f>", true, 'p'},      {"<C-d>", true, 'p'},
		{"<PageUp>", false, 'p'},  {"<C-b>", false, 'p'},
		{"<C-u>", false, 'p'},     {"<Home>", false, 'a'},
		{"g", false, 'a'},         {"<End>", true, 'a'},
		{"G", true, 'a'},
	};
	static const char *const closing[] = {"<Esc>", "q",     "<C-c>",
					      "<F1>",  "<F10>", "<C-q>"};
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		if (strcmp(moves[i].key, key) != 0)
			continue;
		const size_t page = rows > 1 ? rows - 1 : 1;
		const size_t amount = moves[i].amount == '1'   ? 1
				      : moves[i].amount == 'p' ? page
							       : list->count;
		step(list, moves[i].down, amount, rows);
		return LIST_MOVED;
	}
	for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++) {
		if (strcmp(closing[i], key) == 0)
			return LIST_CLOSED;
	}
	if (strcmp(key, "<Enter>") == 0) {
		const bool chosen =
			list->selected < list->count &&
			(list->of_matches || list->rows[list->selected].action);
		return chosen ? LIST_CHOSEN : LIST_CLOSED;
	}
	return LIST_IGNORED;
}
