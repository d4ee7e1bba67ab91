/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_baseline sum THREADS FILE          add up all words of one mapping of the file
 * bench_baseline memmem THREADS FILE TEXT  count TEXT in it by memmem(3)
 * bench_baseline pcre2 THREADS FILE TEXT   count matches of the expression TEXT by PCRE2
 *
 * What a search is measured beside: the machine reading the same bytes in the same way,
 * and the libraries looking for something in them. Each thread has its part of the file.
 */

#define PCRE2_CODE_UNIT_WIDTH 8

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pcre2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum {
	THREADS_MAX = 64,
	LANES = 16, /* independent sums, so that the compiler uses vectors */
};

typedef struct {
	const uint8_t *bytes;
	size_t length;
	const char *text;
	uint64_t result;
} Part;

static void fail(const char *what)
{
	(void)fprintf(stderr, "bench_baseline: %s\n", what);
	exit(1);
}

static uint64_t sum(const uint8_t *bytes, size_t length, const char *text)
{
	(void)text;
	uint64_t lanes[LANES] = {0};
	uint64_t all = 0;
	for (size_t at = 0; length - at >= sizeof(lanes); at += sizeof(lanes)) {
		uint64_t words[LANES];
		memcpy(words, bytes + at, sizeof(words));
		for (size_t i = 0; i < LANES; i++)
			lanes[i] += words[i];
	}
	for (size_t i = 0; i < LANES; i++)
		all += lanes[i];
	return all;
}

static uint64_t count(const uint8_t *bytes, size_t length, const char *text)
{
	const size_t needed = strlen(text);
	const uint8_t *end = bytes + length;
	uint64_t found = 0;
	const uint8_t *at = bytes;
	while ((at = memmem(at, (size_t)(end - at), text, needed)) != NULL) {
		found++;
		at += needed;
	}
	return found;
}

static pcre2_code *compile(const char *text)
{
	int error = 0;
	PCRE2_SIZE at = 0;
	pcre2_code *code =
		pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
			      PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP,
			      &error, &at, NULL);
	if (!code || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE))
		fail("there is no code for the expression");
	return code;
}

static uint64_t match(const uint8_t *bytes, size_t length, const char *text)
{
	pcre2_code *code = compile(text);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	uint64_t found = 0;
	size_t from = 0;
	if (!data)
		fail("out of memory");
	while (pcre2_jit_match(code, bytes, length, from, PCRE2_NOTEMPTY, data, NULL) >=
	       0) {
		found++;
		from = pcre2_get_ovector_pointer(data)[1];
	}
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	return found;
}

typedef uint64_t (*Work)(const uint8_t *bytes, size_t length, const char *text);

/* NULL: there is none, or not with so many arguments. */
static Work work_of(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "sum") == 0)
		return sum;
	if (argc == 5 && strcmp(argv[1], "memmem") == 0)
		return count;
	if (argc == 5 && strcmp(argv[1], "pcre2") == 0)
		return match;
	return NULL;
}

/* What all threads do. */
static Work work;

static void *run(void *argument)
{
	Part *part = argument;
	part->result = work(part->bytes, part->length, part->text);
	return NULL;
}

static const uint8_t *map(const char *path, size_t *length)
{
	struct stat st;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return NULL;
	*length = (size_t)st.st_size;
	void *base = mmap(NULL, *length, PROT_READ, MAP_SHARED, fd, 0);
	return base == MAP_FAILED ? NULL : base;
}

static uint64_t run_all(const uint8_t *bytes, size_t length, const char *text,
			unsigned threads)
{
	static Part parts[THREADS_MAX];
	static pthread_t ids[THREADS_MAX];
	uint64_t all = 0;
	for (unsigned i = 0; i < threads; i++) {
		const size_t begin = length / threads * i;
		const size_t end = i + 1 == threads ? length : length / threads * (i + 1);
		parts[i] = (Part){bytes + begin, end - begin, text, 0};
		if (i > 0 && pthread_create(&ids[i], NULL, run, &parts[i]))
			exit(1);
	}
	(void)run(&parts[0]);
	for (unsigned i = 0; i < threads; i++) {
		if (i > 0)
			(void)pthread_join(ids[i], NULL);
		all += parts[i].result;
	}
	return all;
}

int main(int argc, char **argv)
{
	const unsigned long threads = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	size_t length = 0;
	work = work_of(argc, argv);
	if (!work || threads < 1 || threads > THREADS_MAX) {
		(void)fprintf(stderr, "usage: bench_baseline sum|memmem|pcre2 THREADS "
				      "FILE [TEXT]\n");
		return 2;
	}
	const uint8_t *bytes = map(argv[3], &length);
	if (!bytes) {
		(void)fprintf(stderr, "bench_baseline: %s: %s\n", argv[3],
			      strerror(errno));
		return 1;
	}
	(void)printf("%" PRIu64 "\n", run_all(bytes, length, argv[4], (unsigned)threads));
	return 0;
}
