/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/guard.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sample.h"

enum {
	PAGES = 8
};

/* PAGES pages, shared and writable, with a window over all of them. */
static Sample sample;
static volatile uint8_t *window;
static size_t length;

static void *map_window(void)
{
	void *base = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, sample.fd, 0);
	cr_assert(ne(ptr, base, MAP_FAILED));
	return base;
}

static void set_up(void)
{
	length = PAGES * (size_t)sysconf(_SC_PAGESIZE);
	sample_make(&sample, length);
	(void)unlink(sample.path); /* some of these tests are killed */
	window = map_window();
}

static void tear_down(void)
{
	(void)munmap((void *)window, length);
	sample_remove(&sample);
}

TestSuite(guard, .init = set_up, .fini = tear_down, .timeout = 100);

static volatile uint8_t *page_at(size_t index)
{
	return window + index * sample.page;
}

Test(guard, all_is_well_while_the_pages_are_there)
{
	void *first = &sample;
	void *last = &sample;
	uint8_t byte = 0;

	guard_enter((const void *)window, length);
	byte = *page_at(3);
	const bool lost = guard_lost();
	const bool whole = guard_leave(&first, &last);

	cr_expect(whole);
	cr_expect(not(lost));
	cr_expect(eq(u8, byte, sample_byte(3 * sample.page)));
	cr_expect(eq(ptr, first, NULL));
	cr_expect(eq(ptr, last, NULL));
}

Test(guard, a_lost_page_reads_as_zeroes_and_is_told)
{
	void *first = NULL;
	void *last = NULL;
	uint8_t bytes[2] = {1, 1};
	sample_resize(&sample, 2 * sample.page);

	guard_enter((const void *)window, length);
	bytes[0] = page_at(6)[17];
	const bool lost = guard_lost();
	bytes[1] = page_at(3)[5];
	const bool whole = guard_leave(&first, &last);

	cr_expect(not(whole));
	cr_expect(lost);
	cr_expect(zero(u8, bytes[0]));
	cr_expect(zero(u8, bytes[1]));
	cr_expect(eq(ptr, first, (void *)page_at(3)));
	cr_expect(eq(ptr, last, (void *)page_at(6)));
}

Test(guard, a_lost_page_lies_until_it_is_mapped_again)
{
	void *first = NULL;
	void *last = NULL;
	const uint8_t byte = 'Q';
	sample_resize(&sample, sample.page);
	guard_enter((const void *)window, length);
	(void)*page_at(2);
	(void)guard_leave(&first, &last);
	sample_write(&sample, 2 * sample.page, &byte, 1);

	const uint8_t before = *page_at(2);
	const void *mapped =
		mmap((void *)page_at(2), sample.page, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_FIXED, sample.fd, (off_t)(2 * sample.page));
	const uint8_t after = *page_at(2);

	cr_expect(eq(ptr, (void *)mapped, (void *)page_at(2)));
	cr_expect(zero(u8, before), "which is why mapping_repair() exists");
	cr_expect(eq(u8, after, byte));
}

/* As s390x tells of a fault: by the address of the page, which lies before the range. */
Test(guard, a_fault_that_is_told_by_its_page_is_ours)
{
	void *first = NULL;
	void *last = NULL;
	uint8_t byte = 1;
	sample_resize(&sample, 2 * sample.page);

	guard_enter((const void *)&page_at(6)[100], 50);
	byte = page_at(6)[0];
	const bool whole = guard_leave(&first, &last);

	cr_expect(eq(u8, byte, 0));
	cr_expect(not(whole));
	cr_expect(eq(ptr, first, (void *)page_at(6)));
}

Test(guard, a_store_on_a_lost_page_is_told_and_reaches_nothing)
{
	void *first = NULL;
	void *last = NULL;
	sample_resize(&sample, sample.page);

	guard_enter((const void *)window, length);
	*page_at(4) = 'Q';
	const bool lost = guard_lost();
	const bool whole = guard_leave(&first, &last);
	sample_resize(&sample, length);

	cr_expect(lost);
	cr_expect(not(whole));
	cr_expect(eq(ptr, first, (void *)page_at(4)));
	cr_expect(zero(int, sample_peek(&sample, 4 * sample.page)));
}

Test(guard, a_loss_is_forgotten_by_the_next_entry)
{
	void *first = NULL;
	void *last = NULL;
	sample_resize(&sample, sample.page);
	guard_enter((const void *)window, length);
	(void)*page_at(2);
	(void)guard_leave(&first, &last);

	guard_enter((const void *)window, length);
	(void)*page_at(0);
	const bool whole = guard_leave(&first, &last);

	cr_expect(whole);
	cr_expect(eq(ptr, first, NULL));
}

Test(guard, errno_is_left_alone)
{
	void *first = NULL;
	void *last = NULL;
	sample_resize(&sample, 0);

	guard_enter((const void *)window, length);
	errno = EXDEV;
	(void)*page_at(1);
	const int code = errno;
	(void)guard_leave(&first, &last);

	cr_expect(eq(int, code, EXDEV));
}

