/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/prompt.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Prompt prompt;

static void forget(void)
{
	prompt_free(&prompt);
}

TestSuite(prompt, .fini = forget, .timeout = 100);

static void press(const char *key)
{
	cr_assert(eq(int, prompt_key(&prompt, key), PROMPT_EDITED), "%s", key);
}

/* The line with | where the cursor is. */
static char *line(void)
{
	static char text[256];
	const char *all = strbuf_text(&prompt.line);
	cr_assert(le(sz, prompt.cursor, prompt.line.length));
	(void)snprintf(text, sizeof(text), "%.*s|%s", (int)prompt.cursor, all,
		       all + prompt.cursor);
	return text;
}

#define EXPECT_LINE(want) cr_expect(eq(str, line(), (char *)(want)))

Test(prompt, opens_with_a_text_and_the_cursor_behind_it)
{
	prompt_open(&prompt, "find ");

	cr_expect(prompt.active);
	EXPECT_LINE("find |");
}

Test(prompt, puts_what_is_typed_at_the_cursor)
{
	prompt_open(&prompt, "");
	press("a");
	press("c");
	press("<Left>");
	press("b");
	press("<lt>");
	press("\xc3\xa4");

	EXPECT_LINE("ab<\xc3\xa4|c");
}

Test(prompt, moves_over_whole_characters)
{
	prompt_open(&prompt, "a\xe2\x82\xac\xc3\xa4");

	press("<Left>");
	EXPECT_LINE("a\xe2\x82\xac|\xc3\xa4");
	press("<C-b>");
	EXPECT_LINE("a|\xe2\x82\xac\xc3\xa4");
	press("<Home>");
	press("<Left>");
	EXPECT_LINE("|a\xe2\x82\xac\xc3\xa4");
	press("<Right>");
	press("<C-f>");
	EXPECT_LINE("a\xe2\x82\xac|\xc3\xa4");
	press("<End>");
	press("<Right>");
	EXPECT_LINE("a\xe2\x82\xac\xc3\xa4|");
}

Test(prompt, erases_whole_characters)
{
	prompt_open(&prompt, "a\xe2\x82\xac\xc3\xa4z");

	press("<Left>");
	press("<Backspace>");
	EXPECT_LINE("a\xe2\x82\xac|z");
	press("<C-a>");
	press("<Delete>");
	press("<C-d>");
	EXPECT_LINE("|z");
	press("<Backspace>");
	EXPECT_LINE("|z");
	press("<C-e>");
	press("<Delete>");
	press("<C-h>");
	EXPECT_LINE("|");
}

Test(prompt, kills_words_and_both_halves)
{
	prompt_open(&prompt, "overwrite 41 42  at 7");

	press("<C-w>");
	EXPECT_LINE("overwrite 41 42  at |");
	press("<C-w>");
	EXPECT_LINE("overwrite 41 42  |");
	press("<C-w>");
	EXPECT_LINE("overwrite 41 |");
	press("<Left>");
	press("<C-k>");
	EXPECT_LINE("overwrite 41|");
	press("<Left>");
	press("<C-u>");
	EXPECT_LINE("|1");
	press("<C-w>");
	EXPECT_LINE("|1");
}

Test(prompt, enter_runs_and_escape_leaves)
{
	prompt_open(&prompt, "quit");

	cr_expect(eq(int, prompt_key(&prompt, "<Enter>"), PROMPT_ENTERED));
	cr_expect(eq(int, prompt_key(&prompt, "<Esc>"), PROMPT_CANCELLED));
	cr_expect(eq(int, prompt_key(&prompt, "<C-c>"), PROMPT_CANCELLED));
	cr_expect(eq(int, prompt_key(&prompt, "<Tab>"), PROMPT_COMPLETE));
	cr_expect(eq(int, prompt_key(&prompt, "<F5>"), PROMPT_IGNORED));
	EXPECT_LINE("quit|");
}

Test(prompt, backspace_on_an_empty_line_leaves)
{
	prompt_open(&prompt, "a");

	press("<Backspace>");
	cr_expect(eq(int, prompt_key(&prompt, "<Backspace>"), PROMPT_CANCELLED));
}

Test(prompt, a_paste_is_one_line_without_control_characters)
{
	prompt_open(&prompt, "()");
	press("<Left>");

	prompt_insert(&prompt, "a\nb\tc\r\x1b[0m\x7f\0d", 14);

	EXPECT_LINE("(a b c [0md|)");
}

