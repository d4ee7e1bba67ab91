/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/guard.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Set once by guard_install(), before any thread is started. */
static struct sigaction previous_bus, previous_xfsz;
static size_t page_size;

/* SIGBUS is delivered to the thread that faulted, so each thread has its own.
 * Written by the program, read by the handler. */
static _Thread_local volatile uintptr_t range_begin;
static _Thread_local volatile uintptr_t range_end;

/* Written by the handler, read by the program; 0: none. */
static _Thread_local volatile uintptr_t first_lost;
static _Thread_local volatile uintptr_t last_lost;

static void remember(uintptr_t page)
{
	if (!first_lost || page < first_lost)
		first_lost = page;
	if (page > last_lost)
		last_lost = page;
}

static void on_sigbus(int signo, siginfo_t *info, void *context)
{
	(void)context;
	const int saved_errno = errno;
	/* By pages: s390x tells no more of the address than the page. */
	const uintptr_t of_page = ~(uintptr_t)(page_size - 1);
	const uintptr_t page = (uintptr_t)info->si_addr & of_page;
	const bool fault = info->si_code > 0; /* else somebody has sent it */
	if (fault && page >= (range_begin & of_page) && page < range_end) {
		/* mmap is not on POSIX's list of async-signal-safe calls; on
		 * Linux it is a plain system call, and there is no other way to
		 * let the interrupted instruction complete. Writable, because
		 * that instruction may be a store. */
		// NOLINTNEXTLINE(performance-no-int-to-ptr)
		void *lost = (void *)page;
		const void *replaced = mmap(
			lost, page_size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
		if (replaced == lost) {
			remember(page);
			errno = saved_errno;
			return;
		}
	}
	/* Not ours: the instruction faults again and the old action takes it. */
	(void)sigaction(signo, &previous_bus, NULL);
	if (!fault)
		(void)raise(signo); /* delivered when this handler returns */
	errno = saved_errno;
}

void guard_install(void)
{
	page_size = (size_t)sysconf(_SC_PAGESIZE);
	struct sigaction action = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO};
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGBUS, &action, &previous_bus);

	/* A write beyond RLIMIT_FSIZE then fails with EFBIG. */
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	(void)sigemptyset(&ignore.sa_mask);
	(void)sigaction(SIGXFSZ, &ignore, &previous_xfsz);
}

void guard_uninstall(void)
{
	(void)sigaction(SIGBUS, &previous_bus, NULL);
	(void)sigaction(SIGXFSZ, &previous_xfsz, NULL);
}

void guard_enter(const void *base, size_t length)
{
	assert(range_end == 0 && "guard ranges do not nest");
	first_lost = 0;
	last_lost = 0;
	range_begin = (uintptr_t)base;
	range_end = (uintptr_t)base + length;
	/* Keep the accesses that follow after the stores above. */
	atomic_signal_fence(memory_order_seq_cst);
}

bool guard_lost(void)
{
	atomic_signal_fence(memory_order_seq_cst);
	return first_lost != 0;
}

bool guard_leave(void **first, void **last)
{
	atomic_signal_fence(memory_order_seq_cst);
	range_begin = 0;
	range_end = 0;
	// NOLINTNEXTLINE(performance-no-int-to-ptr)
	*first = (void *)first_lost;
	// NOLINTNEXTLINE(performance-no-int-to-ptr)
	*last = (void *)last_lost;
	return first_lost == 0;
}
