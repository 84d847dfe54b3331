/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-error.h"
#include "hw-shim-link.h"

#include "tests/support/shim-fixture.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>

#if defined (__has_feature)
#if __has_feature (address_sanitizer)
#define HAS_SANITIZER
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define HAS_SANITIZER
#endif

/* How long a shim is looked at that has nothing to do. */
#define QUIET_TIME (G_USEC_PER_SEC / 2)

/* Test that a shim says to whoever comes what runs, and how. */
static void
test_hello (ShimFixture  *fixture,
            gconstpointer test_data)
{
  HwShimStatus status = { 0 };
  HwShimStatus again = { 0 };
  HwProcessStat child;
  int fd;

  begin_stubborn (fixture);
  fd = connect_again (fixture);

  assert_status (fd, &status);
  g_assert_true (hw_process_read ((pid_t) status.pid, &child));
  g_assert_cmpint (child.parent, ==, fixture->process->pid);
  g_assert_cmpuint (child.start, ==, status.start);
  g_assert_false (status.is_stopping);
  g_assert_false (status.is_paused);
  g_assert_false (status.has_ended);
  g_assert_cmpint (status.containment, ==, HW_SHIM_SESSION);

  say (fd, HW_SHIM_VERSION, HW_SHIM_STATUS, NULL, 0);
  assert_status (fd, &again);
  g_assert_cmpmem (&again, sizeof again, &status, sizeof status);

  say (fd, HW_SHIM_VERSION, HW_SHIM_KILL, NULL, 0);
  assert_status (fd, &again);
  assert_ended (fixture, fd, HW_SHIM_KILLED, SIGKILL);
  close (fd);
}

/* Test that all hear it, once, when the work is being stopped, whoever asked for that. */
static void
test_stop_is_told_to_all (ShimFixture  *fixture,
                          gconstpointer test_data)
{
  HwShimStatus status;
  int fd;

  begin_stubborn (fixture);
  fd = connect_again (fixture);
  assert_status (fd, &status);
  g_assert_false (status.is_stopping);

  say (fd, HW_SHIM_VERSION, HW_SHIM_STOP, "\377\377\377\177", 4);
  assert_status (fd, &status);
  g_assert_true (status.is_stopping);
  assert_status (fixture->process->link_fd, &status);
  g_assert_true (status.is_stopping);

  say (fd, HW_SHIM_VERSION, HW_SHIM_KILL, NULL, 0);
  assert_ended (fixture, fd, HW_SHIM_KILLED, SIGKILL);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGKILL);
  close (fd);
}

static void
test_ended_is_told_to_all (ShimFixture  *fixture,
                           gconstpointer test_data)
{
  int fd;

  begin (fixture, "while [ ! -e go ]; do sleep 0.01; done; exit 7");
  fd = connect_again (fixture);
  assert_hears (fd, HW_SHIM_HELLO);
  let_go (fixture);

  assert_ended (fixture, fd, HW_SHIM_EXITED, 7);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 7);
  close (fd);
}

/* Test that the verbs of later versions are refused by name, and harm nothing. */
static void
test_refuses_later_verbs (ShimFixture  *fixture,
                          gconstpointer test_data)
{
  static const guint8 verbs[] = {
    HW_SHIM_INPUT, HW_SHIM_INPUT_END, HW_SHIM_WINDOW_SIZE,
    HW_SHIM_SIGNAL, 77, HW_SHIM_HELLO,
  };
  int fd = fixture->process->link_fd;

  begin (fixture, "exec sleep 60");
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
      HwShimFrame frame;

      say (fd, HW_SHIM_VERSION, verbs[i], "12345678", 8);
      g_assert_true (hear (fd, bytes, &frame));
      g_assert_cmpint (frame.verb, ==, HW_SHIM_REFUSED);
      g_assert_cmpuint (hw_shim_read_u32 (frame.payload), ==, verbs[i]);
    }

  /* A version that it does not know, and a stop that does not say when. */
  say (fd, HW_SHIM_VERSION + 1, HW_SHIM_KILL, NULL, 0);
  assert_hears (fd, HW_SHIM_REFUSED);
  say (fd, HW_SHIM_VERSION, HW_SHIM_STOP, NULL, 0);
  assert_hears (fd, HW_SHIM_REFUSED);

  say (fd, HW_SHIM_VERSION, HW_SHIM_STATUS, NULL, 0);
  assert_hears (fd, HW_SHIM_HELLO);
}

