/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Random patterns over random and real files, beside grep -obUaP.
 *
 * MHEX_PATTERNS is how many, MHEX_SEED which. With "every N", which grep does not have,
 * PCRE2 is asked at each multiple. What may match a line break is looked for in files
 * that have none. mhex looks for all of them three times: as it is, through windows of
 * one page, and in thousands of pieces.
 */

#include <criterion/criterion.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "e2e/pattern_maker.h"
#include "support/temp_file.h"
#include "unit/analysis/random.h"

enum {
	FILES_MAX = 16,
	PART_MAX = 60 << 10, /* of a file: less than an expression sees */
	PIECES = 1500,
	COMMAND_MAX = 2048,
};

typedef struct {
	uint64_t *offsets;
	size_t count, room;
} Offsets;

static void add_offset(Offsets *list, uint64_t offset)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 64;
		list->offsets = realloc(list->offsets, list->room * sizeof(uint64_t));
		cr_assert(list->offsets != NULL);
	}
	list->offsets[list->count++] = offset;
}

/* A pattern and where it is. */
typedef struct Job {
	struct Job *next;
	MadePattern pattern;
	Offsets want;
} Job;

/* What is searched, in a folder: "whole", "script", "edited". */
typedef struct {
	const char *name;
	uint8_t *bytes;
	size_t length;
	bool has_lines;
	Job *jobs;
} Target;

typedef struct {
	uint64_t state;
	TempFile folder;
	Target targets[FILES_MAX];
	size_t count;
} World;

static size_t number_of(const char *name, size_t otherwise)
{
	const char *text = getenv(name);
	return text ? strtoul(text, NULL, 10) : otherwise;
}

/* ---- files ---- */

/* Twice: as it is, and without line breaks. bytes become the world's. */
static void add_target(World *world, const char *name, uint8_t *bytes, size_t length)
{
	if (length == 0 || world->count + 2 > FILES_MAX) {
		free(bytes);
		return;
	}
	uint8_t *flat = malloc(length);
	cr_assert(flat != NULL);
	for (size_t i = 0; i < length; i++)
		flat[i] = bytes[i] == '\n' ? '\v' : bytes[i];
	world->targets[world->count++] = (Target){name, bytes, length, true, NULL};
	world->targets[world->count++] = (Target){name, flat, length, false, NULL};
}

static void add_random(World *world)
{
	static const char *const names[] = {"few values", "all values", "words"};
	for (size_t kind = 0; kind < 3; kind++) {
		const size_t length = 4000 + random_below(&world->state, 8000);
		uint8_t *bytes = malloc(length + 32);
		cr_assert(bytes != NULL);
		for (size_t i = 0; i < length;) {
			const uint64_t value = next_random(&world->state);
			if (kind == 2 && value % 4)
				i += make_word(&world->state, bytes + i);
			else
				bytes[i++] = kind ? value >> 32 & 0xff
						  : (uint8_t) "\0\001Aa\377\n"[value % 6];
		}
		add_target(world, names[kind], bytes, length);
	}
}

static void add_file(World *world, const char *path)
{
	size_t length = 0;
	uint8_t *all = (uint8_t *)temp_file_read(path, &length);
	if (!all)
		return;
	const size_t part = length < PART_MAX ? length : PART_MAX;
	memmove(all, all + random_below(&world->state, length - part + 1), part);
	add_target(world, strdup(path), all, part);
}

static void add_real(World *world)
{
	static const char *const places[] = {"/usr/bin/*", "/usr/lib/*/*.so*",
					     "/usr/share/*/*.png",
					     "/usr/share/*/*/*.png"};
	add_file(world, MHEX_PROGRAM);
	add_file(world, MHEX_TESTS "/../doc/sample.bmp");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		glob_t found;
		if (glob(places[i], 0, NULL, &found))
			continue;
		add_file(world,
			 found.gl_pathv[random_below(&world->state, found.gl_pathc)]);
		globfree(&found);
	}
}

