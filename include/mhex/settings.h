/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MHEX_SETTINGS_H
#define MHEX_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mhex/error.h"

/*
 * Settings are rows of a table: ":set", completion, help, the manual page and the
 * configuration file are all derived from it.
 */
typedef struct {
	uint64_t window;  /* bytes of one mapped window */
	uint64_t columns; /* bytes per line, 0: as many as fit */
	uint64_t group;   /* bytes between two gaps, 0: none */
	uint64_t phase;   /* empty cells before the first byte */
	uint64_t base;    /* added to every offset that is shown */
	uint64_t undo_memory;
	unsigned offsets; /* OffsetBase */
	unsigned text;    /* TextCharset (frame.h) */
	unsigned endian;  /* EndianOrder: which comes first in the inspector */
	unsigned dump;    /* DumpFormat */
	unsigned colour;  /* ColourUse */
	unsigned theme;   /* index into theme_table */
	unsigned keys;    /* KeyPreset */
	bool wrap, inspector, mouse, hint, upper, mark_foreign, lock, undo_persist;
} Settings;

typedef enum {
	OFFSETS_HEX,
	OFFSETS_DEC
} OffsetBase;
typedef enum {
	ENDIAN_LITTLE,
	ENDIAN_BIG
} EndianOrder;
typedef enum {
	DUMP_XXD,
	DUMP_PLAIN,
	DUMP_HEXDUMP,
	DUMP_C
} DumpFormat;
typedef enum {
	COLOUR_AUTO,
	COLOUR_ALWAYS,
	COLOUR_NEVER
} ColourUse;
typedef enum {
	KEYS_VI,
	KEYS_PLAIN
} KeyPreset;

/* What a change makes stale. */
typedef enum {
	STALE_NOTHING = 0,
	STALE_SCREEN = 1 << 0,
	STALE_LAYOUT = 1 << 1,
	STALE_WINDOW = 1 << 2,
	STALE_KEYS = 1 << 3,
	STALE_LOCK = 1 << 4,
	STALE_UNDO = 1 << 5,
	STALE_MEMORY = 1 << 6,
} Stale;

typedef enum {
	SETTING_BOOL,
	SETTING_NUMBER,
	SETTING_CHOICE
} SettingType;

typedef struct {
	const char *name;
	SettingType type;
	size_t offset; /* of the member in Settings */
	uint64_t initial, min, max;
	const char *zero;           /* SETTING_NUMBER: the word for 0, or NULL */
	const char *const *choices; /* SETTING_CHOICE: NULL-terminated names */
	unsigned stale;             /* Stale bits */
	const char *summary;        /* a phrase without full stop */
} Setting;

extern const Setting setting_table[]; /* sorted by name */
extern const size_t setting_count;

void settings_init(Settings *settings);
const Setting *setting_find(const char *name, size_t length);
/* "columns=16", "wrap", "nowrap" (for booleans). *stale gets bits added. */
MhexStatus settings_set(Settings *settings, const char *text, size_t length,
			unsigned *stale, MhexError *err);
/* "columns=16" as it is now. */
void settings_print(const Settings *settings, const Setting *row, char *text,
		    size_t size);

#endif