/* Test that who talks nonsense is not heard any more, and the work goes on. */
static void
test_refuses_nonsense (ShimFixture  *fixture,
                       gconstpointer test_data)
{
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  HwShimFrame frame;
  int fd;

  begin (fixture, "exec sleep 60");
  fd = connect_again (fixture);
  assert_hears (fd, HW_SHIM_HELLO);
  g_assert_cmpint (send (fd, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL), ==, 18);
  g_assert_false (hear (fd, bytes, &frame));
  close (fd);

  /* One that promises more than anybody may say. */
  fd = connect_again (fixture);
  assert_hears (fd, HW_SHIM_HELLO);
  g_assert_cmpint (send (fd, "\1\1\0\0\0\0\20\0", 8, MSG_NOSIGNAL), ==, 8);
  for (int i = 0; i < 2 * HW_FRAME_MAX && send (fd, "x", 1, MSG_NOSIGNAL) == 1; i++)
    continue;
  close (fd);

  say (fixture->process->link_fd, HW_SHIM_VERSION, HW_SHIM_KILL, NULL, 0);
  assert_hears (fixture->process->link_fd, HW_SHIM_HELLO);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGKILL);
}

/* Test that a terminal, which a later version may have, is refused by name, and that then
 * nothing has begun.
 */
static void
test_refuses_terminal (ShimFixture  *fixture,
                       gconstpointer test_data)
{
  g_autofree char *path = g_build_filename (fixture->folder, HW_SHIM_START, NULL);
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  HwShimFrame frame;

  order (fixture, "exit 0", (HwShimTask) { .terminal = 1 });

  g_assert_true (hear (fixture->process->link_fd, bytes, &frame));
  g_assert_cmpint (frame.verb, ==, HW_SHIM_NOT_STARTED);
  g_assert_cmpuint (hw_shim_read_u32 (frame.payload), ==, HW_SHIM_STAGE_SETUP);
  g_assert_cmpuint (hw_shim_read_u32 (frame.payload + 4), ==, ENOSYS);
  await_shim (fixture->process);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Test that a crowd is not let in, and keeps nobody out for longer than it is there. */
static void
test_crowd (ShimFixture  *fixture,
            gconstpointer test_data)
{
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  HwShimFrame frame;
  int crowd[3];
  int fd;

  begin (fixture, "exec sleep 60");
  for (guint i = 0; i < G_N_ELEMENTS (crowd); i++)
    {
      crowd[i] = connect_again (fixture);
      assert_hears (crowd[i], HW_SHIM_HELLO);
    }

  fd = connect_again (fixture);
  g_assert_false (hear (fd, bytes, &frame));
  close (fd);

  close (crowd[0]);
  fd = connect_again (fixture);
  assert_hears (fd, HW_SHIM_HELLO);
  close (fd);
  close (crowd[1]);
  close (crowd[2]);
}

/* Test that what ends a daemon and its session does not end a shim. */
static void
test_survives_signals (ShimFixture  *fixture,
                       gconstpointer test_data)
{
  static const int numbers[] = {
    SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGTSTP,
  };

  begin (fixture, "while [ ! -e go ]; do sleep 0.01; done; exit 5");
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_assert_no_errno (kill (fixture->process->pid, numbers[i]));
  let_go (fixture);

  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 5);
}

/* Test that a daemon that dies before it has said what to run has started nothing. */
static void
test_order_cut_off (ShimFixture  *fixture,
                    gconstpointer test_data)
{
  g_autoptr(GDir) folder = NULL;

  g_assert_cmpint (send (fixture->process->link_fd, "\1\1\0\0\50\0\0\0\0\0", 10, 0), ==, 10);
  await_shim (fixture->process);

  folder = g_dir_open (fixture->folder, 0, NULL);
  g_assert_null (g_dir_read_name (folder));
}

/* Test that there may be many shims: one needs less than 1 MiB, whatever went through it. */
static void
test_is_small (ShimFixture  *fixture,
               gconstpointer test_data)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) fixture->process->pid);
  g_autofree char *done = g_build_filename (fixture->folder, "done", NULL);
  g_autofree char *status = NULL;
  const char *found;
  guint64 size;

  begin (fixture, "head -c 20000000 /dev/zero; touch done; exec sleep 60");
  while (!g_file_test (done, G_FILE_TEST_EXISTS))
    g_thread_yield ();

  g_assert_true (g_file_get_contents (path, &status, NULL, NULL));
  found = strstr (status, "VmHWM:");
  g_assert_nonnull (found);
  size = g_ascii_strtoull (found + strlen ("VmHWM:"), NULL, 10);
  g_test_message ("%" G_GUINT64_FORMAT " KiB", size);
