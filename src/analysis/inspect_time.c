/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/inspect_format.h"

#include <stdio.h>

/* Of the proleptic Gregorian calendar. Counted in seconds since 0001-01-01 here, so that
 * nothing is negative and no system's time_t or time zone has a say. */
enum {
	SECONDS_PER_DAY = 86400,
	DAYS_1_TO_1601 = 584388,
	DAYS_1_TO_1970 = 719162,
	DAYS_1_TO_10000 = 3652059,
	DAYS_PER_400_YEARS = 146097,
};

static bool is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned days_of_month(unsigned year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year) ? 1U : 0U);
}

static size_t format_time(uint64_t seconds, char text[INSPECT_TEXT])
{
	unsigned day = (unsigned)(seconds / SECONDS_PER_DAY);
	const unsigned second = (unsigned)(seconds % SECONDS_PER_DAY);
	unsigned year = 1 + 400 * (day / DAYS_PER_400_YEARS);
	unsigned month = 1;
	day %= DAYS_PER_400_YEARS;
	for (unsigned days = 365; day >= days; days = is_leap(year) ? 366 : 365) {
		day -= days;
		year++;
	}
	for (; day >= days_of_month(year, month); month++)
		day -= days_of_month(year, month);
	return (size_t)snprintf(text, INSPECT_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u", year,
				month, day + 1, second / 3600, second / 60 % 60,
				second % 60);
}

bool inspect_unix(const InspectRow *row, const uint8_t *bytes, size_t length,
		  char text[INSPECT_TEXT])
{
	const int64_t epoch = (int64_t)DAYS_1_TO_1970 * SECONDS_PER_DAY;
	const int64_t end = (int64_t)DAYS_1_TO_10000 * SECONDS_PER_DAY;
	const int64_t time = number_decode_signed(inspect_type(row, 'i'), bytes);
	(void)length;
	if (time < -epoch || time >= end - epoch)
		return false;
	const size_t used = format_time((uint64_t)(time + epoch), text);
	(void)snprintf(text + used, INSPECT_TEXT - used, "Z");
	return true;
}

/* 100 ns since 1601. */
bool inspect_filetime(const InspectRow *row, const uint8_t *bytes, size_t length,
		      char text[INSPECT_TEXT])
{
	const uint64_t per_second = 10000000;
	const uint64_t ticks = number_decode_unsigned(inspect_type(row, 'u'), bytes);
	const uint64_t seconds =
		ticks / per_second + (uint64_t)DAYS_1_TO_1601 * SECONDS_PER_DAY;
	(void)length;
	if (seconds >= (uint64_t)DAYS_1_TO_10000 * SECONDS_PER_DAY)
		return false;
	const size_t used = format_time(seconds, text);
	(void)snprintf(text + used, INSPECT_TEXT - used, ".%07uZ",
		       (unsigned)(ticks % per_second));
	return true;
}

/* The time, then the date, as directories of FAT and ZIP have them. */
bool inspect_dos(const InspectRow *row, const uint8_t *bytes, size_t length,
		 char text[INSPECT_TEXT])
{
	const uint64_t value = number_decode_unsigned(inspect_type(row, 'u'), bytes);
	const unsigned time = value & 0xffff;
	const unsigned date = value >> 16 & 0xffff;
	const unsigned hour = time >> 11;
	const unsigned minute = time >> 5 & 0x3f;
	const unsigned second = 2 * (time & 0x1f);
	const unsigned year = 1980 + (date >> 9);
	const unsigned month = date >> 5 & 0xf;
	const unsigned day = date & 0x1f;
	(void)length;
	if (hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12 ||
	    day < 1 || day > days_of_month(year, month))
		return false;
	(void)snprintf(text, INSPECT_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u", year, month,
		       day, hour, minute, second);
	return true;
}
