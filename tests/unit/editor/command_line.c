/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor/command_line.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static CommandLine split;
static CommandArgs args;
static MhexError err;

static void forget(void)
{
	command_args_free(&args);
}

TestSuite(command_line, .fini = forget, .timeout = 100);

/* A document of 4096 bytes, the cursor at 16. */
static const ExprEnv env = {.size = 4096, .cursor = 16};

static MhexStatus read_line(const char *line)
{
	command_args_free(&args);
	err = (MhexError){.caret = -1};
	MhexStatus status = command_line_split(line, false, &split, &err);
	if (!status && split.row)
		status = command_line_parse(line, &split, &env, &args, &err);
	return status;
}

static void must_read(const char *line)
{
	cr_assert(zero(int, read_line(line)), "%s: %s", line, err.message);
	cr_assert(split.row != NULL, "%s", line);
}

static char *name(void)
{
	return (char *)(split.row ? split.row->name : "");
}

static char *text_of(const char *text, size_t length)
{
	static char copy[256];
	(void)snprintf(copy, sizeof(copy), "%.*s", (int)length, text);
	return copy;
}

/* ---- names ---- */

struct naming {
	char line[32];
	char name[16];
	bool force;
};

static void check_naming(struct naming *param)
{
	(void)read_line(param->line);

	cr_expect(eq(str, name(), param->name), "%s: %s", param->line, err.message);
	if (param->name[0])
		cr_expect(eq(int, split.force, param->force), "%s", param->line);
}

Test(command_line, finds_the_command)
{
	static struct naming cases[] = {
		{"undo", "undo", false},
		{":undo", "undo", false},
		{"  : undo", "undo", false},
		{"\tundo\t", "undo", false},
		{"u", "undo", false},
		{"und", "undo", false},
		{"q", "quit", false},
		{"q!", "quit", true},
		{"quit!", "quit", true},
		{"qui!", "quit", true},
		{"w", "write", false},
		{"w!", "write", true},
		{"x", "write-quit", false},
		{"wq", "write-quit", false},
		{"wq!", "write-quit", true},
		{"e!", "revert", false},
		{"e!  ", "revert", false},
		{"e! other", "edit", true},
		{"e other", "edit", false},
		{"write", "write", false},
		{"write-", "write-quit", false},
		{"next", "next", false},
		{"next-f", "next-file", false},
		{"prev", "", false},
		{"previous", "previous", false},
		{"repl 41 with 42", "replace", false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_naming(&cases[i]);
}

Test(command_line, of_a_script_has_whole_names_and_short_forms)
{
	cr_expect(zero(int, command_line_split("undo", true, &split, &err)));
	cr_expect(zero(int, command_line_split("u", true, &split, &err)));
	cr_expect(zero(int, command_line_split("wq!", true, &split, &err)));
	cr_expect(zero(int, command_line_split("e!", true, &split, &err)));
	cr_expect(ne(int, command_line_split("und", true, &split, &err), 0));
	cr_expect(eq(str, err.message, (char *)"no such command: und"));
	cr_expect(eq(int, err.caret, 0));
}

Test(command_line, names_what_a_prefix_may_mean)
{
	cr_assert(ne(int, read_line("  next- 4"), MHEX_E_RANGE));
	cr_assert(ne(int, read_line("  re 4"), 0));

	cr_expect(eq(int, err.caret, 2));
	cr_expect(strstr(err.message, "re may be read, recover, redo") != NULL, "%s",
		  err.message);
}

Test(command_line, empty_or_a_comment_does_nothing)
{
	static const char *const lines[] = {"",       "  \t ",    ":", " : ",
					    "# quit", "  # quit", ":#"};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		cr_expect(zero(int, read_line(lines[i])), "%s", lines[i]);
		cr_expect(split.row == NULL, "%s", lines[i]);
		cr_expect(not(split.bare), "%s", lines[i]);
	}
}

Test(command_line, a_hash_elsewhere_is_no_comment)
{
	must_read("write a#b");

	cr_expect(eq(str, args.file, (char *)"a#b"));
}

Test(command_line, that_is_no_name_is_an_offset)
{
	static const char *const lines[] = {"0x10", ":$",  ".",  "+5",      "-5",
					    "'a",   "50%", "4k", "u16le@4", "(1)"};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		cr_expect(zero(int, read_line(lines[i])), "%s", lines[i]);
		cr_expect(split.bare, "%s", lines[i]);
		cr_expect(eq(sz, split.begin, lines[i][0] == ':'), "%s", lines[i]);
	}
}

/* ---- arguments and clauses ---- */

Test(command_line, reads_an_offset)
{
	must_read("goto 0x20 + 4");

	cr_expect(args.has_argument);
	cr_expect(eq(u64, args.number, 0x24));
}

