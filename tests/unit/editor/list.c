/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/list.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

static List list;

static void forget(void)
{
	list_free(&list);
}

TestSuite(list, .fini = forget, .timeout = 100);

enum {
	ROWS = 10 /* lines of the popup */
};

static void make(size_t count, bool with_actions)
{
	char text[32];
	cr_assert(list_open(&list, "List"));
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(text, sizeof(text), "goto %zu", i);
		cr_assert(list_add(&list, text, with_actions ? text : NULL));
	}
}

static void press(const char *key, int times)
{
	for (int i = 0; i < times; i++)
		cr_assert(eq(int, list_key(&list, key, ROWS), LIST_MOVED), "%s", key);
}

Test(list, of_plain_lines_scrolls)
{
	make(25, false);

	press("j", 3);
	cr_expect(eq(sz, list.top, 3));
	press("<Up>", 1);
	cr_expect(eq(sz, list.top, 2));
	press("<PageDown>", 1);
	cr_expect(eq(sz, list.top, 11), "a page keeps one line in sight");
	press("G", 1);
	cr_expect(eq(sz, list.top, 15), "the last line is the lowest");
	press("<Down>", 2);
	cr_expect(eq(sz, list.top, 15));
	press("g", 1);
	cr_expect(eq(sz, list.top, 0));
	press("<PageUp>", 1);
	cr_expect(eq(sz, list.top, 0));
}

Test(list, with_actions_moves_a_selection_that_stays_in_sight)
{
	make(25, true);

	press("<Down>", 9);
	cr_expect(eq(sz, list.selected, 9));
	cr_expect(eq(sz, list.top, 0));
	press("<Down>", 1);
	cr_expect(eq(sz, list.top, 1));
	press("<End>", 1);
	cr_expect(eq(sz, list.selected, 24));
	cr_expect(eq(sz, list.top, 15));
	press("<Home>", 1);
	cr_expect(eq(sz, list.selected, 0));
	cr_expect(eq(sz, list.top, 0));
}

Test(list, shorter_than_the_popup_never_scrolls)
{
	make(3, false);

	press("<PageDown>", 2);
	press("G", 1);
	list_scroll(&list, true, ROWS);

	cr_expect(eq(sz, list.top, 0));
}

Test(list, empty_takes_all_keys)
{
	make(0, true);

	press("<Down>", 1);
	press("G", 1);
	press("<PageUp>", 1);

	cr_expect(eq(sz, list.selected, 0));
	cr_expect(eq(int, list_key(&list, "<Enter>", ROWS), LIST_CLOSED));
}

Test(list, enter_chooses_and_escape_closes)
{
	make(5, true);

	cr_expect(eq(int, list_key(&list, "<Enter>", ROWS), LIST_CHOSEN));
	cr_expect(eq(int, list_key(&list, "<Esc>", ROWS), LIST_CLOSED));
	cr_expect(eq(int, list_key(&list, "q", ROWS), LIST_CLOSED));
	cr_expect(eq(int, list_key(&list, "<C-c>", ROWS), LIST_CLOSED));
	cr_expect(eq(int, list_key(&list, "z", ROWS), LIST_IGNORED));
}

Test(list, enter_on_a_line_without_action_closes)
{
	make(5, false);

	cr_expect(eq(int, list_key(&list, "<Enter>", ROWS), LIST_CLOSED));
}

Test(list, splits_text_into_lines)
{
	cr_assert(list_open(&list, "Text"));
	cr_assert(list_add_lines(&list, "one\n\ntwo\nthree"));

	cr_assert(eq(sz, list.count, 4));
	cr_expect(eq(str, list.rows[0].text, (char *)"one"));
	cr_expect(eq(str, list.rows[1].text, (char *)""));
	cr_expect(eq(str, list.rows[3].text, (char *)"three"));
	cr_expect(not(list.selectable));
}

Test(list, opened_again_is_empty)
{
	make(25, true);
	press("<Down>", 12);

	cr_assert(list_open(&list, "Other"));

	cr_expect(eq(sz, list.count, 0));
	cr_expect(eq(sz, list.selected, 0));
	cr_expect(eq(sz, list.top, 0));
	cr_expect(eq(str, list.title, (char *)"Other"));
}

Test(list, fits_a_popup_that_becomes_smaller_or_larger)
{
	make(25, true);
	press("<Down>", 20);

	list_show_selected(&list, 3);
	cr_expect(eq(sz, list.top, 18));
	list_show_selected(&list, 100);
	cr_expect(eq(sz, list.top, 0));
}
