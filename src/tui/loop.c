/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/loop.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "mhex/render.h"
#include "tui/input.h"
#include "tui/signals.h"

enum {
	TICK_IDLE_MS = 250,
	TICK_BUSY_MS = 50,
	DRAW_MS = 100, /* drawn so often even while keys keep coming */
	JOB_MS = 30,   /* what takes no longer is over before the next key is looked at */
	FILE_MS = 50,  /* a file that changes all the time is looked at so often */
	READ_SIZE = 4096,
};

typedef struct {
	Editor *editor;
	Terminal *terminal;
	Input *input;
	Grid grid;
	uint64_t ticked_ms, drawn_ms, looked_ms;
	bool gone; /* the terminal */
	int signo;
} Loop;

static void tell(Loop *loop, EventKind kind)
{
	const Event event = {.kind = kind, .now_ms = clock_now_ms()};
	editor_handle(loop->editor, &event);
}

static MhexStatus resize(Loop *loop, MhexError *err)
{
	int rows = 0, cols = 0;
	terminal_measure(loop->terminal, &rows, &cols);
	terminal_resize(loop->terminal, rows, cols);
	if (rows != loop->grid.rows || cols != loop->grid.cols) {
		Grid grid;
		const MhexStatus status = grid_init(&grid, rows, cols);
		if (status)
			return mhex_fail(err, status, "screen of %d x %d: %s", cols, rows,
					 mhex_status_text(status));
		grid_free(&loop->grid);
		loop->grid = grid;
	}
	const Event event = {.kind = EVENT_RESIZE,
			     .rows = rows,
			     .cols = cols,
			     .now_ms = clock_now_ms()};
	editor_handle(loop->editor, &event);
	return MHEX_OK;
}

/* --- what the editor asks for --- */

static MhexStatus stop(Loop *loop, bool group, MhexError *err)
{
	tell(loop, EVENT_TICK); /* who knows whether we will go on */
	terminal_suspend(loop->terminal);
	signals_stop(group);
	terminal_resume(loop->terminal);
	(void)signals_take(); /* our own SIGCONT, and resizes: resize() looks for them */
	const MhexStatus status = resize(loop, err);
	tell(loop, EVENT_RESUMED);
	return status;
}

static MhexStatus serve(Loop *loop, MhexError *err)
{
	EditorRequest request;
	editor_take_request(loop->editor, &request);
	if (request.clipboard)
		(void)terminal_set_clipboard(loop->terminal, request.clipboard,
					     request.clipboard_length);
	if (request.redraw)
		terminal_invalidate(loop->terminal);
	return request.suspend ? stop(loop, true, err) : MHEX_OK;
}

/* --- what comes in --- */

static MhexStatus handle_signals(Loop *loop, MhexError *err)
{
	const SignalSet set = signals_take();
	MhexStatus status = MHEX_OK;
	if (set.end)
		loop->signo = set.end;
	else if (set.stop)
		return stop(loop, false, err);
	if (set.continued) {
		terminal_resume(loop->terminal);
		tell(loop, EVENT_RESUMED);
	}
	if (set.resized || set.continued)
		status = resize(loop, err);
	if (set.interrupt) {
		const Event event = {
			.kind = EVENT_KEY, .key = "<C-c>", .now_ms = clock_now_ms()};
		editor_handle(loop->editor, &event);
	}
	return status;
}

/* A key has started something: most searches and saves take no time at all, and the
 * next key, which may be here already, counts on their result. */
static void wait_a_moment(Loop *loop)
{
	struct pollfd wake = {.fd = editor_wake_fd(loop->editor), .events = POLLIN};
	const uint64_t until = clock_now_ms() + JOB_MS;
	while (editor_busy(loop->editor)) {
		const uint64_t time = clock_now_ms();
		if (time >= until || poll(&wake, 1, (int)(until - time)) <= 0)
			return;
		tell(loop, EVENT_JOB);
	}
}

static MhexStatus handle_events(Loop *loop, MhexError *err)
{
	Event event;
	MhexStatus status = MHEX_OK;
	while (!status && editor_running(loop->editor) &&
	       input_next(loop->input, clock_now_ms(), &event)) {
		const bool was_busy = editor_busy(loop->editor);
		editor_handle(loop->editor, &event);
		if (!was_busy)
			wait_a_moment(loop);
		status = serve(loop, err);
	}
	if (input_take_overflow(loop->input)) {
		MhexError refused;
		(void)mhex_fail(&refused, MHEX_E_RANGE,
				"more than %d MiB were pasted: refused",
				INPUT_PASTE_MAX >> 20);
		editor_complain(loop->editor, &refused);
	}
	return status;
}

static MhexStatus read_terminal(Loop *loop, MhexError *err)
{
	uint8_t bytes[READ_SIZE];
	const ssize_t got = read(terminal_input_fd(loop->terminal), bytes, sizeof(bytes));
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return MHEX_OK;
	if (got <= 0) {
		loop->gone = true;
		return MHEX_OK;
	}
	return input_push(loop->input, bytes, (size_t)got, clock_now_ms(), err);
}

/* --- drawing --- */

