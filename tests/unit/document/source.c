/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "document/source.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "document/document_private.h"

static Stock *stock;

static void set_up(void)
{
	stock = stock_new();
	cr_assert(stock != NULL);
}

static void tear_down(void)
{
	stock_release(stock);
}

TestSuite(source, .init = set_up, .fini = tear_down, .timeout = 100);

static StorageRef *new_file(const char *bytes)
{
	StorageRef *ref;
	Storage *storage;
	cr_assert(eq(int, storage_open_memory(&storage, 0, NULL), MHEX_OK));
	cr_assert(eq(int, storage_append(storage, bytes, strlen(bytes), NULL), MHEX_OK));
	cr_assert(eq(int, storage_ref_new(&ref, storage, NULL), MHEX_OK));
	return ref;
}

static uint32_t add_file(const char *bytes)
{
	uint32_t id = 0;
	Source *source = source_new_file(new_file(bytes));
	cr_assert(source_table_add(&stock->table, source, &id));
	return id;
}

/* From now on, the bytes of the source id are where pieces say. */
static void overlay(uint32_t id, const Piece *pieces, size_t count)
{
	PieceTree tree = piece_tree_empty(stock->pool, id);
	cr_assert(piece_tree_replace(&tree, (Range){0, 0}, pieces, count));
	Source *source = source_new_overlaid(source_table_get(stock->table, id), tree);
	cr_assert(source_table_set(&stock->table, id, source));
}

