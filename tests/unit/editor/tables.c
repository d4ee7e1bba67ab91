/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the rows of commands and keys promise each other. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "editor/bindings.h"
#include "editor/command_line.h"
#include "editor/keymap.h"

TestSuite(tables, .timeout = 100);

Test(tables, commands_are_sorted_by_name)
{
	for (size_t i = 1; i < command_count; i++)
		cr_expect(lt(int,
			     strcmp(command_table[i - 1].name, command_table[i].name), 0),
			  "%s", command_table[i].name);
}

/* Calls visit for each short form of row. */
static void each_short(const Command *row, void (*visit)(const Command *, const char *))
{
	char word[16];
	for (const char *at = row->shorts; *at;) {
		const size_t length = strcspn(at, " ");
		cr_assert(lt(sz, length, sizeof(word)));
		(void)snprintf(word, sizeof(word), "%.*s", (int)length, at);
		visit(row, word);
		at += length + strspn(at + length, " ");
	}
}

static void check_short(const Command *row, const char *word)
{
	const bool forced = word[strlen(word) - 1] == '!';
	CommandLine split;
	cr_assert(zero(int, command_line_split(word, true, &split, NULL)), "%s", word);
	cr_expect(eq(ptr, (void *)split.row, (void *)row), "%s is %s, not %s", word,
		  split.row->name, row->name);
	cr_expect(not(split.force), "%s", word);
	for (size_t i = 0; i < command_count && !forced; i++)
		cr_expect(ne(str, (char *)command_table[i].name, (char *)word));
}

Test(tables, each_short_form_means_one_command)
{
	for (size_t i = 0; i < command_count; i++)
		each_short(&command_table[i], check_short);
}

Test(tables, the_short_forms_of_the_manual_are_there)
{
	static const struct {
		const char *shorter, *name;
	} promised[] = {{"w", "write"}, {"wq", "write-quit"}, {"x", "write-quit"},
			{"q", "quit"},  {"e", "edit"},        {"e!", "revert"},
			{"u", "undo"}};
	for (size_t i = 0; i < sizeof(promised) / sizeof(promised[0]); i++) {
		CommandLine split;
		cr_assert(zero(int, command_line_split(promised[i].shorter, true, &split,
						       NULL)));
		cr_expect(eq(str, (char *)split.row->name, (char *)promised[i].name));
	}
}

static bool is_name_letter(char c)
{
	return c == '-' || (c >= 'a' && c <= 'z');
}

Test(tables, each_name_is_found_as_it_is)
{
	for (size_t i = 0; i < command_count; i++) {
		const Command *row = &command_table[i];
		const Command *found =
			command_find(row->name, strlen(row->name), true, NULL);
		cr_expect(eq(ptr, (void *)found, (void *)row), "%s", row->name);
		for (const char *c = row->name; *c; c++)
			cr_expect(is_name_letter(*c), "%s", row->name);
	}
}

static bool is_topic(const char *topic)
{
	for (size_t i = 0; command_topics[i]; i++) {
		if (strcmp(command_topics[i], topic) == 0)
			return true;
	}
	return false;
}

Test(tables, each_row_has_a_topic_and_a_summary)
{
	for (size_t i = 0; i < command_count; i++) {
		const Command *row = &command_table[i];
		cr_expect(is_topic(row->topic), "%s", row->name);
		cr_assert(lt(sz, 0, strlen(row->summary)), "%s", row->name);
		const char first = row->summary[0];
		cr_expect(all(ge(chr, first, 'A'), le(chr, first, 'Z')), "%s", row->name);
		cr_expect(ne(chr, row->summary[strlen(row->summary) - 1], '.'), "%s",
			  row->name);
		cr_expect(row->run != NULL, "%s", row->name);
		cr_expect(eq(int, row->argument == ARGUMENT_CHOICE, row->choices != NULL),
			  "%s", row->name);
	}
}

Test(tables, a_synopsis_says_what_the_flags_say)
{
	static const struct {
		unsigned flag;
		const char *text;
	} clauses[] = {{COMMAND_AT, "[at EXPR]"},
		       {COMMAND_IN, "[in RANGE]"},
		       {COMMAND_WITH, "with BYTES"},
		       {COMMAND_EVERY, "[every N]"},
		       {COMMAND_CONFIRM, "[confirm]"}};
	for (size_t i = 0; i < command_count; i++) {
		const Command *row = &command_table[i];
		for (size_t c = 0; c < sizeof(clauses) / sizeof(clauses[0]); c++)
			cr_expect(eq(int, strstr(row->synopsis, clauses[c].text) != NULL,
				     (row->flags & clauses[c].flag) != 0),
				  "%s: %s", row->name, clauses[c].text);
		const bool first_optional =
			row->synopsis[0] == '[' && row->argument != ARGUMENT_NONE;
		cr_expect(eq(int, first_optional, (row->flags & COMMAND_OPTIONAL) != 0),
			  "%s", row->name);
		if (row->flags & COMMAND_RESIZES)
			cr_expect(ne(uint, row->flags & COMMAND_EDITS, 0), "%s",
				  row->name);
	}
}

