/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_baseline sum THREADS FILE          add up all words of one mapping of the file
 * bench_baseline memmem THREADS FILE TEXT  count TEXT in it by memmem(3)
 *
 * What a search is measured beside: the machine reading the same bytes in the same way,
 * and the C library looking for them. Each thread has its part of the file.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
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
	const char *text; /* NULL: sum */
	uint64_t result;
} Part;

static uint64_t sum(const uint8_t *bytes, size_t length)
{
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

static void *run(void *argument)
{
	Part *part = argument;
	part->result = part->text ? count(part->bytes, part->length, part->text)
				  : sum(part->bytes, part->length);
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
	const bool sums = argc == 4 && strcmp(argv[1], "sum") == 0;
	const bool counts = argc == 5 && strcmp(argv[1], "memmem") == 0;
	const unsigned long threads = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	size_t length = 0;
	if ((!sums && !counts) || threads < 1 || threads > THREADS_MAX) {
		(void)fprintf(stderr,
			      "usage: bench_baseline sum|memmem THREADS FILE [TEXT]\n");
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
