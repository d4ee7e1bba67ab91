/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Writes manual pages and completions from templates and the program's own tables.
 *
 *   mhex_docgen fill IN OUT   copy IN to OUT, a line @NAME@ becomes a list
 *   mhex_docgen names TABLE   one name a line: commands, settings or options
 */

#include "docgen.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mhex/command.h"
#include "mhex/settings.h"
#include "options.h"

static bool put_from(const GeneratedList *list, FILE *out, const char *name)
{
	while (list->name && strcmp(list->name, name) != 0)
		list++;
	if (list->name)
		list->put(out);
	return list->name != NULL;
}

/* name is what stands between the two @. */
static bool put_list(FILE *out, const char *name)
{
	return put_from(manual_lists, out, name) || put_from(shell_lists, out, name);
}

static bool write_filled(FILE *out, char *text)
{
	for (char *line = text; *line;) {
		const size_t length = strcspn(line, "\n");
		char *next = line + length + (line[length] == '\n');
		line[length] = '\0';
		if (length > 2 && line[0] == '@' && line[length - 1] == '@') {
			line[length - 1] = '\0';
			if (!put_list(out, line + 1)) {
				(void)fprintf(stderr, "mhex_docgen: @%s@: no such list\n",
					      line + 1);
				return false;
			}
		} else {
			(void)fprintf(out, "%s\n", line);
		}
		line = next;
	}
	return true;
}

static char *read_text(const char *path)
{
	enum {
		TEXT_MAX = 1 << 20
	};
	char *text = calloc(1, TEXT_MAX + 1);
	FILE *file = fopen(path, "r");
	const size_t length = text && file ? fread(text, 1, TEXT_MAX, file) : 0;
	const bool bad = length == 0 || length == TEXT_MAX || ferror(file);
	if (file)
		(void)fclose(file);
	if (!bad)
		return text;
	perror(path);
	free(text);
	return NULL;
}

static int fill(const char *in, const char *out_path)
{
	char *text = read_text(in);
	if (!text)
		return 1;
	FILE *out = fopen(out_path, "w");
	bool ok = out && write_filled(out, text);
	if (out)
		ok = fclose(out) == 0 && ok;
	else
		perror(out_path);
	/* No half file for the next build to find. */
	if (!ok)
		(void)remove(out_path);
	free(text);
	return ok ? 0 : 1;
}

static int names(const char *table)
{
	if (strcmp(table, "commands") == 0) {
		for (size_t i = 0; i < command_count; i++)
			(void)puts(command_table[i].name);
	} else if (strcmp(table, "settings") == 0) {
		for (size_t i = 0; i < setting_count; i++)
			(void)puts(setting_table[i].name);
	} else if (strcmp(table, "options") == 0) {
		for (size_t i = 0; i < option_count; i++)
			(void)puts(option_table[i].name);
	} else {
		return 2;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "fill") == 0)
		return fill(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "names") == 0)
		return names(argv[2]);
	(void)fprintf(stderr, "usage: mhex_docgen fill IN OUT\n"
			      "       mhex_docgen names commands|settings|options\n");
	return 2;
}