#ifndef HAS_SANITIZER
  g_assert_cmpuint (size, <, 1024);
#endif
}

static void
test_by_hand (ShimFixture  *fixture,
              gconstpointer test_data)
{
  const char *argv[] = { g_getenv ("HEADWAY_SHIM"), NULL };
  g_autofree char *text = NULL;
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, &text,
                               &status, NULL));

  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 2);
  g_assert_cmpstr (text, ==, "headway-shim is started by headwayd, for each program that it "
                   "runs.\n");
}

/* Where the low half of a number of 64 bits is. */
#define LOW_HALF (G_BYTE_ORDER == G_BIG_ENDIAN ? 4 : 0)

/* A call to the system that a shim does not get, and what happens if it tries: as a
 * kernel that is short of something would have it.
 */
typedef struct
{
  ShimFixture *fixture;
  guint32 call;
  guint32 comparison; /* how the first argument compares */
  guint32 argument;   /* with this */
  guint32 action;
  GError *error;      /* (owned) (nullable): why there is no shim */
} Refusal;

/* Only what this thread starts is refused anything. */
static gpointer
spawn_refused (gpointer user_data)
{
  Refusal *refusal = user_data;
  ShimFixture *fixture = refusal->fixture;
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, refusal->call, 0, 3),
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, args[0]) + LOW_HALF),
    BPF_JUMP (BPF_JMP | refusal->comparison | BPF_K, refusal->argument, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, refusal->action),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = { G_N_ELEMENTS (code), code };

  g_assert_no_errno (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  g_assert_no_errno (prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
  hw_spawn_shim (g_getenv ("HEADWAY_SHIM"), "test", fixture->folder, -1, fixture->process,
                 &refusal->error);

  return NULL;
}

/* Puts a shim that is refused something in the place of the first. */
static void
replace_shim (ShimFixture *fixture,
              guint32      call,
              guint32      comparison,
              guint32      argument,
              guint32      action)
{
  Refusal refusal = { fixture, call, comparison, argument, action, NULL };

  await_shim (fixture->process);
  hw_shim_process_free (fixture->process);
  fixture->process = g_new0 (HwShimProcess, 1);
  g_thread_join (g_thread_new ("shim", spawn_refused, &refusal));
  g_assert_no_error (refusal.error);
  set_patience (fixture->process->link_fd);
}

/* Test that it is not the fault of the shim's file if there may be no more processes. */
static void
test_no_room_to_start (ShimFixture  *fixture,
                       gconstpointer test_data)
{
  HwShimProcess none = { .pidfd = -1, .link_fd = -1 };
  ShimFixture nothing = { fixture->folder, fixture->mark, &none };
  Refusal refusal = { &nothing, SYS_execve, BPF_JGE, 0, SECCOMP_RET_ERRNO | EAGAIN, NULL };

  g_thread_join (g_thread_new ("shim", spawn_refused, &refusal));

  g_assert_error (refusal.error, HW_ERROR, HW_ERROR_FAILED);
  g_assert_cmpstr (refusal.error->message, ==,
                   "Headway cannot watch another program: Resource temporarily unavailable. Wait "
                   "until others have ended, and retry the task.");
  g_clear_error (&refusal.error);
}

/* Test that a program that is killed while it is being started has ended: here, as soon
 * as there is a process for it.
 */
static void
test_killed_while_it_starts (ShimFixture  *fixture,
                             gconstpointer test_data)
{
  replace_shim (fixture, SYS_prctl, BPF_JEQ, PR_SET_PDEATHSIG, SECCOMP_RET_KILL_PROCESS);
  begin (fixture, "exit 0");

  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGSYS);
}