/* "3:10+5 1:15+2": the source, the offset and the length of each. */
static const char *text(const Piece *pieces, size_t count)
{
	static char buffer[1024];
	size_t used = 0;
	buffer[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(buffer + used, sizeof(buffer) - used,
					 "%s%u:%llu+%llu", i > 0 ? " " : "",
					 (unsigned)pieces[i].source,
					 (unsigned long long)pieces[i].offset,
					 (unsigned long long)pieces[i].length);
	return buffer;
}

#define EXPECT_TEXT(pieces, count, want)                                                 \
	cr_expect(eq(str, (char *)text(pieces, count), (char *)(want)))

Test(source, every_table_begins_with_the_same_sources)
{
	const SourceTable *table = stock->table;
	const Source *zero = source_table_get(table, SOURCE_ID_ZERO);

	cr_expect(eq(u32, table->count, SOURCE_ID_FIRST_FILE));
	cr_expect(source_table_get(table, SOURCE_ID_ADDED)->kind == SOURCE_ADDED);
	cr_expect(source_table_get(table, SOURCE_ID_ADDED)->added == stock->added);
	cr_expect(source_table_get(table, SOURCE_ID_LOST)->kind == SOURCE_LOST);
	cr_expect(zero->kind == SOURCE_FILL);
	cr_expect(eq(sz, zero->length, 1));
	cr_expect(eq(u8, zero->pattern[0], 0));
}

Test(source, a_pattern_that_was_there_is_found_again)
{
	uint32_t first, second, same, zero;

	cr_assert(stock_fill_source(stock, "ab", 2, &first));
	cr_assert(stock_fill_source(stock, "abc", 3, &second));
	cr_assert(stock_fill_source(stock, "ab", 2, &same));
	cr_assert(stock_fill_source(stock, "\0", 1, &zero));

	cr_expect(eq(u32, same, first));
	cr_expect(ne(u32, second, first));
	cr_expect(eq(u32, zero, SOURCE_ID_ZERO));
}

Test(source, added_bytes_are_pieces_behind_each_other)
{
	Piece pieces[2];

	cr_assert(stock_add_bytes(stock, "abc", 3, &pieces[0]));
	cr_assert(stock_add_bytes(stock, "de", 2, &pieces[1]));

	EXPECT_TEXT(pieces, 2, "0:0+3 0:3+2");
}

Test(source, a_table_that_somebody_else_has_is_not_changed)
{
	const uint32_t file = add_file("old");
	SourceTable *kept = source_table_retain(stock->table);
	const Source *old = source_table_get(kept, file);

	const uint32_t newer = add_file("new");
	const Piece moved = {0, 3, newer};
	overlay(file, &moved, 1);

	cr_expect(kept != stock->table);
	cr_expect(eq(u32, kept->count, file + 1));
	cr_expect(source_table_get(kept, file) == old);
	cr_expect(not(old->has_overlay));
	cr_expect(source_table_get(stock->table, file)->has_overlay);
	source_table_release(kept);
}

Test(source, a_table_grows_beyond_its_first_room)
{
	uint32_t id = 0;
	for (char byte = 1; byte < 100; byte++)
		cr_assert(stock_fill_source(stock, &byte, 1, &id));

	cr_expect(eq(u32, id, SOURCE_ID_ZERO + 99));
	cr_expect(eq(u8, source_table_get(stock->table, id)->pattern[0], 99));
	cr_expect(eq(u8, source_table_get(stock->table, 3)->pattern[0], 1));
}

Test(source, without_an_overlay_a_piece_is_where_it_is)
{
	const Piece piece = {2, 5, add_file("0123456789")};

	const Piece at = source_resolve(stock->table, &piece);

	EXPECT_TEXT(&at, 1, "3:2+5");
}

Test(source, an_overlay_says_where_the_bytes_are_now)
{
	const uint32_t old = add_file("0123456789");
	const uint32_t new = add_file("01ab456789");
	const Piece parts[] = {{0, 2, new}, {0, 2, SOURCE_ID_ADDED}, {4, 6, new}};
	const Piece piece = {1, 6, old};
	PieceList whole;
	overlay(old, parts, 3);

	const Piece at = source_resolve(stock->table, &piece);
	cr_assert(source_resolve_all(stock->table, &piece, 1, &whole));

	EXPECT_TEXT(&at, 1, "4:1+1");
	EXPECT_TEXT(whole.items, whole.count, "4:1+1 0:0+2 4:4+3");
	piece_list_free(&whole);
}

Test(source, overlays_are_seen_through_one_after_the_other)
{
	const uint32_t first = add_file("0123456789");
	const uint32_t second = add_file("x0123456789");
	const uint32_t third = add_file("x012ab56789");
	const Piece to_second = {1, 10, second};
	const Piece to_third[] = {{0, 4, third}, {0, 2, SOURCE_ID_ADDED}, {6, 5, third}};
	const Piece pieces[] = {{2, 3, first}, {0, 5, SOURCE_ID_ZERO}, {9, 2, second}};
	PieceList whole;
	overlay(first, &to_second, 1);
	overlay(second, to_third, 3);

	cr_assert(source_resolve_all(stock->table, pieces, 3, &whole));

	EXPECT_TEXT(whole.items, whole.count, "5:3+1 0:0+2 2:0+5 5:9+2");
	piece_list_free(&whole);
}

Test(source, what_an_overlay_does_not_have_is_lost)
{
	const uint32_t old = add_file("0123456789");
	const Piece kept = {0, 4, SOURCE_ID_ADDED};
	const Piece piece = {2, 6, old};
	PieceList whole;
	overlay(old, &kept, 1);

	cr_assert(source_resolve_all(stock->table, &piece, 1, &whole));

	EXPECT_TEXT(whole.items, whole.count, "0:2+2 1:4+4");
	piece_list_free(&whole);
}

Test(source, an_overlaid_source_remembers_its_file_and_sizes)
{
	const uint32_t id = add_file("0123456789");
	Source *old = stock->table->items[id];
	old->born_size = 8;
	old->last_size = 10;
	old->next = 7;
	StorageRef *file = old->file;

	overlay(id, NULL, 0);

	const Source *now = source_table_get(stock->table, id);
	cr_expect(now->file == file);
	cr_expect(eq(sz, file->refs, 1));
	cr_expect(eq(u64, now->born_size, 8));
	cr_expect(eq(u64, now->last_size, 10));
	cr_expect(eq(u32, now->next, 7));
}

Test(source, a_handle_for_another_thread_reads_the_same_file)
{
	StorageRef *ref = new_file("0123456789");
	Storage *other = NULL;
	char bytes[4] = "";
	storage_ref_set_window(ref, 4096);

	cr_assert(eq(int, storage_ref_clone(ref, &other, NULL), MHEX_OK));
	cr_assert(eq(int, storage_read(other, 3, bytes, 3, NULL, NULL), MHEX_OK));

	cr_expect(eq(str, bytes, (char *)"345"));
	cr_expect(ne(int, storage_fd(other), storage_fd(ref->storage)));
	cr_expect(eq(sz, storage_window(other), storage_window(ref->storage)));
	storage_close(other);
	storage_ref_release(ref);
}
