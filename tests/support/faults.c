/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/faults.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/faults_private.h"

enum {
	RULES_MAX = 8,
	MAPPINGS_MAX = 256,
	HOLD_NS = 10000000, /* between two looks whether a call that is held may go on */
};

typedef enum {
	ACTION_FAIL,
	ACTION_SHORT,
	ACTION_SKIP,
	ACTION_STOP,
	ACTION_HOLD,
	ACTION_KILL,
} Action;

typedef struct {
	bool calls[CALLS];
	char text[128]; /* "": any file */
	unsigned number;
	bool later; /* and all that follow */
	Action action;
	int error;
	unsigned seen;
} Rule;

typedef struct {
	uintptr_t begin, end; /* 0: free */
	ino_t inode;
	off_t offset; /* of begin, in the file */
	char path[PATH_MAX];
} Mapped;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t planned = PTHREAD_COND_INITIALIZER;
static unsigned plans;
static Rule rules[RULES_MAX];
static size_t rule_count;
static unsigned counts[CALLS];
static Mapped mappings[MAPPINGS_MAX];
static FaultObserver watching;

static const struct {
	const char *name;
	bool changes;
} calls[] = {
#define X(id, name, changes) {name, changes},
	FAULT_CALLS(X)
#undef X
};

static const struct {
	const char *name;
	int error;
} errors[] = {
	{"EACCES", EACCES}, {"EAGAIN", EAGAIN},   {"EBADF", EBADF},
	{"EBUSY", EBUSY},   {"EDQUOT", EDQUOT},   {"EFBIG", EFBIG},
	{"EINTR", EINTR},   {"EINVAL", EINVAL},   {"EIO", EIO},
	{"EMFILE", EMFILE}, {"ENODEV", ENODEV},   {"ENOMEM", ENOMEM},
	{"ENOSPC", ENOSPC}, {"ENOSYS", ENOSYS},   {"EOPNOTSUPP", EOPNOTSUPP},
	{"EPERM", EPERM},   {"EROFS", EROFS},     {"ESTALE", ESTALE},
	{"EXDEV", EXDEV},   {"ETXTBSY", ETXTBSY},
};

/* --- the plan --- */

static void refuse(const char *rule)
{
	(void)fprintf(stderr, "no such fault: %s\n", rule);
	abort();
}

static bool is_sync(size_t call)
{
	return call == CALL_MSYNC || call == CALL_FSYNC || call == CALL_FDATASYNC ||
	       call == CALL_SYNCFS;
}

static bool is_named(size_t call, const char *name)
{
	return strcmp(name, calls[call].name) == 0 || strcmp(name, "any") == 0 ||
	       (strcmp(name, "change") == 0 && calls[call].changes) ||
	       (strcmp(name, "sync") == 0 && is_sync(call));
}

static bool read_calls(Rule *rule, char *name)
{
	bool any = false;
	char *text = strchr(name, '@');
	if (text) {
		*text++ = '\0';
		(void)snprintf(rule->text, sizeof(rule->text), "%s", text);
	}
	for (size_t i = 0; i < CALLS; i++) {
		rule->calls[i] = is_named(i, name);
		any = any || rule->calls[i];
	}
	return any;
}

static bool read_action(Rule *rule, const char *word)
{
	rule->action = ACTION_FAIL;
	if (strcmp(word, "short") == 0)
		rule->action = ACTION_SHORT;
	else if (strcmp(word, "skip") == 0)
		rule->action = ACTION_SKIP;
	else if (strcmp(word, "stop") == 0)
		rule->action = ACTION_STOP;
	else if (strcmp(word, "hold") == 0)
		rule->action = ACTION_HOLD;
	else if (strcmp(word, "kill") == 0)
		rule->action = ACTION_KILL;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strcmp(word, errors[i].name) == 0)
			rule->error = errors[i].error;
	}
	return rule->error != 0 || rule->action != ACTION_FAIL;
}

static void read_rule(Rule *rule, char *text)
{
	char whole[256];
	char *rest = text;
	char *end = NULL;
	*rule = (Rule){.number = 0};
	(void)snprintf(whole, sizeof(whole), "%s", text);
	char *name = strsep(&rest, ":");
	const char *number = strsep(&rest, ":");
	if (!number || !rest || !read_calls(rule, name) || !read_action(rule, rest))
		refuse(whole);
	rule->number = (unsigned)strtoul(number, &end, 10);
	rule->later = *end == '+';
	if (rule->number == 0 || end[rule->later] != '\0')
		refuse(whole);
}

void faults_plan(const char *plan)
{
	char *copy = strdup(plan);
	char *rest = copy;
	if (!copy)
		abort();
	(void)pthread_mutex_lock(&lock);
	memset(counts, 0, sizeof(counts));
	rule_count = 0;
	while (rest && *rest) {
		if (rule_count == RULES_MAX)
			refuse(rest);
		read_rule(&rules[rule_count], strsep(&rest, ","));
		rule_count++;
	}
	plans++;
	(void)pthread_cond_broadcast(&planned);
	(void)pthread_mutex_unlock(&lock);
	free(copy);
}

__attribute__((constructor)) static void take_plan(void)
{
	const char *plan = getenv("MHEX_FAULTS");
	if (plan)
		faults_plan(plan);
}

unsigned faults_count(const char *call)
{
	unsigned count = 0;
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < CALLS; i++)
		count += is_named(i, call) ? counts[i] : 0;
	(void)pthread_mutex_unlock(&lock);
	return count;
}

