/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/power_log.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/faults_private.h"

enum {
	SECTOR = 512,
	FOLDERS_MAX = 4,
	FILES_MAX = 32,
	CHANGES_MAX = 1 << 15,
	SYNCS_MAX = 4096,
	FILE_MAX_SIZE = 1 << 17,
	NAMES_MAX = 64,
};

typedef enum {
	CHANGED_SECTOR,
	CHANGED_SIZE,
	CHANGED_NAME,
} ChangeKind;

/* Something got a value. A name's value is the inode; 0: none has it. */
typedef struct {
	ChangeKind kind;
	unsigned moment;
	size_t place;    /* of a file, or of a folder */
	uint64_t sector; /* CHANGED_SECTOR */
	uint64_t value;  /* CHANGED_SIZE, CHANGED_NAME */
	char name[64];   /* CHANGED_NAME */
	uint8_t *bytes;  /* CHANGED_SECTOR */
	bool first;      /* of its place; set when the log is whole, as is: */
	size_t next;     /* the next of the same place; 0: none */
} Change;

/* All that had changed there until this moment is on the disk. */
typedef struct {
	unsigned moment;
	bool folder;
	size_t place;
	uint64_t begin, end; /* bytes of a file */
} Sync;

typedef struct {
	ino_t inode;
	int fd;
	uint64_t size;  /* as it was seen last */
	uint8_t *bytes; /* FILE_MAX_SIZE */
} Tracked;

typedef struct {
	char path[PATH_MAX];
	ino_t inode;
} Folder;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Folder folders[FOLDERS_MAX];
static size_t folder_count;
static Tracked files[FILES_MAX];
static size_t file_count;
static Change changes[CHANGES_MAX];
static size_t change_count;
static Sync syncs[SYNCS_MAX];
static size_t sync_count;
static unsigned moment_now;

static void die(const char *what)
{
	perror(what);
	abort();
}

/* --- what is seen --- */

static Change *add_change(ChangeKind kind, size_t place)
{
	if (change_count == CHANGES_MAX)
		die("too many changes");
	Change *change = &changes[change_count++];
	*change = (Change){.kind = kind, .moment = moment_now, .place = place};
	return change;
}

static size_t find_file(ino_t inode)
{
	size_t i = 0;
	while (i < file_count && files[i].inode != inode)
		i++;
	return i;
}

static void see_file(size_t place)
{
	static uint8_t now[FILE_MAX_SIZE];
	Tracked *file = &files[place];
	struct stat st;
	if (fstat(file->fd, &st) < 0 || st.st_size > FILE_MAX_SIZE)
		die("a file to be watched");
	const uint64_t size = (uint64_t)st.st_size;
	memset(now, 0, sizeof(now));
	if (pread(file->fd, now, size, 0) != (ssize_t)size)
		die("a file to be watched");
	for (uint64_t at = 0; at < size; at += SECTOR) {
		if (memcmp(now + at, file->bytes + at, SECTOR) == 0)
			continue;
		Change *change = add_change(CHANGED_SECTOR, place);
		change->sector = at / SECTOR;
		change->bytes = malloc(SECTOR);
		memcpy(change->bytes, now + at, SECTOR);
	}
	memcpy(file->bytes, now, FILE_MAX_SIZE);
	if (size != file->size)
		add_change(CHANGED_SIZE, place)->value = size;
	file->size = size;
}

/* The file, known from now on. */
static void track(int fd)
{
	char link[32];
	struct stat st;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    find_file(st.st_ino) < file_count)
		return;
	if (file_count == FILES_MAX)
		die("too many files");
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	const int own = open(link, O_RDONLY | O_CLOEXEC);
	if (own < 0)
		die(link);
	files[file_count++] = (Tracked){
		.inode = st.st_ino, .fd = own, .bytes = calloc(1, FILE_MAX_SIZE)};
}

static uint64_t last_name(size_t folder, const char *name)
{
	uint64_t inode = 0;
	for (size_t i = 0; i < change_count; i++) {
		const Change *change = &changes[i];
		if (change->kind == CHANGED_NAME && change->place == folder &&
		    strcmp(change->name, name) == 0)
			inode = change->value;
	}
	return inode;
}

static void set_name(size_t folder, const char *name, uint64_t inode)
{
	if (last_name(folder, name) == inode)
		return;
	Change *change = add_change(CHANGED_NAME, folder);
	change->value = inode;
	(void)snprintf(change->name, sizeof(change->name), "%s", name);
}