static void draw(Loop *loop)
{
	Frame frame;
	const Settings *settings = editor_settings(loop->editor);
	editor_frame(loop->editor, &frame);
	render_frame(&frame, &loop->grid);
	terminal_set_mouse(loop->terminal, settings->mouse);
	terminal_present(loop->terminal, &loop->grid, editor_theme(loop->editor),
			 (ColourUse)settings->colour);
	loop->drawn_ms = clock_now_ms();
}

/* Draw what is stale, unless keys are waiting whose result will be drawn anyway. */
static void draw_when_quiet(Loop *loop)
{
	if (!editor_stale(loop->editor))
		return;
	struct pollfd keys = {.fd = terminal_input_fd(loop->terminal), .events = POLLIN};
	const bool waiting = poll(&keys, 1, 0) > 0 && (keys.revents & POLLIN);
	if (!waiting || clock_now_ms() >= loop->drawn_ms + DRAW_MS)
		draw(loop);
}

/* --- time --- */

static uint64_t tick_ms(const Loop *loop)
{
	return editor_busy(loop->editor) ? TICK_BUSY_MS : TICK_IDLE_MS;
}

static int wait_ms(const Loop *loop)
{
	const uint64_t time = clock_now_ms();
	uint64_t next = loop->ticked_ms + tick_ms(loop);
	const uint64_t look = loop->looked_ms + FILE_MS;
	if (time < look && look < next)
		next = look;
	const int tick = next > time ? (int)(next - time) : 0;
	const int key = input_wait_ms(loop->input, time);
	return key >= 0 && key < tick ? key : tick;
}

static void tick(Loop *loop)
{
	if (clock_now_ms() < loop->ticked_ms + tick_ms(loop))
		return;
	loop->ticked_ms = clock_now_ms();
	tell(loop, EVENT_TICK);
}

/* Not at once again: others may write all the time. */
static int watch_fd_now(Loop *loop)
{
	const int fd = editor_watch_fd(loop->editor);
	return clock_now_ms() < loop->looked_ms + FILE_MS ? -1 : fd;
}

static void look_at_file(Loop *loop)
{
	loop->looked_ms = clock_now_ms();
	tell(loop, EVENT_FILE);
}

/* The last one may be done without: poll() takes no more than RLIMIT_NOFILE. */
static int wait_for(struct pollfd *fds, nfds_t count, int ms)
{
	const int ready = poll(fds, count, ms);
	if (ready >= 0 || errno != EINVAL)
		return ready;
	fds[count - 1].revents = 0;
	return poll(fds, count - 1, ms);
}

static MhexStatus step(Loop *loop, MhexError *err)
{
	enum {
		KEYS,
		SIGNALS,
		JOBS,
		FILE_WATCH
	};
	struct pollfd fds[] = {
		[KEYS] = {.fd = terminal_input_fd(loop->terminal), .events = POLLIN},
		[SIGNALS] = {.fd = signals_fd(), .events = POLLIN},
		[JOBS] = {.fd = editor_wake_fd(loop->editor), .events = POLLIN},
		[FILE_WATCH] = {.fd = watch_fd_now(loop), .events = POLLIN},
	};
	if (wait_for(fds, sizeof(fds) / sizeof(fds[0]), wait_ms(loop)) < 0 &&
	    errno != EINTR)
		return mhex_fail_errno(err, "waiting for keys");
	MhexStatus status = MHEX_OK;
	if (fds[SIGNALS].revents)
		status = handle_signals(loop, err);
	if (!status && fds[JOBS].revents)
		tell(loop, EVENT_JOB);
	if (!status && fds[FILE_WATCH].revents)
		look_at_file(loop);
	if (!status && fds[KEYS].revents)
		status = read_terminal(loop, err);
	if (!status)
		status = handle_events(loop, err);
	if (!status) {
		tick(loop);
		status = serve(loop, err);
	}
	if (!status && editor_running(loop->editor) && !loop->gone && !loop->signo)
		draw_when_quiet(loop);
	return status;
}

static MhexStatus run(Loop *loop, MhexError *err)
{
	MhexStatus status = terminal_start(loop->terminal, err);
	if (!status)
		status = resize(loop, err);
	/* What the command line asked for, as far as it is quick. */
	if (!status)
		tell(loop, EVENT_JOB);
	if (!status && editor_running(loop->editor))
		draw(loop);
	/* While the person looks at the first screen: reading what the terminal's keys
	 * send takes as long as drawing it. */
	if (!status)
		status = input_open(&loop->input, terminal_type(loop->terminal), err);
	while (!status && editor_running(loop->editor) && !loop->gone && !loop->signo)
		status = step(loop, err);
	terminal_suspend(loop->terminal);
	return status;
}

MhexStatus loop_run(Editor *editor, Terminal *terminal, LoopEnd *end, MhexError *err)
{
	Loop loop = {.editor = editor, .terminal = terminal};
	MhexStatus status = signals_open(err);
	if (!status)
		status = run(&loop, err);
	signals_close();
	input_close(loop.input);
	grid_free(&loop.grid);
	end->signo = loop.signo;
	end->gone = loop.gone;
	return status;
}