Test(command_line, reads_an_offset_with_a_division_in_front_of_a_clause)
{
	must_read("count 41 in 0..100 / 2 every 2");

	cr_expect(eq(u64, args.in.length, 50));
	cr_expect(eq(u64, args.every, 2));
}

Test(command_line, reads_each_clause_in_any_order)
{
	must_read("replace 41 42 in 10..20 with 43 every 4 confirm");

	cr_expect(eq(str, text_of(args.text, args.length), (char *)"41 42"));
	cr_expect(eq(str, text_of(args.with, args.with_length), (char *)"43"));
	cr_expect(args.has_in);
	cr_expect(eq(u64, args.in.offset, 10));
	cr_expect(eq(u64, args.in.length, 10));
	cr_expect(args.has_every);
	cr_expect(eq(u64, args.every, 4));
	cr_expect(args.confirm);

	must_read("replace 41 42 confirm with 43");
	cr_expect(args.confirm);
	cr_expect(not(args.has_in));
	cr_expect(eq(str, text_of(args.with, args.with_length), (char *)"43"));
}

Test(command_line, reads_where_to_put_bytes)
{
	must_read("insert 41 42 at . + 2");

	cr_expect(args.has_at);
	cr_expect(eq(u64, args.at, 18));
	cr_expect(eq(sz, args.caret, 7));
}

Test(command_line, does_not_look_for_clauses_in_quoted_text)
{
	must_read("find-all \"stay in here\" in 1..2");
	cr_expect(eq(str, text_of(args.text, args.length), (char *)"\"stay in here\""));
	cr_expect(eq(u64, args.in.offset, 1));

	must_read("find-all \"a \\\" in b\" in 1..2");
	cr_expect(eq(str, text_of(args.text, args.length), (char *)"\"a \\\" in b\""));

	must_read("replace \"with\" with \"in\" in 5,+1");
	cr_expect(eq(str, text_of(args.with, args.with_length), (char *)"\"in\""));
	cr_expect(eq(u64, args.in.offset, 5));
}

Test(command_line, does_not_look_for_clauses_in_a_regex)
{
	must_read("find /stay in \\/ there/");

	cr_expect(
		eq(str, text_of(args.text, args.length), (char *)"/stay in \\/ there/"));
}

Test(command_line, arguments_may_be_missing_where_the_row_says_so)
{
	must_read("undo");
	cr_expect(not(args.has_argument));
	must_read("undo 3");
	cr_expect(eq(u64, args.number, 3));
	must_read("write in 1..2");
	cr_expect(not(args.has_argument));
	cr_expect(args.has_in);
	must_read("delete");
	cr_expect(not(args.has_in));
}

Test(command_line, keeps_the_rest_of_lines_that_are_about_lines)
{
	must_read("bind Q find 41 in there # so");
	cr_expect(eq(str, text_of(args.text, args.length),
		     (char *)"Q find 41 in there # so"));

	must_read("set columns=16  ");
	cr_expect(eq(str, text_of(args.text, args.length), (char *)"columns=16"));
}

Test(command_line, takes_one_of_the_choices)
{
	must_read("access live");
	cr_expect(eq(str, text_of(args.text, args.length), (char *)"live"));

	cr_expect(ne(int, read_line("access liv"), 0));
	cr_expect(eq(str, err.message, (char *)"want one of view, preview, live"));
	cr_expect(eq(int, err.caret, 7));
}

/* ---- file names ---- */

struct naming_a_file {
	char line[48];
	char file[24];
};

static void check_naming_a_file(struct naming_a_file *param)
{
	cr_assert(zero(int, setenv("HOME", "/home/x", 1)));

	must_read(param->line);

	cr_expect(eq(str, args.file, param->file), "%s", param->line);
	command_args_free(&args);
}