static void see_names(size_t folder)
{
	DIR *list = opendir(folders[folder].path);
	if (!list)
		die(folders[folder].path);
	for (const struct dirent *entry; (entry = readdir(list));) {
		const int fd = openat(dirfd(list), entry->d_name,
				      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
			set_name(folder, entry->d_name, entry->d_ino);
		if (fd >= 0) {
			track(fd);
			(void)close(fd);
		}
	}
	(void)closedir(list);
	/* Those that are there no more. */
	const size_t count = change_count;
	for (size_t i = 0; i < count; i++) {
		char path[PATH_MAX + 64];
		const Change *change = &changes[i];
		if (change->kind != CHANGED_NAME || change->place != folder)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folders[folder].path,
			       change->name);
		if (access(path, F_OK) < 0)
			set_name(folder, change->name, 0);
	}
}

static void see_all(void)
{
	for (size_t i = 0; i < folder_count; i++)
		see_names(i);
	for (size_t i = 0; i < file_count; i++)
		see_file(i);
}

/* --- calls --- */

static bool is_sync(FaultCall call)
{
	return call == CALL_MSYNC || call == CALL_FSYNC || call == CALL_FDATASYNC ||
	       call == CALL_SYNCFS;
}

/* A new file has no name yet, perhaps; stores through a mapping are seen before they are
 * synced. */
static void before(FaultCall call, FaultFile file)
{
	(void)file;
	if (!is_sync(call))
		return;
	(void)pthread_mutex_lock(&lock);
	moment_now++;
	see_all();
	(void)pthread_mutex_unlock(&lock);
}

static void add_sync(bool folder, size_t place, uint64_t begin, uint64_t end)
{
	if (sync_count == SYNCS_MAX)
		die("too many syncs");
	syncs[sync_count++] = (Sync){.moment = moment_now,
				     .folder = folder,
				     .place = place,
				     .begin = begin,
				     .end = end};
}

static void synced_mapping(FaultFile file)
{
	off_t offset = 0;
	const size_t place = find_file(faults_mapped_inode(file.mapped, &offset));
	if (place < file_count)
		add_sync(false, place, (uint64_t)offset, (uint64_t)offset + file.length);
}

static void synced_fd(int fd)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return;
	for (size_t i = 0; i < folder_count; i++) {
		if (folders[i].inode == st.st_ino)
			add_sync(true, i, 0, 0);
	}
	const size_t place = find_file(st.st_ino);
	if (place < file_count)
		add_sync(false, place, 0, UINT64_MAX);
}

static bool is_watched(int fd)
{
	char path[PATH_MAX];
	faults_path((FaultFile){.fd = fd}, path, sizeof(path));
	for (size_t i = 0; i < folder_count; i++) {
		const size_t length = strlen(folders[i].path);
		if (strncmp(path, folders[i].path, length) == 0 && path[length] == '/')
			return true;
	}
	return false;
}

static void after(FaultCall call, FaultFile file, long result)
{
	if (result < 0 || call == CALL_CLOSE || call == CALL_PREAD || call == CALL_READ)
		return;
	(void)pthread_mutex_lock(&lock);
	if ((call == CALL_OPEN || call == CALL_OPENAT) && is_watched((int)result))
		track((int)result);
	moment_now++;
	if (call == CALL_MSYNC)
		synced_mapping(file);
	else if (is_sync(call))
		synced_fd(file.fd);
	else
		see_all();
	(void)pthread_mutex_unlock(&lock);
}

void power_log_begin(const char *const paths[])
{
	for (folder_count = 0; paths[folder_count]; folder_count++) {
		struct stat st;
		Folder *folder = &folders[folder_count];
		(void)snprintf(folder->path, sizeof(folder->path), "%s",
			       paths[folder_count]);
		if (stat(folder->path, &st) < 0)
			die(folder->path);
		folder->inode = st.st_ino;
	}
	moment_now = 0;
	see_all();
	for (size_t i = 0; i < folder_count; i++)
		add_sync(true, i, 0, 0);
	for (size_t i = 0; i < file_count; i++)
		add_sync(false, i, 0, UINT64_MAX);
	faults_observe((FaultObserver){.before = before, .after = after});
}

static bool is_same(const Change *a, const Change *b)
{
	return a->kind == b->kind && a->place == b->place &&
	       (a->kind != CHANGED_SECTOR || a->sector == b->sector) &&
	       (a->kind != CHANGED_NAME || strcmp(a->name, b->name) == 0);
}

static void link_changes(void)
{
	for (size_t i = 0; i < change_count; i++) {
		size_t last = i;
		while (last > 0 && !is_same(&changes[last - 1], &changes[i]))
			last--;
		changes[i].first = last == 0;
		changes[i].next = 0;
		if (last > 0)
			changes[last - 1].next = i;
	}
}

void power_log_end(void)
{
	faults_observe((FaultObserver){NULL, NULL});
	moment_now++;
	see_all();
	link_changes();
}