/* Gets how long the shim has computed, in µs. */
static gint64
get_cpu_time (ShimFixture *fixture)
{
  struct timespec time;
  clockid_t clock;

  g_assert_cmpint (clock_getcpuclockid (fixture->process->pid, &clock), ==, 0);
  g_assert_no_errno (clock_gettime (clock, &time));

  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* Test that a shim waits quietly for a program that cannot be killed: one of another user,
 * as sudo starts them, or one that the kernel holds.
 */
static void
test_waits_quietly (ShimFixture  *fixture,
                    gconstpointer test_data)
{
  gint64 before;

  replace_shim (fixture, SYS_kill, BPF_JGE, 0, SECCOMP_RET_ERRNO | EPERM);
  begin_stubborn (fixture);
  say (fixture->process->link_fd, HW_SHIM_VERSION, HW_SHIM_KILL, NULL, 0);
  assert_hears (fixture->process->link_fd, HW_SHIM_HELLO);
  before = get_cpu_time (fixture);
  g_usleep (QUIET_TIME); /* check-source: allow sleep: it is what is measured */

  g_test_message ("%" G_GINT64_FORMAT " µs of %d", get_cpu_time (fixture) - before, QUIET_TIME);
  g_assert_cmpint (get_cpu_time (fixture) - before, <, QUIET_TIME / 10);
}

/* Test that a program goes on that prints when nobody can look at it any more, because
 * its folder was taken away.
 */
static void
test_folder_taken_away (ShimFixture  *fixture,
                        gconstpointer test_data)
{
  const char *argv[] = { "rm", "-rf", "--", fixture->folder, NULL };
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  HwShimFrame frame;
  HwShimEnd end;

  begin (fixture, "while [ -e $PWD ]; do sleep 0.01; done; head -c 1000000 /dev/zero; exit 3");
  wait_for_file (fixture, HW_SHIM_SOCKET);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));

  g_assert_true (hear (fixture->process->link_fd, bytes, &frame));
  g_assert_cmpint (frame.verb, ==, HW_SHIM_ENDED);
  g_assert_true (hw_shim_end_parse ((const char *) frame.payload, frame.length, &end));
  g_assert_cmpint (end.number, ==, 3);
  g_assert_true (end.is_cut);
}

static void
on_ended (HwShimLink *link,
          HwShimEnd  *end,
          HwShimEnd  *found)
{
  g_assert_nonnull (end);
  *found = *end;
}

static void
on_status (HwShimLink   *link,
           HwShimStatus *status,
           gboolean     *is_heard)
{
  *is_heard = TRUE;
}

/* Test that a daemon of the next version of the protocol can end what a shim of this one
 * runs: whether it asks before the shim has said its version, or after.
 */
static void
test_older_than_daemon (ShimFixture  *fixture,
                        gconstpointer test_data)
{
  HwShimProcess *process = g_memdup2 (fixture->process, sizeof *process);
  g_autoptr(HwWatchSet) watches = hw_watch_set_new ();
  g_autoptr(HwShimLink) link = NULL;
  HwShimEnd end = { .number = -1 };
  gboolean is_heard = FALSE;

  begin_stubborn (fixture);
  process->link_fd = connect_again (fixture);
  process->pidfd = dup (fixture->process->pidfd);
  link = hw_shim_link_new (process, HW_SHIM_VERSION + 1, watches);
  g_signal_connect (link, "ended", G_CALLBACK (on_ended), &end);
  g_signal_connect (link, "status", G_CALLBACK (on_status), &is_heard);
  if (test_data != NULL)
    wait_until (is_heard);

  hw_shim_link_stop (link, 1000);
  wait_until (end.number >= 0);

  g_assert_cmpint (end.ending, ==, HW_SHIM_KILLED);
  g_assert_cmpint (end.number, ==, SIGKILL);
  g_assert_cmpint (end.stopped, ==, HW_SHIM_ASKED);
}

#define ADD(path, function) \
  g_test_add ("/shim/" path, ShimFixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("hello", test_hello);
  ADD ("stop-is-told-to-all", test_stop_is_told_to_all);
  ADD ("ended-is-told-to-all", test_ended_is_told_to_all);
  ADD ("refuses/later-verbs", test_refuses_later_verbs);
  ADD ("refuses/terminal", test_refuses_terminal);
  ADD ("refuses/nonsense", test_refuses_nonsense);
  ADD ("refuses/crowd", test_crowd);
  ADD ("survives-signals", test_survives_signals);
  ADD ("order-cut-off", test_order_cut_off);
  ADD ("is-small", test_is_small);
  ADD ("by-hand", test_by_hand);
  ADD ("no-room-to-start", test_no_room_to_start);
  ADD ("killed-while-it-starts", test_killed_while_it_starts);
  ADD ("waits-quietly", test_waits_quietly);
  ADD ("folder-taken-away", test_folder_taken_away);
  ADD ("older-than-daemon/before-hello", test_older_than_daemon);
  g_test_add ("/shim/older-than-daemon/after-hello", ShimFixture, "", set_up, test_older_than_daemon,
              tear_down);

  return g_test_run ();
}