Test(guard, a_fault_outside_of_it_still_kills, .signal = SIGBUS)
{
	sample_resize(&sample, 0);

	(void)*page_at(0);
}

Test(guard, a_fault_beside_the_range_still_kills, .signal = SIGBUS)
{
	sample_resize(&sample, 0);

	guard_enter((const void *)page_at(1), sample.page);
	(void)*page_at(2);
}

Test(guard, a_signal_that_was_sent_is_no_fault, .signal = SIGBUS)
{
	guard_enter((const void *)window, length);
	(void)kill(getpid(), SIGBUS);
}

/* ---- Threads ---- */

typedef struct {
	volatile uint8_t *base;
	pthread_barrier_t *both;
	bool whole;
	uintptr_t first;
} Reader;

static void *read_in_thread(void *context)
{
	Reader *reader = context;
	void *first = NULL;
	void *last = NULL;
	guard_enter((const void *)reader->base, length);
	(void)pthread_barrier_wait(reader->both); /* both are inside */
	(void)reader->base[sample.page];
	(void)pthread_barrier_wait(reader->both); /* both have read */
	reader->whole = guard_leave(&first, &last);
	reader->first = (uintptr_t)first;
	return NULL;
}

Test(guard, each_thread_has_a_range_and_a_loss_of_its_own)
{
	pthread_barrier_t both;
	pthread_t thread;
	Sample other;
	sample_make(&other, length);
	void *base = mmap(NULL, length, PROT_READ, MAP_SHARED, other.fd, 0);
	cr_assert(ne(ptr, base, MAP_FAILED));
	sample_resize(&sample, sample.page);
	(void)pthread_barrier_init(&both, NULL, 2);
	Reader loses = {.base = window, .both = &both};
	Reader keeps = {.base = base, .both = &both};

	cr_assert(zero(int, pthread_create(&thread, NULL, read_in_thread, &loses)));
	(void)read_in_thread(&keeps);
	(void)pthread_join(thread, NULL);

	cr_expect(keeps.whole);
	cr_expect(not(loses.whole));
	cr_expect(eq(ptr, (void *)loses.first, (void *)page_at(1)));
	(void)pthread_barrier_destroy(&both);
	(void)munmap(base, length);
	(void)close(other.fd);
	(void)unlink(other.path);
}

static void *touch_in_thread(void *context)
{
	(void)context;
	(void)*page_at(1);
	return NULL;
}

Test(guard, one_thread_does_not_guard_another, .signal = SIGBUS)
{
	pthread_t thread;
	sample_resize(&sample, 0);

	guard_enter((const void *)window, length);
	cr_assert(zero(int, pthread_create(&thread, NULL, touch_in_thread, NULL)));
	(void)pthread_join(thread, NULL);
}

/* ---- The action that was there before ---- */

static sigjmp_buf rescued;
static volatile sig_atomic_t calls;

static void on_previous(int signo)
{
	(void)signo;
	calls++;
	siglongjmp(rescued, 1);
}

static void install_behind_another(void)
{
	const struct sigaction action = {.sa_handler = on_previous};
	guard_uninstall();
	cr_assert(zero(int, sigaction(SIGBUS, &action, NULL)));
	guard_install();
}

Test(guard, a_fault_that_is_not_ours_goes_to_the_previous_action)
{
	install_behind_another();
	sample_resize(&sample, 0);

	if (sigsetjmp(rescued, 1) == 0)
		(void)*page_at(0);

	cr_expect(eq(int, (int)calls, 1));
}

Test(guard, a_fault_that_is_ours_does_not)
{
	void *first = NULL;
	void *last = NULL;
	bool whole = true;
	install_behind_another();
	sample_resize(&sample, 0);

	if (sigsetjmp(rescued, 1) == 0) {
		guard_enter((const void *)window, length);
		(void)*page_at(0);
		whole = guard_leave(&first, &last);
	}

	cr_expect(zero(int, (int)calls));
	cr_expect(not(whole));
}

Test(guard, a_signal_that_was_sent_goes_to_the_previous_action)
{
	install_behind_another();

	if (sigsetjmp(rescued, 1) == 0)
		(void)kill(getpid(), SIGBUS);

	cr_expect(eq(int, (int)calls, 1));
}

Test(guard, uninstalling_brings_the_previous_actions_back)
{
	struct sigaction bus;
	struct sigaction xfsz;
	struct sigaction while_installed;
	install_behind_another();

	cr_assert(zero(int, sigaction(SIGXFSZ, NULL, &while_installed)));
	guard_uninstall();
	cr_assert(zero(int, sigaction(SIGBUS, NULL, &bus)));
	cr_assert(zero(int, sigaction(SIGXFSZ, NULL, &xfsz)));
	guard_install();

	cr_expect(while_installed.sa_handler == SIG_IGN, "EFBIG instead of a death");
	cr_expect(bus.sa_handler == on_previous);
	cr_expect(xfsz.sa_handler == SIG_DFL);
}
