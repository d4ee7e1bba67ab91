/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "storage/system.h"
#include "support/faults.h"
#include "support/temp_file.h"

static TempFile file;
static int fd;

static void set_up(void)
{
	temp_file_make(&file, "0123456789", 10);
	fd = system_open(file.path, O_RDWR | O_CLOEXEC);
	cr_assert(ge(int, fd, 0));
}

static void tear_down(void)
{
	faults_plan("");
	(void)system_close(fd);
	temp_file_remove(&file);
}

TestSuite(system_faulty, .init = set_up, .fini = tear_down, .timeout = 100);

Test(system_faulty, without_a_plan_it_is_the_system)
{
	cr_expect(eq(int, (int)system_pwrite(fd, "ab", 2, 3), 2));
	cr_expect(zero(int, system_ftruncate(fd, 6)));
	cr_expect(zero(int, system_fsync(fd)));

	cr_expect(temp_file_holds(file.path, "012ab5", 6));
}

Test(system_faulty, only_the_nth_call_fails_and_does_nothing)
{
	faults_plan("pwrite:2:ENOSPC");

	cr_expect(eq(int, (int)system_pwrite(fd, "a", 1, 0), 1));
	cr_expect(eq(int, (int)system_pwrite(fd, "b", 1, 1), -1));
	cr_expect(eq(int, errno, ENOSPC));
	cr_expect(eq(int, (int)system_pwrite(fd, "c", 1, 2), 1));

	cr_expect(temp_file_holds(file.path, "a1c3456789", 10));
	cr_expect(eq(uint, faults_count("pwrite"), 3u));
}

Test(system_faulty, with_a_plus_all_later_ones_fail_too)
{
	faults_plan("sync:2+:EIO");

	cr_expect(zero(int, system_fsync(fd)));
	cr_expect(eq(int, system_fdatasync(fd), -1));
	cr_expect(eq(int, system_fsync(fd), -1));
}

Test(system_faulty, a_text_chooses_the_file)
{
	TempFile other;
	temp_file_make(&other, "", 0);
	const int second = system_open(other.path, O_RDWR | O_CLOEXEC);
	char plan[TEMP_PATH_SIZE + 32];
	(void)snprintf(plan, sizeof(plan), "fsync@%s:1:EIO", other.path);
	faults_plan(plan);

	cr_expect(zero(int, system_fsync(fd)));
	cr_expect(eq(int, system_fsync(second), -1));

	(void)system_close(second);
	temp_file_remove(&other);
}

Test(system_faulty, the_file_behind_a_mapping_is_known)
{
	char plan[TEMP_PATH_SIZE + 32];
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	(void)snprintf(plan, sizeof(plan), "msync@%s:1:EIO", file.path);
	faults_plan(plan);
	void *map = system_mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	cr_expect(eq(int, system_msync(map, page, MS_SYNC), -1));
	cr_expect(eq(int, errno, EIO));
	cr_expect(zero(int, system_munmap(map, page)));
}

Test(system_faulty, a_short_write_does_half)
{
	faults_plan("pwrite:1:short");

	cr_expect(eq(int, (int)system_pwrite(fd, "abcd", 4, 0), 2));

	cr_expect(temp_file_holds(file.path, "ab23456789", 10));
}

Test(system_faulty, a_failing_close_closes)
{
	const int second = system_open(file.path, O_RDONLY | O_CLOEXEC);
	faults_plan("close:1:EIO");

	cr_expect(eq(int, system_close(second), -1));

	cr_expect(eq(int, fcntl(second, F_GETFD), -1));
}

Test(system_faulty, it_can_end_the_process_behind_a_call, .signal = SIGKILL)
{
	faults_plan("change:2:kill");
	(void)system_pwrite(fd, "a", 1, 0);
	(void)system_pwrite(fd, "b", 1, 1);
}

Test(system_faulty, a_plan_that_cannot_be_read_is_refused, .signal = SIGABRT)
{
	faults_plan("pwrite:1:ENOTHING");
}
