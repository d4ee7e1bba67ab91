/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/golden.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	SHOWN_MAX = 20
}; /* lines of a difference that are printed */

static bool update(const char *path, const char *text)
{
	char folder[4096];
	(void)snprintf(folder, sizeof(folder), "%s", path);
	char *slash = strrchr(folder, '/');
	*slash = '\0';
	if (mkdir(folder, 0777) < 0 && errno != EEXIST) {
		perror(folder);
		return false;
	}
	FILE *file = fopen(path, "wb");
	if (!file) {
		perror(path);
		return false;
	}
	const bool written = fputs(text, file) >= 0;
	return fclose(file) == 0 && written;
}

/* The whole file, to be freed; NULL with errno when it cannot be read. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return NULL;
	char *text = NULL;
	size_t size = 0;
	/* Golden files hold no zero byte. */
	if (getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = strdup("");
	}
	(void)fclose(file);
	return text;
}

static size_t line_length(const char *text)
{
	return strcspn(text, "\n");
}

static const char *next_line(const char *text)
{
	text += line_length(text);
	return *text ? text + 1 : text;
}

static void print_line(char sign, const char *text)
{
	if (*text)
		(void)fprintf(stderr, "  %c %.*s\n", sign, (int)line_length(text), text);
}

static void print_difference(const char *path, const char *want, const char *got)
{
	int shown = 0;
	(void)fprintf(stderr, "%s (-) and what came (+) differ:\n", path);
	for (int number = 1; *want || *got; number++) {
		const size_t length = line_length(want);
		if (length != line_length(got) || strncmp(want, got, length) != 0) {
			if (++shown > SHOWN_MAX) {
				(void)fprintf(stderr, "  ...\n");
				break;
			}
			(void)fprintf(stderr, " line %d\n", number);
			print_line('-', want);
			print_line('+', got);
		}
		want = next_line(want);
		got = next_line(got);
	}
	(void)fprintf(stderr, "Is it meant? MHEX_UPDATE_GOLDEN=1 writes it anew.\n");
}

bool golden_check(const char *path, const char *text)
{
	char full[4096];
	const char *wish = getenv("MHEX_UPDATE_GOLDEN");
	(void)snprintf(full, sizeof(full), "%s/%s", MHEX_TESTS, path);
	if (wish && strcmp(wish, "1") == 0)
		return update(full, text);
	char *want = read_file(full);
	if (!want) {
		perror(full);
		(void)fprintf(stderr,
			      "MHEX_UPDATE_GOLDEN=1 writes it. It would hold:\n%s", text);
		return false;
	}
	const bool same = strcmp(want, text) == 0;
	if (!same)
		print_difference(path, want, text);
	free(want);
	return same;
}
