/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_FAULTS_CASE_H
#define MHEX_TESTS_FAULTS_CASE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "support/screen.h"
#include "support/temp_file.h"

/*
 * One fault that the real program is put under, and what must be true afterwards: the
 * bytes of the file, what the screen says, how the program ended.
 *
 * Each run of a case is a process of its own in an empty folder of its own, which is
 * removed; so cases use globals, and leave their programs to the runner. The first
 * expectation that does not hold ends the run with a sentence.
 */
typedef enum {
	VIEW = 1 << 0,
	PREVIEW = 1 << 1,
	LIVE = 1 << 2,
	ALL = VIEW | PREVIEW | LIVE,
	EDITS = PREVIEW | LIVE,
	ONCE = 1 << 3, /* the access is none of its business, or it sees to it itself */
} CaseAccess;

typedef struct {
	const char *name; /* a sentence: what is done */
	void (*run)(void);
	unsigned accesses; /* CaseAccess; one run for each */
	const char *needs; /* what a machine may lack; no other run may be skipped */
} FaultCase;

#define NEEDS_MOUNTS "user and mount namespaces"
#define NEEDS_USER   "root, or another user than root"
#define NEEDS_FUSE   "FUSE"
#define NEEDS_DEVICE "loop devices"
#define NEEDS_SPACE  "an address space without sanitizers"
#define NEEDS_FLAGS  "a file system with immutable files"

/* The tables, by topic; each ends with a row without a name. */
extern const FaultCase outside_cases[], edited_cases[], saving_cases[], disk_cases[],
	injected_cases[], limit_cases[], file_cases[], name_cases[], terminal_cases[],
	input_cases[], fuse_cases[], device_cases[], crash_cases[], state_cases[],
	decide_cases[];

/* --- the end of a run --- */

void case_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4), noreturn));
void case_skip(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#define FAIL(...) case_fail(__FILE__, __LINE__, __VA_ARGS__)
#define EXPECT(condition)                                                                \
	do {                                                                             \
		if (!(condition))                                                        \
			FAIL("not true: %s%s", #condition, case_screen());               \
	} while (0)
/* For a system call of the test's own. */
#define MUST(call)                                                                       \
	do {                                                                             \
		if ((call) < 0)                                                          \
			FAIL("%s: %s", #call, strerror(errno));                          \
	} while (0)

/* --- mhex on a terminal --- */

enum {
	CASE_ROWS = 24,
	CASE_COLS = 100,
	PAGE = 4096,
};

extern CaseAccess access_now;
extern Screen *screen;

/* The picture for a sentence; "" when there is none. */
const char *case_screen(void);

/* The next program is mhex_faulty with this plan (support/faults.h). */
void with_faults(const char *plan);
/* It sees this "NAME=VALUE" or lacks "NAME". */
void with_environment(const char *text);
/* What one leaves behind the next one finds, in "state". */
void share_state(void);

/* Open a file in the access of the run; waits for the first picture. */
void open_file(const char *path);
/* Likewise, with options, NULL behind the last. Does not wait. */
void start_mhex(const char *path, const char *const options[]);

#define SEE(text)                                                                        \
	do {                                                                             \
		if (!screen_wait_text(screen, text))                                     \
			FAIL("not shown: \"%s\"%s", text, case_screen());                \
	} while (0)
#define SEE_NO(text)                                                                     \
	do {                                                                             \
		if (!screen_wait_gone(screen, text))                                     \
			FAIL("still shown: \"%s\"%s", text, case_screen());              \
	} while (0)
#define KEYS(text) screen_keys(screen, text)

/* Does it still hear, and answer? */
void expect_alive(void);
/* ":quit!" ends it with status 0 and leaves the terminal whole. */
void expect_quits(void);
void expect_ends(int status);
/* Until the plan's "stop" has come. go_on() lets it run again. */
void wait_stopped(void);
void go_on(void);

/* --- mhex without one --- */

/* Run mhex --batch in the access of the run with these arguments (NULL at the end); its
 * exit status, 128 and the signal's number when that killed it. */
int batch(const char *const arguments[]);
#define BATCH(...) batch((const char *const[]){__VA_ARGS__, NULL})
/* What the last one has written to stdout and stderr together. */
extern char *batch_said;
#define SAID(text)                                                                       \
	do {                                                                             \
		if (!strstr(batch_said, text))                                           \
			FAIL("not said: \"%s\", but: %s", text, batch_said);             \
	} while (0)

/* --- files --- */

/* size bytes, each counting(its offset). */
void make_file(const char *path, size_t size);
void make_text(const char *path, const char *text);
uint8_t counting(uint64_t offset);

#define EXPECT_BYTES(path, text)                                                         \
	case_expect_bytes(__FILE__, __LINE__, path, text, sizeof(text) - 1)
void case_expect_bytes(const char *file, int line, const char *path, const char *bytes,
		       size_t length);
/* As make_file() made it, but for these bytes at offset. */
#define EXPECT_COUNTING(path, size, offset, text)                                        \
	case_expect_counting(__FILE__, __LINE__, path, size, offset, text,               \
			     sizeof(text) - 1)
void case_expect_counting(const char *file, int line, const char *path, size_t size,
			  size_t offset, const char *bytes, size_t length);
uint64_t file_size(const char *path);
/* What another program does: write(2), or a store into a mapping of its own. */
void poke(const char *path, uint64_t offset, const char *text);
void poke_mapped(const char *path, uint64_t offset, const char *text);
/* Only these are in the folder; names separated by blanks, sorted. */
void expect_folder(const char *path, const char *names);

/* --- rights --- */

/* From here on in a namespace where one may mount; skips where there is none. */
void need_mounts(void);
void mount_tmpfs(const char *folder, const char *options);
/* Nobody, when it was root; the folder of the run goes along. Skips where it cannot. */
void drop_root(void);
bool is_sanitized(void);

#endif