Test(command_line, reads_a_file_name)
{
	static struct naming_a_file cases[] = {
		{"write a", "a"},
		{"write  a  ", "a"},
		{"write /a", "/a"},
		{"write /tmp/a", "/tmp/a"},
		{"write /a in 0..4", "/a"},
		{"write /tmp/a in 0..4", "/tmp/a"},
		{"write \"a b\"", "a b"},
		{"write \"a b\" in 0..4", "a b"},
		{"write \"in\" in 0..4", "in"},
		{"write \"-\"", "-"},
		{"write \"a\\x41\\n\\\"\"", "aA\n\""},
		{"write \"\\xff\"", "\xff"},
		{"write a\"b", "a\"b"},
		{"write a\"b in 0..4", "a\"b"},
		{"write a\\b", "a\\b"},
		{"write %", "%"},
		{"write *", "*"},
		{"write $HOME", "$HOME"},
		{"write ~", "~"},
		{"write ~/a", "/home/x/a"},
		{"write \"~/a\"", "~/a"},
		{"write a~/b", "a~/b"},
		{"write inside", "inside"},
		{"write \xc3\xa4", "\xc3\xa4"},
		{"edit 2", "2"},
		{"read /a at 4", "/a"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_naming_a_file(&cases[i]);
}

/* ---- errors ---- */

struct mistake {
	char line[64];
	int caret;
	char message[80];
};

static void check_mistake(struct mistake *param)
{
	cr_assert(ne(int, read_line(param->line), 0), "%s", param->line);

	cr_expect(eq(str, err.message, param->message), "%s", param->line);
	cr_expect(eq(int, err.caret, param->caret), "%s", param->line);
}

Test(command_line, points_at_the_mistake)
{
	static struct mistake cases[] = {
		{"nosuch 5", 0, "no such command: nosuch"},
		{":nosuch 5", 1, "no such command: nosuch"},
		{"goto!", 4, "goto takes no !"},
		{"undo!", 4, "undo takes no !"},
		{"q!!", 2, "a blank is missing here"},
		{"w!a", 2, "a blank is missing here"},
		{"goto", 4, "usage: goto EXPR"},
		{"goto ", 5, "usage: goto EXPR"},
		{"back 5", 5, "back takes nothing here"},
		{"goto 5 in 1..2", 7, "goto takes no \"in\"; quote it if it is a name"},
		{"write with", 6, "write takes no \"with\"; quote it if it is a name"},
		{"write as", 6, "write takes no \"as\"; quote it if it is a name"},
		{"insert 41 at", 12, "something is missing here"},
		{"insert 41 at 1 at 2", 15, "\"at\" stands here twice"},
		{"count 41 in", 11, "something is missing here"},
		{"count 41 every 0", 15, "every 0 matches nothing"},
		{"replace 41", 10, "\"with BYTES\" is missing here"},
		{"replace 41 with 42 confirm 3", 27, "nothing follows \"confirm\""},
		{"write a b", 7, "a name ends here; one with blanks is quoted"},
		{"write \"a\" b", 9, "a name ends here; one with blanks is quoted"},
		{"write \"a\"b", 9, "a name ends here; one with blanks is quoted"},
		{"write \"a\\0b\"", 6, "not a file name"},
		{"write \"\"", 6, "not a file name"},
		{"mark a b", 6, "want one word"},
		{"access", 6, "usage: access view|preview|live"},
		{"pane left", 5, "want one of hex, text, other"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_mistake(&cases[i]);
}

Test(command_line, points_into_expressions)
{
	cr_expect(ne(int, read_line("goto 1 + x"), 0));
	cr_expect(eq(int, err.caret, 9), "%s", err.message);
	cr_expect(ne(int, read_line("count 41 in 5..zz"), 0));
	cr_expect(eq(int, err.caret, 15), "%s", err.message);
	cr_expect(ne(int, read_line("insert 41 at 7 +"), 0));
	cr_expect(eq(int, err.caret, 16), "%s", err.message);
	cr_expect(ne(int, read_line("write \"abc"), 0));
	cr_expect(ge(int, err.caret, 6), "%s", err.message);
}

Test(command_line, a_range_past_the_end_is_an_error)
{
	cr_expect(eq(int, read_line("delete in 0..4097"), MHEX_E_RANGE));
	cr_expect(zero(int, read_line("delete in 0..4096")));
	cr_expect(eq(int, read_line("delete in 4096,+1"), MHEX_E_RANGE));
}

/* ---- the word being typed ---- */

struct word {
	char line[40]; /* | is the cursor */
	char name[16]; /* of the command; "" when it is the name that is typed */
	size_t begin;
};

static void check_word(struct word *param)
{
	char line[40];
	const size_t cursor = strcspn(param->line, "|");
	(void)snprintf(line, sizeof(line), "%.*s%s", (int)cursor, param->line,
		       param->line + cursor + 1);

	const CommandWord word = command_line_word(line, cursor);

	cr_expect(eq(str, (char *)(word.row ? word.row->name : ""), param->name), "%s",
		  param->line);
	cr_expect(eq(sz, word.word, param->begin), "%s", param->line);
}

Test(command_line, finds_the_word_that_is_typed)
{
	static struct word cases[] = {
		{"|", "", 0},
		{"go|", "", 0},
		{":go|", "", 1},
		{"g|oto", "", 0},
		{"goto |", "goto", 5},
		{"goto 4|2", "goto", 5},
		{"set col|", "set", 4},
		{"set  col|", "set", 5},
		{"set   |   col", "set", 6},
		{"write! a|", "write", 7},
		{"replace 41 wi|", "replace", 11},
		{"read \"a b|", "read", 5},
		{"read /us|", "read", 5},
		{"|   goto", "", 0},
		{" |  goto", "", 1},
		{":|  goto", "", 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_word(&cases[i]);
}
