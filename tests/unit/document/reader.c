/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/reader.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/job.h"
#include "document/document_private.h"

enum {
	FILE_SIZE = 100000
};

/* A file in memory as the first file of a stock, and a tree over it. */
static Stock *stock;
static StorageRef *file;
static PieceTree tree;
static Reader reader;

static uint8_t file_byte(uint64_t offset)
{
	return (uint8_t)(offset * 7 + (offset >> 8));
}

static void set_up(void)
{
	Storage *storage;
	uint32_t id = 0;
	uint8_t *bytes = malloc(FILE_SIZE);
	stock = stock_new();
	cr_assert(stock && bytes);
	for (size_t i = 0; i < FILE_SIZE; i++)
		bytes[i] = file_byte(i);
	cr_assert(eq(int, storage_open_memory(&storage, 4096, NULL), MHEX_OK));
	cr_assert(eq(int, storage_append(storage, bytes, FILE_SIZE, NULL), MHEX_OK));
	free(bytes);
	cr_assert(eq(int, storage_ref_new(&file, storage, NULL), MHEX_OK));
	cr_assert(source_table_add(&stock->table, source_new_file(file), &id));
	cr_assert(eq(u32, id, SOURCE_ID_FIRST_FILE));
	tree = piece_tree_empty(stock->pool, id);
	reader_init(&reader, &stock->table, &tree, false);
}

static void tear_down(void)
{
	reader_free(&reader);
	piece_tree_release(&tree);
	stock_release(stock);
}

TestSuite(reader, .init = set_up, .fini = tear_down, .timeout = 100);

static void append(Piece piece)
{
	const Range end = {piece_tree_size(&tree), 0};
	cr_assert(piece_tree_replace(&tree, end, &piece, 1));
}

static void append_file(uint64_t offset, uint64_t length)
{
	append((Piece){offset, length, SOURCE_ID_FIRST_FILE});
}

static void append_text(const char *bytes)
{
	Piece piece;
	cr_assert(stock_add_bytes(stock, bytes, strlen(bytes), &piece));
	append(piece);
}

static void append_fill(const char *pattern, uint64_t offset, uint64_t length)
{
	uint32_t id = 0;
	cr_assert(stock_fill_source(stock, pattern, strlen(pattern), &id));
	append((Piece){offset, length, id});
}

/* What reader_visit() shows, put together; '?' for what cannot be read. */
typedef struct {
	uint8_t *bytes;
	uint64_t begin, next;
	size_t runs, runs_max;
	bool in_order;
} Seen;

static bool on_run(void *context, uint64_t offset, const uint8_t *bytes, size_t length)
{
	Seen *seen = context;
	if (length == 0) {
		seen->next = offset;
		return true;
	}
	seen->in_order &= offset == seen->next;
	if (bytes)
		memcpy(seen->bytes + (offset - seen->begin), bytes, length);
	else
		memset(seen->bytes + (offset - seen->begin), '?', length);
	seen->next = offset + length;
	return ++seen->runs < seen->runs_max;
}

static Seen visit(Reader *from, uint8_t *bytes, uint64_t offset, uint64_t length)
{
	Seen seen = {bytes, offset, offset, 0, SIZE_MAX, true};
	cr_assert(eq(int,
		     reader_visit(from, (Range){offset, length}, on_run, &seen, NULL),
		     MHEX_OK));
	return seen;
}

Test(reader, reads_pieces_of_every_kind)
{
	char bytes[32] = "";
	uint8_t readable[32] = {0};
	append_text("one ");
	append_fill("abc", 1, 8);
	append_text(" two");

	cr_assert(eq(int, reader_read(&reader, 0, bytes, 16, readable, NULL), MHEX_OK));

	cr_expect(eq(str, bytes, (char *)"one bcabcabc two"));
	for (size_t i = 0; i < 16; i++)
		cr_expect(eq(u8, readable[i], 1));
}

Test(reader, reads_the_file_at_the_offset_of_the_piece)
{
	uint8_t bytes[9000];
	append_text("xyz");
	append_file(50000, 20000);

	cr_assert(eq(int, reader_read(&reader, 3, bytes, sizeof(bytes), NULL, NULL),
		     MHEX_OK));

	for (size_t i = 0; i < sizeof(bytes); i++)
		cr_assert(eq(u8, bytes[i], file_byte(50000 + i)));
}

