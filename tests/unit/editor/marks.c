/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/marks.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static Marks marks;

static void forget(void)
{
	marks_free(&marks);
}

TestSuite(marks, .fini = forget, .timeout = 100);

static bool set(const char *name, uint64_t offset)
{
	return marks_set(&marks, name, strlen(name), offset);
}

static uint64_t get(const char *name)
{
	uint64_t offset = UINT64_MAX;
	return marks_get(&marks, name, strlen(name), &offset) ? offset : UINT64_MAX;
}

Test(marks, are_found_by_their_whole_name)
{
	cr_assert(set("a", 1));
	cr_assert(set("abc", 3));
	cr_assert(set("ab", 2));

	cr_expect(eq(u64, get("a"), 1));
	cr_expect(eq(u64, get("ab"), 2));
	cr_expect(eq(u64, get("abc"), 3));
	cr_expect(eq(u64, get("abcd"), UINT64_MAX));
	cr_expect(eq(u64, get("b"), UINT64_MAX));
}

Test(marks, move_when_set_again)
{
	cr_assert(set("a", 1));
	cr_assert(set("a", UINT64_MAX - 1));

	cr_expect(eq(sz, marks.count, 1));
	cr_expect(eq(u64, get("a"), UINT64_MAX - 1));
}

Test(marks, stay_sorted_by_name)
{
	char name[8];
	for (int i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof(name), "m%d", (i * 377) % 500);
		cr_assert(set(name, (uint64_t)i));
	}

	cr_assert(eq(sz, marks.count, 500));
	for (size_t i = 1; i < marks.count; i++)
		cr_assert(lt(int,
			     strcmp(marks.entries[i - 1].name, marks.entries[i].name),
			     0));
	for (int i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof(name), "m%d", (i * 377) % 500);
		cr_assert(eq(u64, get(name), (uint64_t)i));
	}
}

Test(marks, have_names_of_letters_digits_and_underscores)
{
	char longest[MARK_NAME_MAX + 1] = "";
	memset(longest, 'x', MARK_NAME_MAX);

	cr_expect(set("_9z", 0));
	cr_expect(not(set("", 0)));
	cr_expect(not(set("a b", 0)));
	cr_expect(not(set("\xc3\xa4", 0)));
	cr_expect(not(set(longest, 0)), "too long");
	longest[MARK_NAME_MAX - 1] = '\0';
	cr_expect(set(longest, 5));
	cr_expect(eq(u64, get(longest), 5));
}