/* ---- what is there ---- */

static void path_in(const World *world, const char *name, char path[TEMP_PATH_SIZE + 16])
{
	(void)snprintf(path, TEMP_PATH_SIZE + 16, "%s/%s", world->folder.path, name);
}

static FILE *open_in(const World *world, const char *name)
{
	char path[TEMP_PATH_SIZE + 16];
	path_in(world, name, path);
	FILE *file = fopen(path, "w");
	cr_assert(file != NULL);
	return file;
}

static void write_in(const World *world, const char *name, const void *bytes,
		     size_t length)
{
	FILE *file = open_in(world, name);
	cr_assert_eq(fwrite(bytes, 1, length, file), length);
	cr_assert_eq(fclose(file), 0);
}

static FILE *run_in(const World *world, const char *command)
{
	char line[COMMAND_MAX];
	(void)snprintf(line, sizeof(line), "cd '%s' && %s", world->folder.path, command);
	FILE *out = popen(line, "r");
	cr_assert(out != NULL);
	return out;
}

/* In the file "whole". */
static void ask_grep(const World *world, Job *job)
{
	char *line = NULL;
	size_t room = 0;
	write_in(world, "expression", job->pattern.expression,
		 strlen(job->pattern.expression));
	FILE *out = run_in(world, "LC_ALL=C grep -obUaP -f expression whole 2>&1");
	while (getline(&line, &room, out) > 0) {
		char *end = NULL;
		const uint64_t offset = strtoull(line, &end, 10);
		cr_assert(end > line && *end == ':', "grep: %s: %s",
			  job->pattern.expression, line);
		add_offset(&job->want, offset);
	}
	(void)pclose(out);
	free(line);
}

static void ask_pcre2(const Target *target, Job *job)
{
	int error = 0;
	PCRE2_SIZE at = 0;
	pcre2_code *code =
		pcre2_compile((PCRE2_SPTR)job->pattern.expression, PCRE2_ZERO_TERMINATED,
			      PCRE2_ANCHORED, &error, &at, NULL);
	cr_assert(code != NULL, "%s", job->pattern.expression);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	const size_t every = job->pattern.every;
	for (at = 0; at < target->length;) {
		const int found = pcre2_match(code, target->bytes, target->length, at,
					      PCRE2_NOTEMPTY, data, NULL);
		if (found > 0) {
			add_offset(&job->want, at);
			at = pcre2_get_ovector_pointer(data)[1] - 1;
		}
		at += every - at % every;
	}
	pcre2_match_data_free(data);
	pcre2_code_free(code);
}

/* ---- what mhex finds ---- */

/* From the same bytes but for many of them, edits make them what they are: with how many
 * bytes less "edited" begins, so many are inserted. */
static void write_edited(World *world, const Target *target, FILE *script)
{
	uint8_t *bytes = malloc(target->length);
	cr_assert(bytes != NULL);
	const size_t step = target->length / PIECES + 1;
	size_t kept = 0;
	for (size_t i = 0; i < target->length; i++) {
		const uint8_t byte = target->bytes[i];
		if (i % step == 0 && i / step % 2 == 0) {
			(void)fprintf(script, "insert %02x at %zu\n", byte, i);
			continue;
		}
		if (i % step == 0)
			(void)fprintf(script, "overwrite %02x at %zu\n", byte, i);
		bytes[kept++] = i % step == 0 ? (uint8_t)~byte : byte;
	}
	write_in(world, "edited", bytes, kept);
	free(bytes);
}

static void write_searches(const Target *target, FILE *script)
{
	for (const Job *job = target->jobs; job; job = job->next)
		(void)fprintf(script, "find-all %s\ncount %s\n", job->pattern.text,
			      job->pattern.text);
	(void)fprintf(script, "quit!\n");
	cr_assert_eq(fclose(script), 0);
}