Test(reader, a_part_of_a_long_fill_is_what_the_whole_has_there)
{
	char bytes[12] = "";
	append_fill("0123456789", 0, (uint64_t)1 << 41);

	cr_assert(eq(int, reader_read(&reader, 1234567890123, bytes, 11, NULL, NULL),
		     MHEX_OK));

	cr_expect(eq(str, bytes, (char *)"34567890123"));
}

Test(reader, refuses_what_is_past_the_end)
{
	char bytes[4];
	MhexError err = {0};
	Seen seen = {0};
	append_text("abc");

	cr_expect(eq(int, reader_read(&reader, 1, bytes, 3, NULL, &err), MHEX_E_RANGE));
	cr_expect(eq(int, reader_visit(&reader, (Range){4, 0}, on_run, &seen, &err),
		     MHEX_E_RANGE));
	cr_expect(eq(int, reader_read(&reader, 3, bytes, 0, NULL, &err), MHEX_OK));
}

Test(reader, lost_bytes_are_unreadable_and_not_zeroes)
{
	char bytes[8] = "";
	uint8_t readable[8];
	MhexError err = {0};
	append_text("ab");
	append((Piece){0, 3, SOURCE_ID_LOST});
	append_text("cd");

	cr_expect(eq(int, reader_read(&reader, 0, bytes, 7, NULL, &err),
		     MHEX_E_UNREADABLE));
	cr_expect(strstr(err.message, "0x2") != NULL, "%s", err.message);
	cr_expect(eq(int, reader_read(&reader, 0, bytes, 7, readable, &err), MHEX_OK));

	const uint8_t want[] = {1, 1, 0, 0, 0, 1, 1};
	cr_expect(eq(int, memcmp(readable, want, 7), 0));
	uint8_t seen[8] = "";
	(void)visit(&reader, seen, 0, 7);
	cr_expect(eq(str, (char *)seen, (char *)"ab???cd"));
}

Test(reader, bytes_that_the_file_has_no_more_are_unreadable)
{
	uint8_t bytes[16] = "", readable[16];
	MhexError err = {0};
	append_text("ab");
	append_file(FILE_SIZE - 8, 8);
	cr_assert(eq(int, ftruncate(storage_fd(file->storage), FILE_SIZE - 6), 0));

	cr_expect(eq(int, reader_read(&reader, 0, bytes, 10, readable, &err), MHEX_OK));
	cr_expect(eq(int, reader_read(&reader, 0, bytes, 10, NULL, &err), MHEX_E_SHRUNK));

	const uint8_t want[] = {1, 1, 1, 1, 0, 0, 0, 0, 0, 0};
	cr_expect(eq(int, memcmp(readable, want, sizeof(want)), 0));
	const Seen seen = visit(&reader, bytes, 0, 10);
	cr_expect(seen.in_order);
	cr_expect(eq(u64, seen.next, 10));
	cr_expect(eq(int, memcmp(bytes + 4, "??????", 6), 0));
	cr_expect(eq(u8, bytes[3], file_byte(FILE_SIZE - 7)));
}

Test(reader, visits_what_it_reads)
{
	const size_t length = 250000;
	uint8_t *read = malloc(length), *seen = calloc(1, length);
	append_file(10, 30000);
	append_text("in between");
	append_fill("0123456", 3, 200000);
	append_file(70000, 30000);
	cr_assert(eq(int, reader_read(&reader, 1000, read, length, NULL, NULL), MHEX_OK));

	const Seen how = visit(&reader, seen, 1000, length);

	cr_expect(how.in_order);
	cr_expect(eq(u64, how.next, 1000 + length));
	cr_expect(eq(int, memcmp(read, seen, length), 0));
	free(read);
	free(seen);
}