/* --- files --- */

static void fd_path(int fd, char *path, size_t size)
{
	char link[32];
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	const ssize_t length = readlink(link, path, size - 1);
	path[length > 0 ? length : 0] = '\0';
}

static void mapped_path(const void *at, char *path, size_t size)
{
	const uintptr_t address = (uintptr_t)at;
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < MAPPINGS_MAX; i++) {
		if (address >= mappings[i].begin && address < mappings[i].end)
			(void)snprintf(path, size, "%s", mappings[i].path);
	}
	(void)pthread_mutex_unlock(&lock);
}

void faults_path(FaultFile file, char *path, size_t size)
{
	path[0] = '\0';
	if (file.path && (file.path[0] == '/' || file.fd < 0)) {
		(void)snprintf(path, size, "%s", file.path);
		return;
	}
	if (file.mapped)
		mapped_path(file.mapped, path, size);
	if (file.fd >= 0)
		fd_path(file.fd, path, size);
	const size_t length = strlen(path);
	if (file.path)
		(void)snprintf(path + length, size - length, "/%s", file.path);
}

ino_t faults_mapped_inode(const void *at, off_t *offset)
{
	const uintptr_t address = (uintptr_t)at;
	ino_t inode = 0;
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < MAPPINGS_MAX; i++) {
		const Mapped *mapped = &mappings[i];
		if (address < mapped->begin || address >= mapped->end)
			continue;
		inode = mapped->inode;
		*offset = mapped->offset + (off_t)(address - mapped->begin);
	}
	(void)pthread_mutex_unlock(&lock);
	return inode;
}

void faults_mapped(const void *at, size_t length, int fd, off_t offset)
{
	const uintptr_t begin = (uintptr_t)at;
	struct stat st = {0};
	(void)fstat(fd, &st);
	Mapped new = {.begin = begin,
		      .end = begin + length,
		      .inode = st.st_ino,
		      .offset = offset};
	fd_path(fd, new.path, sizeof(new.path));
	faults_unmapped(at, length);
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < MAPPINGS_MAX; i++) {
		if (mappings[i].end == 0) {
			mappings[i] = new;
			break;
		}
	}
	(void)pthread_mutex_unlock(&lock);
}

/* A part mapped anew in the middle of a mapping stays what it was: the same file. */
void faults_unmapped(const void *at, size_t length)
{
	const uintptr_t begin = (uintptr_t)at;
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < MAPPINGS_MAX; i++) {
		if (mappings[i].begin >= begin && mappings[i].end <= begin + length)
			mappings[i].begin = mappings[i].end = 0;
	}
	(void)pthread_mutex_unlock(&lock);
}

/* --- calls --- */

static bool applies(Rule *rule, FaultCall call, const char *path)
{
	if (!rule->calls[call] || (rule->text[0] && !strstr(path, rule->text)))
		return false;
	rule->seen++;
	return rule->seen == rule->number || (rule->later && rule->seen > rule->number);
}

static bool need_path(FaultCall call)
{
	bool needed = false;
	(void)pthread_mutex_lock(&lock);
	counts[call]++;
	for (size_t i = 0; i < rule_count; i++)
		needed = needed || (rules[i].calls[call] && rules[i].text[0]);
	(void)pthread_mutex_unlock(&lock);
	return needed;
}

/* For a program under test, which takes no other plan. */
static bool may_go_on(void)
{
	const char *path = getenv("MHEX_FAULTS_GO_ON");
	return path && access(path, F_OK) == 0;
}

/* With the lock, which others have meanwhile. */
static void hold(void)
{
	const unsigned plan = plans;
	while (plans == plan && !may_go_on()) {
		struct timespec until;
		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += HOLD_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		(void)pthread_cond_timedwait(&planned, &lock, &until);
	}
}

FaultVerdict faults_begin(FaultCall call, FaultFile file)
{
	FaultVerdict verdict = {.call = call, .file = file};
	const int saved_errno = errno;
	char path[PATH_MAX] = "";
	bool stops = false;
	bool holds = false;
	if (need_path(call))
		faults_path(file, path, sizeof(path));
	(void)pthread_mutex_lock(&lock);
	for (size_t i = 0; i < rule_count; i++) {
		Rule *rule = &rules[i];
		if (!applies(rule, call, path))
			continue;
		verdict.error = rule->action == ACTION_FAIL ? rule->error : verdict.error;
		verdict.halves = verdict.halves || rule->action == ACTION_SHORT;
		verdict.skips = verdict.skips || rule->action == ACTION_SKIP;
		verdict.kills = verdict.kills || rule->action == ACTION_KILL;
		stops = stops || rule->action == ACTION_STOP;
		holds = holds || rule->action == ACTION_HOLD;
	}
	if (holds)
		hold();
	(void)pthread_mutex_unlock(&lock);
	/* To this very thread: it must not go on until another one has taken the signal.
	 */
	if (stops)
		(void)pthread_kill(pthread_self(), SIGSTOP);
	if (watching.before)
		watching.before(call, file);
	errno = saved_errno;
	return verdict;
}

void faults_observe(FaultObserver observer)
{
	watching = observer;
}

void faults_end(FaultVerdict verdict, long result)
{
	const int saved_errno = errno;
	if (watching.after)
		watching.after(verdict.call, verdict.file, verdict.skips ? -1 : result);
	errno = saved_errno;
	if (!verdict.kills)
		return;
	(void)kill(getpid(), SIGKILL);
	for (;;)
		(void)pause();
}
