/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Names that do harm on a terminal, are as long as can be, or mean something. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 1000,
	NAME_LONGEST = 255,
	PATH_LONGEST = 4095,
};

/* Open, edit, save by a new file, and in place. */
static void expect_usable(const char *path)
{
	make_file(path, SIZE);
	open_file(path);
	if (access_now == PREVIEW) {
		KEYS(":insert \"mine\" at 4<Enter>");
		SEE("[+");
		KEYS(":write<Enter>");
		SEE("written");
		EXPECT(file_size(path) == SIZE + 4);
	}
	if (access_now != VIEW) {
		KEYS("ggree");
		SEE("00000000  ee");
		KEYS(":write<Enter>");
		SEE("written");
	}
	expect_alive();
	expect_quits();
}

static void longest_name(void)
{
	char name[NAME_LONGEST + 1] = {0};
	memset(name, 'n', NAME_LONGEST);
	expect_usable(name);
}

/* Made step by step, because no call takes a longer path at once. */
static void longest_path(void)
{
	char path[PATH_LONGEST + 1] = "";
	char part[256] = {0};
	size_t length = 0;
	memset(part, 'p', 240);
	char *home = getcwd(NULL, 0);
	while (length + 241 < PATH_LONGEST - 1) {
		MUST(mkdir(part, 0700));
		MUST(chdir(part));
		memcpy(path + length, part, 240);
		path[length + 240] = '/';
		length += 241;
	}
	memset(path + length, 'f', PATH_LONGEST - length);
	make_file(path + length, SIZE);
	MUST(chdir(home));
	free(home);
	EXPECT(strlen(path) == PATH_LONGEST);
	EXPECT(access(path, F_OK) == 0);
	expect_usable(path);
}

static void name_too_long(void)
{
	char name[NAME_LONGEST + 2] = {0};
	memset(name, 'n', NAME_LONGEST + 1);
	EXPECT(BATCH("-c", "dump", name) == 1);
	SAID("File name too long");
}

static void path_too_long(void)
{
	char path[2 * PATH_LONGEST] = {0};
	for (size_t i = 0; i + 1 < sizeof(path); i++)
		path[i] = i % 200 == 199 ? '/' : 'p';
	EXPECT(BATCH("-c", "dump", path) == 1);
	SAID("File name too long");
}

static void expect_harmless(const char *name, const char *shown)
{
	make_file(name, SIZE);
	open_file(name);
	SEE(shown);
	KEYS(":files<Enter>");
	SEE(shown);
	KEYS("<Esc>:info<Enter>");
	SEE(shown);
	KEYS("<Esc>:write none/such<Enter>");
	SEE("write: ");
	expect_alive();
	EXPECT(!strstr(screen_bytes(screen), "\033[31m"));
	EXPECT(!strstr(screen_bytes(screen), "\033]0;"));
	expect_quits();
	EXPECT(BATCH("-c", "files", "-c", "info", "--", name) == 0);
	EXPECT(!strchr(batch_said, '\033'));
	EXPECT(!strchr(batch_said, '\a'));
}

static void escape_sequences(void)
{
	expect_harmless("a\033[31mb\033]0;title\ac", "\\x1b");
}

static void newlines(void)
{
	expect_harmless("one\ntwo\rthree", "one\\ntwo\\rthree");
}

static void invalid_text(void)
{
	expect_harmless("\xff\xfe\x80", "\\xff\\xfe\\x80");
}

static void in_an_error(void)
{
	EXPECT(BATCH("-c", "dump", "--", "none\033[31m/x") == 1);
	EXPECT(!strchr(batch_said, '\033'));
	SAID("none\\x1b[31m/x");
	start_mhex("none\033[31m/x", NULL);
	expect_ends(1);
	EXPECT(!strstr(screen_bytes(screen), "\033[31m"));
}

static void hostile_content(void)
{
	make_text("file", "\033[2J\033]0;title\a\033P\x9b\x90\x07\033c\x0e\x1b[6n");
	open_file("file");
	SEE("1b 5b 32 4a");
	KEYS("<Tab>j<PageDown>gg");
	expect_alive();
	EXPECT(!strstr(screen_bytes(screen), "\033]0;title"));
	EXPECT(!strstr(screen_bytes(screen), "\033c"));
	EXPECT(!strpbrk(screen_bytes(screen), "\a\016"));
	expect_quits();
}

static void like_an_option(void)
{
	expect_usable("--version");
	EXPECT(BATCH("-c", "find ee", "--", "--version") == 0);
}

static void words_of_commands(void)
{
	make_file("file", SIZE);
	open_file("file");
	KEYS(":write \"in at %$*#\"<Enter>");
	SEE("written");
	expect_quits();
	EXPECT_COUNTING("in at %$*#", SIZE, 0, "");
}

const FaultCase name_cases[] = {
	{"a name of 255 bytes", longest_name, ALL, NULL},
	{"a path of 4095 bytes", longest_path, ALL, NULL},
	{"a name of 256 bytes", name_too_long, ONCE, NULL},
	{"a path of 8189 bytes", path_too_long, ONCE, NULL},
	{"a name with escape sequences", escape_sequences, ALL, NULL},
	{"a name with newlines", newlines, ALL, NULL},
	{"a name that is no UTF-8", invalid_text, ALL, NULL},
	{"escape sequences in an error", in_an_error, ONCE, NULL},
	{"escape sequences in the file", hostile_content, ALL, NULL},
	{"a name like an option", like_an_option, EDITS, NULL},
	{"a name of signs and words of commands", words_of_commands, ALL, NULL},
	{NULL, NULL, 0, NULL},
};