void power_log_forget(void)
{
	for (size_t i = 0; i < change_count; i++)
		free(changes[i].bytes);
	for (size_t i = 0; i < file_count; i++) {
		(void)close(files[i].fd);
		free(files[i].bytes);
	}
	change_count = sync_count = file_count = folder_count = 0;
}

unsigned power_log_moments(void)
{
	return moment_now + 1;
}

/* --- states --- */

static uint64_t digest;

static void mix(const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	for (size_t i = 0; i < length; i++)
		digest = (digest ^ at[i]) * 0x100000001b3;
}

/* The last moment, not after this one, at which what changes has been synced. */
static unsigned synced_at(const Change *change, unsigned moment)
{
	const uint64_t begin = change->sector * SECTOR;
	unsigned last = 0;
	for (size_t i = 0; i < sync_count && syncs[i].moment <= moment; i++) {
		const Sync *sync = &syncs[i];
		if (sync->folder != (change->kind == CHANGED_NAME) ||
		    sync->place != change->place)
			continue;
		if (change->kind == CHANGED_SECTOR &&
		    (begin >= sync->end || begin + SECTOR <= sync->begin))
			continue;
		last = sync->moment;
	}
	return last;
}

/* Which of the values that this place ever had is on the disk; NULL: none yet. */
static const Change *choose_value(const Change *first, unsigned moment,
				  unsigned (*choose)(unsigned))
{
	const unsigned synced = synced_at(first, moment);
	const Change *values[64] = {NULL};
	unsigned count = 1;
	for (const Change *change = first; change->moment <= moment;
	     change = &changes[change->next]) {
		if (change->moment <= synced)
			values[0] = change;
		else if (count < sizeof(values) / sizeof(values[0]))
			values[count++] = change;
		if (change->next == 0)
			break;
	}
	return values[count > 1 ? choose(count) : 0];
}

/* All values but the names, into files[].bytes and .size. */
static void choose_contents(unsigned moment, unsigned (*choose)(unsigned))
{
	for (size_t i = 0; i < file_count; i++) {
		memset(files[i].bytes, 0, FILE_MAX_SIZE);
		files[i].size = 0;
	}
	for (size_t i = 0; i < change_count; i++) {
		const Change *first = &changes[i];
		if (first->kind == CHANGED_NAME || !first->first)
			continue;
		const Change *value = choose_value(first, moment, choose);
		Tracked *file = &files[first->place];
		if (value && value->kind == CHANGED_SECTOR)
			memcpy(file->bytes + value->sector * SECTOR, value->bytes,
			       SECTOR);
		else if (value)
			file->size = value->value;
	}
}

/* The names that were chosen, and their files. */
static struct {
	const Change *name;
	size_t file;
} chosen[NAMES_MAX];
static size_t chosen_count;

static void choose_names(unsigned moment, unsigned (*choose)(unsigned))
{
	chosen_count = 0;
	for (size_t i = 0; i < change_count; i++) {
		const Change *first = &changes[i];
		if (first->kind != CHANGED_NAME || !first->first)
			continue;
		const Change *value = choose_value(first, moment, choose);
		const size_t place = value ? find_file(value->value) : file_count;
		if (place == file_count)
			continue;
		if (chosen_count == NAMES_MAX)
			die("too many names");
		chosen[chosen_count].name = first;
		chosen[chosen_count++].file = place;
	}
}

uint64_t power_log_choose(unsigned moment, unsigned (*choose)(unsigned count))
{
	digest = 0xcbf29ce484222325;
	choose_contents(moment, choose);
	choose_names(moment, choose);
	for (size_t i = 0; i < chosen_count; i++) {
		const Tracked *file = &files[chosen[i].file];
		mix(&chosen[i].name->place, sizeof(size_t));
		mix(chosen[i].name->name, strlen(chosen[i].name->name));
		mix(&file->size, sizeof(file->size));
		mix(file->bytes, file->size);
	}
	return digest;
}

static void clear_folder(const char *path)
{
	DIR *list = opendir(path);
	if (!list)
		die(path);
	for (const struct dirent *entry; (entry = readdir(list));)
		(void)unlinkat(dirfd(list), entry->d_name, 0);
	(void)closedir(list);
}

static void make_file(const char *path, const Tracked *file)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)file->size) < 0 ||
	    pwrite(fd, file->bytes, file->size, 0) != (ssize_t)file->size)
		die(path);
	(void)close(fd);
}

void power_log_make(void)
{
	for (size_t i = 0; i < folder_count; i++)
		clear_folder(folders[i].path);
	for (size_t i = 0; i < chosen_count; i++) {
		char path[PATH_MAX + 64];
		const Change *name = chosen[i].name;
		(void)snprintf(path, sizeof(path), "%s/%s", folders[name->place].path,
			       name->name);
		make_file(path, &files[chosen[i].file]);
	}
}