Test(tables, a_synopsis_names_the_argument)
{
	static const char *const words[] = {
		[ARGUMENT_NONE] = "",       [ARGUMENT_EXPR] = "EXPR N",
		[ARGUMENT_BYTES] = "BYTES", [ARGUMENT_PATTERN] = "PATTERN",
		[ARGUMENT_RANGE] = "RANGE", [ARGUMENT_FILE] = "FILE",
		[ARGUMENT_NAME] = "NAME",
	};
	for (size_t i = 0; i < command_count; i++) {
		const Command *row = &command_table[i];
		char word[32] = "";
		if (row->argument >= sizeof(words) / sizeof(words[0]) ||
		    row->argument == ARGUMENT_NONE)
			continue;
		const char *text = row->synopsis + (row->synopsis[0] == '[');
		(void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, " ]|"),
			       text);
		cr_expect(strstr(words[row->argument], word) != NULL, "%s: %s", row->name,
			  row->synopsis);
	}
}

/* Number of the choice that stands behind the name, -1 when it is none. */
static int choice_in(const char *line, const CommandLine *split)
{
	const char *argument = line + split->rest;
	for (int i = 0; split->row->choices[i]; i++) {
		if (strcmp(split->row->choices[i], argument) == 0)
			return i;
	}
	return -1;
}

static void check_bindings(const Binding *bindings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const Binding *row = &bindings[i];
		CommandLine split;
		MhexError err = {.message = ""};
		cr_expect(keymap_valid(row->key), "%s", row->key);
		cr_expect(ne(uint, row->modes & IN_ALL, 0), "%s", row->key);
		cr_assert(zero(int, command_line_split(row->line, true, &split, &err)),
			  "%s: %s", row->line, err.message);
		cr_assert(split.row != NULL, "%s", row->line);
		const bool has_choice = split.row->argument == ARGUMENT_CHOICE &&
					row->line[split.rest] != '\0';
		if (has_choice)
			cr_expect(ge(int, choice_in(row->line, &split), 0), "%s",
				  row->line);
		if (split.row->argument == ARGUMENT_CHOICE && !has_choice)
			cr_expect(ne(uint, split.row->flags & COMMAND_OPTIONAL, 0), "%s",
				  row->line);
		if (split.row->argument == ARGUMENT_NONE)
			cr_expect(eq(chr, row->line[split.rest], '\0'), "%s", row->line);
		/* Nothing that works in batch alone is of use on a key. */
		cr_expect(zero(uint, split.row->flags & COMMAND_BATCH), "%s", row->line);
	}
}

Test(tables, each_key_runs_a_command_that_exists)
{
	check_bindings(default_bindings, default_binding_count);
	check_bindings(plain_bindings, plain_binding_count);
}

static void check_no_clash(const Binding *bindings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = i + 1; j < count; j++) {
			const char *a = bindings[i].key;
			const char *b = bindings[j].key;
			const size_t shorter =
				strlen(a) < strlen(b) ? strlen(a) : strlen(b);
			const bool clash = (bindings[i].modes & bindings[j].modes) &&
					   strncmp(a, b, shorter) == 0 &&
					   (shorter != 1 || a[0] != '<');
			cr_expect(not(clash), "%s and %s", a, b);
		}
	}
}

Test(tables, no_key_hides_another)
{
	check_no_clash(default_bindings, default_binding_count);
	check_no_clash(plain_bindings, plain_binding_count);
}

/* Not every keyboard has function keys, and not every terminal sends Alt. */
static bool is_special(const char *key)
{
	return strncmp(key, "<F", 2) == 0 || strncmp(key, "<S-F", 4) == 0 ||
	       strncmp(key, "<M-", 3) == 0;
}

static bool has_twin(const Binding *bindings, size_t count, unsigned modes,
		     const char *line)
{
	bool found = false;
	for (size_t i = 0; i < count; i++)
		found |= (bindings[i].modes & modes) == modes &&
			 !is_special(bindings[i].key) &&
			 strcmp(bindings[i].line, line) == 0;
	return found;
}

Test(tables, function_keys_and_alt_have_twins)
{
	for (size_t i = 0; i < default_binding_count; i++) {
		const Binding *row = &default_bindings[i];
		if (!is_special(row->key))
			continue;
		cr_expect(has_twin(default_bindings, default_binding_count, IN_NORMAL,
				   row->line),
			  "%s", row->key);
		cr_expect(has_twin(default_bindings, default_binding_count, IN_EDIT,
				   row->line) ||
				  has_twin(plain_bindings, plain_binding_count, IN_EDIT,
					   row->line),
			  "%s in plain", row->key);
	}
}