Test(reader, visits_added_bytes_across_chunks)
{
	const size_t length = 300000;
	uint8_t *bytes = malloc(length), *seen = calloc(1, length);
	Piece piece;
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(i % 251);
	cr_assert(stock_add_bytes(stock, bytes, length, &piece));
	append(piece);

	const Seen how = visit(&reader, seen, 0, length);

	cr_expect(how.in_order);
	cr_expect(eq(int, memcmp(bytes, seen, length), 0));
	free(bytes);
	free(seen);
}

Test(reader, visits_a_pattern_longer_than_its_stretch)
{
	const size_t length = 100000;
	uint8_t *pattern = malloc(length), *read = malloc(250000), *seen = malloc(250000);
	uint32_t id = 0;
	for (size_t i = 0; i < length; i++)
		pattern[i] = (uint8_t)(i % 241);
	cr_assert(stock_fill_source(stock, pattern, length, &id));
	append((Piece){90000, 250000, id});
	cr_assert(eq(int, reader_read(&reader, 0, read, 250000, NULL, NULL), MHEX_OK));

	const Seen how = visit(&reader, seen, 0, 250000);

	cr_expect(how.in_order);
	cr_expect(eq(int, memcmp(read, seen, 250000), 0));
	cr_expect(eq(u8, read[123456], pattern[(90000 + 123456) % length]));
	free(pattern);
	free(read);
	free(seen);
}

Test(reader, a_visitor_may_stop)
{
	uint8_t bytes[64];
	append_text("abc");
	append_fill("xy", 0, 10);
	append_file(0, 20);
	append((Piece){0, 3, SOURCE_ID_LOST});

	for (size_t runs = 1; runs <= 4; runs++) {
		Seen seen = {bytes, 0, 0, 0, runs, true};
		cr_assert(eq(int,
			     reader_visit(&reader, (Range){0, 36}, on_run, &seen, NULL),
			     MHEX_OK));
		cr_expect(eq(sz, seen.runs, runs));
	}
}

static uint64_t repeats(uint64_t offset, uint64_t length, const char *pattern)
{
	ReaderRepeat repeat = {0};
	if (!reader_repeats(&reader, (Range){offset, length}, &repeat))
		return 0;
	cr_expect(eq(sz, repeat.length, strlen(pattern)));
	cr_expect(zero(int, memcmp(repeat.pattern, pattern, repeat.length)));
	return repeat.count;
}

Test(reader, knows_where_a_pattern_repeats)
{
	append_text("ab");
	append_fill("xyz", 1, 1000);
	append_file(0, 50);

	cr_expect(zero(u64, repeats(0, 500, "")));
	cr_expect(eq(u64, repeats(2, 2000, "xyz"), 1000));
	cr_expect(eq(u64, repeats(502, 100, "xyz"), 100));
	cr_expect(zero(u64, repeats(1002, 10, "")));
	cr_expect(zero(u64, repeats(5000, 10, "")));
}

Test(reader, sees_through_an_overlay)
{
	char bytes[16] = "";
	uint8_t seen[16] = "";
	uint32_t newer = 0;
	Piece kept;
	Storage *storage;
	StorageRef *ref;
	cr_assert(eq(int, storage_open_memory(&storage, 0, NULL), MHEX_OK));
	cr_assert(eq(int, storage_append(storage, "NEWnewNEW", 9, NULL), MHEX_OK));
	cr_assert(eq(int, storage_ref_new(&ref, storage, NULL), MHEX_OK));
	cr_assert(source_table_add(&stock->table, source_new_file(ref), &newer));
	cr_assert(stock_add_bytes(stock, "kept", 4, &kept));
	append_file(0, 8);
	PieceTree overlay = piece_tree_empty(stock->pool, SOURCE_ID_FIRST_FILE);
	const Piece now[] = {{3, 3, newer}, kept, {8, 1, newer}};
	cr_assert(piece_tree_replace(&overlay, (Range){0, 0}, now, 3));
	cr_assert(source_table_set(
		&stock->table, SOURCE_ID_FIRST_FILE,
		source_new_overlaid(source_table_get(stock->table, SOURCE_ID_FIRST_FILE),
				    overlay)));

	cr_assert(eq(int, reader_read(&reader, 0, bytes, 8, NULL, NULL), MHEX_OK));
	(void)visit(&reader, seen, 1, 6);

	cr_expect(eq(str, bytes, (char *)"newkeptW"));
	cr_expect(eq(str, (char *)seen, (char *)"ewkept"));
}