Test(prompt, goes_through_older_lines_and_back)
{
	prompt_remember(&prompt, "goto 1");
	prompt_remember(&prompt, "find 41");
	prompt_remember(&prompt, "goto 2");
	prompt_open(&prompt, "");

	press("<Up>");
	EXPECT_LINE("goto 2|");
	press("<C-p>");
	EXPECT_LINE("find 41|");
	press("<Up>");
	press("<Up>");
	EXPECT_LINE("goto 1|");
	press("<Down>");
	press("<C-n>");
	EXPECT_LINE("goto 2|");
	press("<Down>");
	EXPECT_LINE("|");
}

Test(prompt, history_shows_lines_that_begin_as_the_one_typed)
{
	prompt_remember(&prompt, "goto 1");
	prompt_remember(&prompt, "find 41");
	prompt_remember(&prompt, "goto 2");
	prompt_open(&prompt, "go");

	press("<Up>");
	press("<Up>");
	EXPECT_LINE("goto 1|");
	press("<Down>");
	press("<Down>");
	EXPECT_LINE("go|");
}

Test(prompt, remembers_a_line_once_at_its_latest_place)
{
	prompt_remember(&prompt, "a");
	prompt_remember(&prompt, "b");
	prompt_remember(&prompt, "a");
	prompt_remember(&prompt, "a");
	prompt_remember(&prompt, "");

	cr_assert(eq(sz, prompt.history_count, 2));
	cr_expect(eq(str, prompt.history[0], (char *)"b"));
	cr_expect(eq(str, prompt.history[1], (char *)"a"));
}

Test(prompt, forgets_the_oldest_of_too_many_lines)
{
	char text[16];
	for (int i = 0; i < PROMPT_HISTORY_MAX + 3; i++) {
		(void)snprintf(text, sizeof(text), "goto %d", i);
		prompt_remember(&prompt, text);
	}

	cr_assert(eq(sz, prompt.history_count, PROMPT_HISTORY_MAX));
	cr_expect(eq(str, prompt.history[0], (char *)"goto 3"));
	cr_expect(eq(str, prompt.history[PROMPT_HISTORY_MAX - 1], (char *)"goto 202"));
}

static void offer(size_t word_start, const char *first, const char *second)
{
	const char *texts[] = {first, second};
	prompt.candidates = calloc(2, sizeof(char *));
	for (size_t i = 0; i < 2 && texts[i]; i++)
		prompt.candidates[prompt.candidate_count++] = strdup(texts[i]);
	prompt.word_start = word_start;
	prompt.word_end = prompt.cursor;
}

Test(prompt, completions_take_turns)
{
	prompt_open(&prompt, "fi 41");
	press("<C-a>");
	press("<Right>");
	press("<Right>");
	offer(0, "fill", "find");

	prompt_complete_next(&prompt, false);
	EXPECT_LINE("fill| 41");
	prompt_complete_next(&prompt, false);
	EXPECT_LINE("find| 41");
	prompt_complete_next(&prompt, false);
	EXPECT_LINE("fill| 41");
	prompt_complete_next(&prompt, true);
	EXPECT_LINE("find| 41");
}

Test(prompt, completions_begin_with_the_last_when_going_backwards)
{
	prompt_open(&prompt, "fi");
	offer(0, "fill", "find");

	prompt_complete_next(&prompt, true);

	EXPECT_LINE("find|");
}

Test(prompt, a_single_completion_is_taken_at_once)
{
	prompt_open(&prompt, "read sub");
	offer(5, "subfolder/", NULL);

	prompt_complete_next(&prompt, false);

	EXPECT_LINE("read subfolder/|");
	cr_expect(eq(sz, prompt.candidate_count, 0), "the next Tab begins anew");
}

Test(prompt, typing_forgets_the_completions)
{
	prompt_open(&prompt, "fi");
	offer(0, "fill", "find");
	prompt_complete_next(&prompt, false);

	press(" ");

	cr_expect(eq(sz, prompt.candidate_count, 0));
	cr_expect(not(prompt.completing));
	prompt_complete_next(&prompt, false);
	EXPECT_LINE("fill |");
}

Test(prompt, closed_has_no_text)
{
	prompt_open(&prompt, "find 41");
	prompt_close(&prompt);

	cr_expect(not(prompt.active));
	EXPECT_LINE("|");
}
