/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "soak_world.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "document/edit_journal.h"

World s;

/* ---- Looking ---- */

static uint8_t filler(size_t i)
{
	return (uint8_t)(i * 7 + (i >> 8));
}

static void check_prefix(const uint8_t *bytes)
{
	for (size_t i = 0; i < s.prefix; i++)
		CHECK(bytes[i] == filler(i));
}

Cells read_file(void)
{
	static uint8_t bytes[3 * PAGE];
	Cells file = {.exists = false};
	const int fd = open(s.path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return file;
	const ssize_t got = read(fd, bytes, sizeof(bytes));
	(void)close(fd);
	CHECK(got >= (ssize_t)s.prefix && (size_t)got - s.prefix < CELLS_MAX);
	check_prefix(bytes);
	file.exists = true;
	file.size = (size_t)got - s.prefix;
	memcpy(file.bytes, bytes + s.prefix, file.size);
	return file;
}

bool name_is_ours(void)
{
	return document_name_state(s.doc) == DOCUMENT_UNCHANGED;
}

size_t depth(void)
{
	DocumentInfo info;
	document_get_info(s.doc, &info);
	return (size_t)info.undo_steps;
}

bool is_live(void)
{
	return document_access(s.doc) == ACCESS_LIVE;
}

bool would_store_elsewhere(void)
{
	return is_live() && !name_is_ours();
}

static Cells read_document(void)
{
	static uint8_t bytes[3 * PAGE], states[3 * PAGE];
	Cells cells = {.exists = true};
	const size_t size = (size_t)document_size(s.doc);
	CHECK(size >= s.prefix && size - s.prefix < CELLS_MAX);
	CHECK(document_read(s.doc, 0, bytes, size, states, NULL) == MHEX_OK);
	check_prefix(bytes);
	cells.size = size - s.prefix;
	memcpy(cells.bytes, bytes + s.prefix, cells.size);
	for (size_t i = 0; i < cells.size; i++) {
		if (states[s.prefix + i] & BYTE_UNREADABLE)
			cells.states[i] = CELL_UNREADABLE;
		else if (!cells_have(&s.opened, cells.bytes[i]))
			cells.states[i] = CELL_HELD;
	}
	return cells;
}

Look look(void)
{
	Look now = {.file = read_file()};
	if (name_is_ours() && now.file.exists)
		s.opened = now.file;
	now.document = read_document();
	now.depth = depth();
	ledger_saw(&now.document, &now.file, now.depth);
	return now;
}

Look expect_file_untouched(const Look *before)
{
	const Look after = look();
	CHECK(cells_equal(&before->file, &after.file));
	return after;
}

/* ---- Opening ---- */

void open_document(Access access)
{
	MhexError err = {0};
	const DocumentOptions options = {
		.access = access, .window = PAGE, .journal = true};
	const MhexStatus status = document_open(&s.doc, s.path, options, &err);
	ledger_check(status == MHEX_OK, err.message, __FILE__, __LINE__);
	CHECK(edit_journal_start(s.doc, NULL) == MHEX_OK);
	s.disturbed = false;
}

void expect_same(const Look *now)
{
	CHECK(cells_equal(&now->document, &now->file));
	CHECK(!document_is_modified(s.doc));
	s.cut = false;
}

void close_document(bool keep)
{
	edit_journal_end(s.doc, keep);
	document_close(s.doc);
}

void write_file(const char *path, const Cells *cells)
{
	static uint8_t bytes[3 * PAGE];
	for (size_t i = 0; i < s.prefix; i++)
		bytes[i] = filler(i);
	memcpy(bytes + s.prefix, cells->bytes, cells->size);
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(write(fd, bytes, s.prefix + cells->size) ==
	      (ssize_t)(s.prefix + cells->size));
	(void)close(fd);
}

/* ---- Another process ---- */

static void after_others(const Look *before)
{
	uint64_t size = 0;
	while (document_refresh(s.doc, &size) != DOCUMENT_UNCHANGED)
		;
	s.disturbed = true;
	const Look now = look();
	ledger_expect_held(&before->document, &now.document);
	if (!document_is_modified(s.doc) && name_is_ours() && !s.cut)
		CHECK(cells_equal(&now.document, &now.file));
}

size_t new_ids(uint8_t *ids, bool foreign)
{
	const size_t count = pick(RUN_MAX - 1) + 1;
	for (size_t i = 0; i < count; i++)
		ids[i] = ledger_new_id(foreign);
	return count;
}

static void change_file(const uint8_t *ids, size_t count, size_t offset)
{
	const int fd = open(s.path, O_WRONLY | O_CLOEXEC);
	CHECK(pwrite(fd, ids, count, (off_t)(s.prefix + offset)) == (ssize_t)count);
	(void)close(fd);
}

void others_write(const Look *before)
{
	uint8_t ids[RUN_MAX];
	if (before->file.size == 0)
		return;
	ledger_note("write of others");
	const size_t offset = pick(before->file.size - 1);
	size_t count = new_ids(ids, true);
	if (count > before->file.size - offset)
		count = before->file.size - offset;
	change_file(ids, count, offset);
}

void others_append(const Look *before)
{
	uint8_t ids[RUN_MAX];
	if (before->file.size > SIZE_MAX_CELLS)
		return;
	ledger_note("growth");
	if (pick(3) == 0)
		CHECK(truncate(s.path, (off_t)(s.prefix + before->file.size + pick(4))) ==
		      0);
	else
		change_file(ids, new_ids(ids, true), before->file.size);
}

static void others_cut(const Look *before)
{
	ledger_note("truncation");
	CHECK(truncate(s.path, (off_t)(s.prefix + pick(before->file.size))) == 0);
	s.cut = true;
}

void remove_link(void)
{
	(void)unlink(s.link);
}

static void others_replace(const Look *before)
{
	uint8_t ids[RUN_MAX];
	char other[TEMP_PATH_SIZE + 24];
	Cells file = before->file;
	ledger_note("replacement");
	const size_t offset = pick(file.size);
	const size_t room = file.size - offset;
	const size_t removed = pick(room < RUN_MAX ? room : RUN_MAX);
	const size_t added = file.size > SIZE_MAX_CELLS ? 0 : new_ids(ids, true);
	cells_splice(&file, offset, removed, ids, added);
	(void)snprintf(other, sizeof(other), "%s-new", s.path);
	remove_link();
	write_file(other, &file);
	CHECK(rename(other, s.path) == 0);
}

static void others_take_name(void)
{
	remove_link();
	if (pick(1)) {
		ledger_note("deletion");
		CHECK(unlink(s.path) == 0);
	} else {
		ledger_note("renaming away");
		CHECK(rename(s.path, s.away) == 0);
	}
}

static void others_give_back(void)
{
	if (access(s.away, F_OK) == 0) {
		ledger_note("renaming back");
		CHECK(rename(s.away, s.path) == 0);
		return;
	}
	Cells file = {.exists = true};
	ledger_note("new file");
	for (file.size = 0; file.size < 20; file.size++)
		file.bytes[file.size] = ledger_new_id(true);
	write_file(s.path, &file);
}

static void others_link(void)
{
	if (unlink(s.link) == 0)
		return;
	ledger_note("hard link");
	CHECK(link(s.path, s.link) == 0);
}

void others(void)
{
	const Look before = look();
	const size_t what = pick(99);
	if (s.alone)
		return;
	if (!before.file.exists)
		others_give_back();
	else if (what < 60)
		others_write(&before);
	else if (what < 72)
		others_append(&before);
	else if (what < 82)
		others_cut(&before);
	else if (what < 88)
		others_replace(&before);
	else if (what < 92)
		others_take_name();
	else
		others_link();
	after_others(&before);
}