Test(reader, a_snapshot_is_read_with_handles_of_its_own)
{
	uint8_t bytes[100] = "", seen[100] = "";
	Reader *own;
	append_file(500, 100);
	Snapshot snapshot = {stock_retain(stock),
			     source_table_retain(stock->table),
			     {piece_tree_retain(&tree), FILE_SIZE}};
	append_text("later");
	cr_assert(piece_tree_replace(&tree, (Range){0, 50}, NULL, 0));
	cr_assert(eq(int, reader_open(&own, &snapshot, NULL), MHEX_OK));

	cr_assert(eq(int, reader_read(own, 0, bytes, 100, NULL, NULL), MHEX_OK));
	(void)visit(own, seen, 0, 100);

	for (size_t i = 0; i < 100; i++)
		cr_assert(eq(u8, bytes[i], file_byte(500 + i)));
	cr_expect(eq(int, memcmp(bytes, seen, 100), 0));
	cr_expect(eq(sz, own->handle_count, 1));
	cr_expect(own->handles[0].storage != file->storage);
	reader_close(own);
	piece_tree_release(&snapshot.version.tree);
	source_table_release(snapshot.table);
	stock_release(snapshot.stock);
}

/* ---- Several threads ---- */

enum {
	THREADS = 3,
	ROUNDS = 200
};

static Snapshot shared;

/* Reads the whole snapshot again and again, with a reader of its own. */
static MhexStatus read_snapshot(Job *job, void *context, MhexError *err)
{
	const uint64_t size = piece_tree_size(&shared.version.tree);
	uint8_t *first = malloc(size), *bytes = malloc(size);
	Reader *own = NULL;
	(void)job;
	(void)context;
	MhexStatus status = reader_open(&own, &shared, err);
	if (!status)
		status = reader_read(own, 0, first, size, NULL, err);
	for (int i = 0; !status && i < ROUNDS; i++) {
		Seen seen = {bytes, 0, 0, 0, SIZE_MAX, true};
		status = i % 2 ? reader_read(own, 0, bytes, size, NULL, err)
			       : reader_visit(own, (Range){0, size}, on_run, &seen, err);
		if (!status && memcmp(first, bytes, size) != 0)
			status = mhex_fail(err, MHEX_E_CONFLICT, "round %d differs", i);
	}
	reader_close(own);
	free(first);
	free(bytes);
	return status;
}

/* What a document does meanwhile. */
static void edit_meanwhile(void)
{
	static const size_t windows[] = {4096, 65536, 1 << 20};
	for (uint64_t i = 0; i < ROUNDS; i++) {
		const char pattern[] = {(char)i, (char)(i >> 8), 'x', '\0'};
		uint32_t id = 0;
		cr_assert(stock_fill_source(stock, pattern, 3, &id));
		const Piece fill = {i, 5, id};
		append_text("typed while others read");
		cr_assert(piece_tree_replace(&tree, (Range){i * 7, 9}, &fill, 1));
		storage_ref_set_window(file, windows[i % 3]);
	}
}

Test(reader, threads_read_a_snapshot_while_its_document_goes_on)
{
	Job *jobs[THREADS];
	append_file(500, 20000);
	append_text("typed before");
	append_fill("abc", 0, 5000);
	append_file(40000, 20000);
	shared = (Snapshot){stock_retain(stock),
			    source_table_retain(stock->table),
			    {piece_tree_retain(&tree), FILE_SIZE}};

	for (int i = 0; i < THREADS; i++)
		cr_assert(eq(int, job_start(&jobs[i], read_snapshot, NULL, -1, NULL),
			     MHEX_OK));
	edit_meanwhile();

	for (int i = 0; i < THREADS; i++) {
		MhexError err = {0};
		cr_expect(eq(int, job_finish(jobs[i], &err), MHEX_OK), "%s", err.message);
	}
	piece_tree_release(&shared.version.tree);
	source_table_release(shared.table);
	stock_release(shared.stock);
}
