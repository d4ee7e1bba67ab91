/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Block devices, as loop devices over a file. */

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faults/case.h"

enum {
	SIZE = 25 * PAGE
};

static char device[32];
static int device_fd;
static int image_fd;

/* By a name of our own, where there may be one: a program that puts another file in the
 * place of the device does that here, and not in /dev. */
static void name_it(void)
{
	struct stat st;
	MUST(fstat(device_fd, &st));
	if (mknod("device", S_IFBLK | 0600, st.st_rdev) < 0)
		return;
	const int fd = open("device", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)close(fd);
	(void)snprintf(device, sizeof(device), "device");
}

static void configure(int control, unsigned flags)
{
	/* Another may take the free one first. */
	for (int tries = 0; tries < 20; tries++) {
		const int number = ioctl(control, LOOP_CTL_GET_FREE);
		(void)snprintf(device, sizeof(device), "/dev/loop%d", number);
		device_fd = open(device, O_RDWR | O_CLOEXEC);
		const struct loop_config config = {.fd = (unsigned)image_fd,
						   .info.lo_flags =
							   LO_FLAGS_AUTOCLEAR | flags};
		if (device_fd >= 0 && ioctl(device_fd, LOOP_CONFIGURE, &config) == 0)
			return; /* it goes with the last descriptor */
		if (device_fd < 0 || errno != EBUSY)
			break;
		(void)close(device_fd);
	}
	case_skip("no loop device can be had here: %s", strerror(errno));
}

static void attach(unsigned flags)
{
	make_file("image", SIZE);
	const int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		case_skip("no loop devices here: %s", strerror(errno));
	image_fd = open("image", O_RDWR | O_CLOEXEC);
	MUST(image_fd);
	configure(control, flags);
	name_it();
}

static void saved(void)
{
	attach(0);
	open_file(device);
	SEE("01 02 03 04");
	KEYS("llree");
	SEE("01 02 ee 04");
	KEYS(":write<Enter>");
	SEE("written");
	expect_quits();
	EXPECT_COUNTING("image", SIZE, 2, "\xee");
}

static void made_longer(void)
{
	attach(0);
	open_file(device);
	KEYS(":insert 41 at 0<Enter>");
	SEE("[+");
	KEYS(":write<Enter>");
	SEE("write: ");
	SEE("size");
	expect_alive();
	expect_quits();
	EXPECT_COUNTING("image", SIZE, 0, "");
}

static void read_only(void)
{
	attach(LO_FLAGS_READ_ONLY);
	start_mhex(device, NULL);
	SEE("VIEW");
	KEYS("r");
	expect_alive();
	SEE("01 02 03 04");
	expect_quits();
	EXPECT_COUNTING("image", SIZE, 0, "");
}

static void shrunk(void)
{
	attach(0);
	open_file(device);
	KEYS(":0x10000<Enter>");
	SEE("0x00010000");
	MUST(ftruncate(image_fd, 4 * PAGE));
	MUST(ioctl(device_fd, LOOP_SET_CAPACITY));
	SEE("?? ?? ?? ??");
	KEYS("gg");
	SEE("00000000  01 02 03");
	expect_alive();
	expect_quits();
	EXPECT_COUNTING("image", 4 * PAGE, 0, "");
}

static void shrunk_below_edits(void)
{
	attach(0);
	open_file(device);
	KEYS(":overwrite ee at 0x10000<Enter>");
	SEE("[+1]");
	MUST(ftruncate(image_fd, 4 * PAGE));
	MUST(ioctl(device_fd, LOOP_SET_CAPACITY));
	KEYS(":write<Enter>");
	SEE("write: ");
	expect_alive();
	KEYS("<Esc>");
	SEE("[+1]");
	expect_quits();
	EXPECT_COUNTING("image", 4 * PAGE, 0, "");
}

const FaultCase device_cases[] = {
	{"a block device, saved", saved, EDITS, NEEDS_DEVICE},
	{"a block device, made longer", made_longer, PREVIEW, NEEDS_DEVICE},
	{"a block device that is read-only", read_only, ALL, NEEDS_DEVICE},
	{"a block device that shrinks", shrunk, ALL, NEEDS_DEVICE},
	{"a block device that shrinks below edits", shrunk_below_edits, PREVIEW,
	 NEEDS_DEVICE},
	{NULL, NULL, 0, NULL},
};