/* One offset a line, then their number. */
static void compare(const Target *target, const Job *job, const char *how, FILE *out)
{
	char line[256];
	size_t count = 0;
	while (fgets(line, sizeof(line), out) && strncmp(line, "0x", 2) == 0) {
		const uint64_t offset = strtoull(line, NULL, 16);
		cr_assert_lt(count, job->want.count, "%s: %s, %s: one at 0x%" PRIx64,
			     target->name, job->pattern.text, how, offset);
		cr_assert_eq(offset, job->want.offsets[count],
			     "%s: %s, %s: 0x%" PRIx64 ", not 0x%" PRIx64, target->name,
			     job->pattern.text, how, offset, job->want.offsets[count]);
		count++;
	}
	cr_assert_eq(count, job->want.count, "%s: %s, %s: %zu, not %zu; %s", target->name,
		     job->pattern.text, how, count, job->want.count, line);
	cr_assert_eq(strtoull(line, NULL, 10), count, "%s: %s, %s: counts %s",
		     target->name, job->pattern.text, how, line);
}

static void search(World *world, const Target *target, const char *how)
{
	char command[COMMAND_MAX];
	const bool edited = strcmp(how, "edited") == 0;
	FILE *script = open_in(world, "script");
	if (edited)
		write_edited(world, target, script);
	write_searches(target, script);
	(void)snprintf(command, sizeof(command),
		       "XDG_STATE_HOME=$PWD '%s' --clean -b %s -s script %s 2>&1",
		       MHEX_PROGRAM, strcmp(how, "pages") == 0 ? "--set=window=4k" : "",
		       edited ? "edited" : "whole");
	FILE *out = run_in(world, command);
	for (const Job *job = target->jobs; job; job = job->next)
		compare(target, job, how, out);
	cr_assert_eq(pclose(out), 0, "%s, %s", target->name, how);
}

/* ---- all ---- */

static void add_job(World *world)
{
	const size_t pair = random_below(&world->state, world->count / 2);
	Target *target = &world->targets[2 * pair];
	Job *job = calloc(1, sizeof(*job));
	cr_assert(job != NULL);
	make_pattern(&world->state, target->bytes, target->length, &job->pattern);
	if (job->pattern.may_break && job->pattern.every == 1)
		target++;
	job->next = target->jobs;
	target->jobs = job;
}

static void check_target(World *world, Target *target)
{
	if (!target->jobs)
		return;
	write_in(world, "whole", target->bytes, target->length);
	for (Job *job = target->jobs; job; job = job->next) {
		if (job->pattern.every == 1)
			ask_grep(world, job);
		else
			ask_pcre2(target, job);
	}
	search(world, target, "whole");
	search(world, target, "pages");
	search(world, target, "edited");
}

static size_t free_target(Target *target)
{
	size_t found = 0;
	while (target->jobs) {
		Job *job = target->jobs;
		target->jobs = job->next;
		found += job->want.count;
		free(job->want.offsets);
		free(job);
	}
	free(target->bytes);
	return found;
}

Test(patterns, are_found_where_grep_finds_them, .timeout = 3600)
{
	World world = {.state = number_of("MHEX_SEED", 1)};
	const size_t patterns = number_of("MHEX_PATTERNS", 150);
	size_t found = 0;
	if (system("printf x | LC_ALL=C grep -qP 'x(?=$)' 2>/dev/null") != 0)
		cr_skip_test("grep has no -P here");
	(void)printf("MHEX_PATTERNS=%zu MHEX_SEED=%" PRIu64 "\n", patterns, world.state);
	temp_folder_make(&world.folder);
	add_random(&world);
	add_real(&world);

	for (size_t i = 0; i < patterns; i++)
		add_job(&world);
	for (size_t i = 0; i < world.count; i++)
		check_target(&world, &world.targets[i]);

	for (size_t i = 0; i < world.count; i++)
		found += free_target(&world.targets[i]);
	(void)printf("%zu matches\n", found);
	cr_assert(found > patterns);
	temp_folder_remove(&world.folder);
}
