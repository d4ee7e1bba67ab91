/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_TESTS_DOCUMENT_DOC_SAMPLE_H
#define MHEX_TESTS_DOCUMENT_DOC_SAMPLE_H

#include "mhex/document.h"
#include "unit/storage/sample.h"

/* A temporary file that holds text, or nothing when text is NULL, and a document on it.
 * What fails here ends the test. */
typedef struct {
	Sample file;
	Document *doc;
} DocSample;

void doc_sample_make(DocSample *sample, const char *text, Access access);
void doc_sample_remove(DocSample *sample);
/* On a file that is there. */
Document *doc_sample_open(const char *path, Access access);

/* The whole document (at most 255 bytes) as text; a byte that cannot be read is '?'.
 * Valid until the next call. */
char *doc_text(Document *doc);
/* Likewise its states: '.' clean, 'M' modified, '?' unreadable, '!' both. */
char *doc_states(Document *doc);
/* What is in the file. */
char *doc_file_text(const Sample *file);

#define EXPECT_DOC(doc, want)    cr_expect(eq(str, doc_text(doc), (char *)(want)))
#define EXPECT_STATES(doc, want) cr_expect(eq(str, doc_states(doc), (char *)(want)))
#define EXPECT_FILE(sample, want)                                                        \
	cr_expect(eq(str, doc_file_text(sample), (char *)(want)))

/* Edits that must succeed. */
void doc_overwrite(Document *doc, uint64_t offset, const char *text);
void doc_insert(Document *doc, uint64_t offset, const char *text);
void doc_delete(Document *doc, uint64_t offset, uint64_t length);
/* The offset that it tells; failing ends the test. */
uint64_t doc_undo(Document *doc);
uint64_t doc_redo(Document *doc);
/* To its own file; the result's note is "" when it went as expected. */
SaveResult doc_save(Document *doc);
MhexStatus doc_try_save(Document *doc, const SaveRequest *request, MhexError *err);

#endif
