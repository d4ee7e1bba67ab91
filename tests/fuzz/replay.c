/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Drives a fuzz target without libFuzzer: fuzz_NAME CORPUS [COUNT].
 *
 * Runs every file of the folder CORPUS, then COUNT inputs made from them and from
 * nothing by a pseudo-random generator. MHEX_SEED=N repeats a run, and a failing
 * run says which seed and input it was.
 */
#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	INPUT_MAX = 4096, /* bytes of an input that is made up */
	CORPUS_MAX = 1024,
};

typedef struct {
	uint8_t *bytes;
	size_t size;
} Input;

static Input corpus[CORPUS_MAX];
static size_t corpus_count;
static uint64_t random_state;

/* What the failure report says; read by a signal handler. */
static const char *current_file = "";
static volatile uint64_t current_seed, current_run;

static uint64_t next_random(void)
{
	/* splitmix64 */
	uint64_t z = random_state += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static size_t below(size_t limit)
{
	return (size_t)(next_random() % limit);
}

static void on_failure(int signo)
{
	(void)dprintf(STDERR_FILENO,
		      "failed at input %" PRIu64 " of MHEX_SEED=%" PRIu64 " %s\n",
		      current_run, current_seed, current_file);
	(void)signal(signo, SIG_DFL);
	(void)raise(signo);
}

static void load_file(const char *folder, const char *name)
{
	char path[4096];
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	if (!file || fseek(file, 0, SEEK_END)) {
		perror(path);
		exit(1);
	}
	const long size = ftell(file);
	rewind(file);
	Input *input = &corpus[corpus_count++];
	input->bytes = malloc((size_t)size + 1);
	input->size = (size_t)size;
	if (!input->bytes || fread(input->bytes, 1, input->size, file) != input->size) {
		perror(path);
		exit(1);
	}
	(void)fclose(file);
	current_file = path;
	(void)LLVMFuzzerTestOneInput(input->bytes, input->size);
	current_file = "";
}

static void load_corpus(const char *folder)
{
	struct dirent **names = NULL;
	const int count = scandir(folder, &names, NULL, alphasort);
	if (count < 0) {
		perror(folder);
		exit(1);
	}
	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.' && corpus_count < CORPUS_MAX)
			load_file(folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

/* Part of a corpus file laid over or put behind what there is. */
static size_t splice(uint8_t *bytes, size_t size)
{
	if (corpus_count == 0)
		return size;
	const Input *from = &corpus[below(corpus_count)];
	const size_t at = size > 0 ? below(size + 1) : 0;
	const size_t begin = below(from->size + 1);
	size_t length = below(from->size - begin + 1);
	if (length > INPUT_MAX - at)
		length = INPUT_MAX - at;
	memcpy(bytes + at, from->bytes + begin, length);
	return at + length > size ? at + length : size;
}

static size_t mutate(uint8_t *bytes, size_t size)
{
	switch (below(5)) {
	case 0:
		if (size > 0)
			bytes[below(size)] = (uint8_t)next_random();
		return size;
	case 1:
		if (size > 0)
			bytes[below(size)] ^= (uint8_t)(1U << below(8));
		return size;
	case 2:
		return size > 0 ? below(size + 1) : 0;
	case 3:
		if (size < INPUT_MAX)
			bytes[size++] = (uint8_t)(' ' + below(95));
		return size;
	default:
		return splice(bytes, size);
	}
}

static size_t make_input(uint8_t bytes[INPUT_MAX])
{
	size_t size = 0;
	if (corpus_count > 0 && below(4) > 0) {
		const Input *from = &corpus[below(corpus_count)];
		size = from->size < INPUT_MAX ? from->size : INPUT_MAX;
		memcpy(bytes, from->bytes, size);
	} else {
		size = below(64);
		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)next_random();
	}
	for (size_t steps = 1 + below(8); steps > 0; steps--)
		size = mutate(bytes, size);
	return size;
}

int main(int argc, char **argv)
{
	const char *seed = getenv("MHEX_SEED");
	if (argc < 2) {
		(void)fprintf(stderr, "usage: %s CORPUS [COUNT]\n", argv[0]);
		return 2;
	}
	current_seed = seed ? strtoull(seed, NULL, 0) : 1;
	random_state = current_seed;
	(void)signal(SIGABRT, on_failure);
	(void)signal(SIGSEGV, on_failure);
	load_corpus(argv[1]);

	const uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 0) : 0;
	for (current_run = 1; current_run <= count; current_run++) {
		uint8_t bytes[INPUT_MAX];
		const size_t size = make_input(bytes);
		/* A block of exactly its size, so that reading past it is seen. */
		uint8_t *copy = malloc(size + (size == 0));
		if (!copy)
			return 1;
		memcpy(copy, bytes, size);
		(void)LLVMFuzzerTestOneInput(copy, size);
		free(copy);
	}
	(void)printf("%zu files, %" PRIu64 " inputs, MHEX_SEED=%" PRIu64 "\n",
		     corpus_count, count, current_seed);
	for (size_t i = 0; i < corpus_count; i++)
		free(corpus[i].bytes);
	return 0;
}
