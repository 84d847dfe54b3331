/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-shim-records.h"
#include "hw-shim-words.h"
#include "hw-spawn.h"

#include "tests/support/test-cgroup.h"
#include "tests/support/wait.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Long enough for any machine: the shim answers at once, or the test is broken. */
#define PATIENCE { .tv_sec = WAIT_SECONDS }

/* A real shim, and the connection that it was born with, as bytes. */
typedef struct
{
  char *folder;           /* (owned) */
  char *mark;             /* (owned) */
  HwShimProcess *process; /* (owned) */
  char *cgroup;           /* (owned) (nullable): for the shim to use */
  HwShimStatus started;   /* what it said when it had begun */
} ShimFixture;

static inline void
set_patience (int fd)
{
  const struct timeval patience = PATIENCE;

  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience));
}

static inline void
set_up (ShimFixture  *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("headway-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->mark = g_strdup_printf (HW_MARK_VARIABLE "=%d/7/1", (int) getpid ());
  fixture->process = g_new0 (HwShimProcess, 1);
  g_assert_true (hw_spawn_shim (g_getenv ("HEADWAY_SHIM"), "test", fixture->folder, -1,
                                fixture->process, &error));
  g_assert_no_error (error);
  set_patience (fixture->process->link_fd);
}

/* Waits for the end of a shim of ours, which comes as soon as nobody speaks with it. */
static inline void
await_shim (HwShimProcess *process)
{
  siginfo_t ending;

  if (process->link_fd >= 0)
    close (process->link_fd);
  process->link_fd = -1;

  while (process->pidfd >= 0 &&
         waitid (P_PIDFD, (id_t) process->pidfd, &ending, WEXITED) < 0 && errno == EINTR)
    continue;
}

static inline void
tear_down (ShimFixture  *fixture,
           gconstpointer test_data)
{
  const char *argv[] = { "rm", "-rf", "--", fixture->folder, NULL };

  kill (fixture->process->pid, SIGKILL);
  await_shim (fixture->process);
  g_clear_pointer (&fixture->process, hw_shim_process_free);
  g_clear_pointer (&fixture->cgroup, test_cgroup_free);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  g_free (fixture->folder);
  g_free (fixture->mark);
}

static inline void
say (int           fd,
     guint8        version,
     guint8        verb,
     gconstpointer payload,
     gsize         length)
{
  g_autofree guint8 *bytes = g_malloc (HW_FRAME_HEAD + length);

  hw_shim_frame_write_head (bytes, version, (HwShimVerb) verb, length);
  if (length > 0)
    memcpy (bytes + HW_FRAME_HEAD, payload, length);
  g_assert_cmpint (send (fd, bytes, HW_FRAME_HEAD + length, MSG_NOSIGNAL), ==,
                   (int) (HW_FRAME_HEAD + length));
}

/* Hears one frame into @bytes. Returns %FALSE at the end of the connection. */
static inline gboolean
hear (int          fd,
      guint8      *bytes,
      HwShimFrame *frame)
{
  gssize n = recv (fd, bytes, HW_FRAME_HEAD, MSG_WAITALL);

  if (n == 0)
    return FALSE;

  g_assert_cmpint ((int) n, ==, HW_FRAME_HEAD);
  n = (gssize) hw_shim_read_u32 (bytes + 4);
  g_assert_cmpint ((int) n, <=, HW_FRAME_MAX);
  if (n > 0)
    g_assert_cmpint ((int) recv (fd, bytes + HW_FRAME_HEAD, (size_t) n, MSG_WAITALL), ==, (int) n);
  g_assert_cmpint (hw_shim_frame_read (bytes, HW_FRAME_HEAD + (gsize) n, frame), >, 0);

  return TRUE;
}

static inline void
assert_hears (int        fd,
              HwShimVerb verb)
{
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  HwShimFrame frame;

  g_assert_true (hear (fd, bytes, &frame));
  g_assert_cmpint (frame.verb, ==, verb);
  g_assert_cmpint (frame.version, ==, HW_SHIM_VERSION);
}

static inline void
assert_status (int           fd,
               HwShimStatus *status)
{
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  HwShimFrame frame;

  g_assert_true (hear (fd, bytes, &frame));
  g_assert_cmpint (frame.verb, ==, HW_SHIM_HELLO);
  g_assert_true (hw_shim_status_read (frame.payload, frame.length, status));
}

/* Whatever a test begins ends, though the test may have died, in ms. */
#define LONGEST_LIFE (3 * 60 * 1000)

/* Asks for a script, and for what @wishes says beside that. */
static inline void
order (ShimFixture *fixture,
       const char  *script,
       HwShimTask   wishes)
{
  const char *argv[] = { "sh", "-c", script, NULL };
  const char *environment[] = { "PATH=/usr/bin:/bin", fixture->mark, NULL };
  g_autofree guint8 *bytes = NULL;

  wishes.mark = fixture->mark;
  wishes.life = "a-boot/1";
  wishes.timeout = wishes.timeout != 0 ? wishes.timeout : LONGEST_LIFE;
  wishes.path = wishes.path != NULL ? wishes.path : "/bin/sh";
  wishes.cgroup = wishes.cgroup != NULL ? wishes.cgroup : fixture->cgroup;
  wishes.directory = fixture->folder;
  wishes.umask = -1;
  wishes.argv = wishes.argv != NULL ? wishes.argv : (char **) argv;
  wishes.environment = (char **) environment;

  bytes = g_malloc (hw_shim_task_size (&wishes));
  hw_shim_task_write (&wishes, bytes);
  say (fixture->process->link_fd, HW_SHIM_VERSION, HW_SHIM_START_TASK, bytes,
       hw_shim_task_size (&wishes));
}

static inline void
begin_with (ShimFixture *fixture,
            const char  *script,
            HwShimTask   wishes)
{
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  HwShimFrame frame;

  order (fixture, script, wishes);
  g_assert_true (hear (fixture->process->link_fd, bytes, &frame));
  g_assert_cmpint (frame.verb, ==, HW_SHIM_STARTED);
  g_assert_true (hw_shim_status_read (frame.payload, frame.length, &fixture->started));
}

static inline void
begin (ShimFixture *fixture,
       const char  *script)
{
  begin_with (fixture, script, (HwShimTask) { 0 });
}

/* Waits until a script has made a file in its folder. */
static inline void
wait_for_file (ShimFixture *fixture,
               const char  *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  gint64 begin_time = g_get_monotonic_time ();

  while (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_assert_cmpint (g_get_monotonic_time () - begin_time, <, WAIT_SECONDS * G_USEC_PER_SEC);
      g_thread_yield ();
    }
}

/* Ignores a stop. Should a test die, it ends by itself after some minutes. */
#define STUBBORN "trap '' TERM; touch ready; while [ $((n+=1)) -lt 300 ]; do sleep 1; done"

/* Begins what ignores a stop, and waits until it does. */
static inline void
begin_stubborn (ShimFixture *fixture)
{
  begin (fixture, STUBBORN);
  wait_for_file (fixture, "ready");
}

/* Makes the file that a script waits for. */
static inline void
let_go (ShimFixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "go", NULL);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
}

/* Waits for the door of a shim, which is not there from the first moment. */
static inline int
connect_again (ShimFixture *fixture)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  wait_for_file (fixture, HW_SHIM_SOCKET);
  g_snprintf (address.sun_path, sizeof address.sun_path, "%s/" HW_SHIM_SOCKET, fixture->folder);
  g_assert_no_errno (connect (fd, (struct sockaddr *) &address, sizeof address));
  set_patience (fd);

  return fd;
}

static inline void
read_start (ShimFixture *fixture,
            HwShimStart *start)
{
  g_autofree char *path = g_build_filename (fixture->folder, HW_SHIM_START, NULL);
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_true (hw_shim_start_parse (text, length, start));
}

static inline void
read_end (ShimFixture *fixture,
          HwShimEnd   *end)
{
  g_autofree char *path = g_build_filename (fixture->folder, HW_SHIM_END, NULL);
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_true (hw_shim_end_parse (text, length, end));
}

static inline void
assert_ended (ShimFixture *fixture,
              int          fd,
              HwShimEnding ending,
              int          number)
{
  g_autofree char *path = g_build_filename (fixture->folder, HW_SHIM_END, NULL);
  g_autofree char *text = NULL;
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  HwShimFrame frame;
  HwShimEnd end;
  gsize length;

  g_assert_true (hear (fd, bytes, &frame));
  g_assert_cmpint (frame.verb, ==, HW_SHIM_ENDED);

  /* What is told is what is on disk, and was there before. */
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_cmpmem (text, length, frame.payload, frame.length);
  g_assert_true (hw_shim_end_parse (text, length, &end));
  g_assert_cmpstr (end.mark, ==, fixture->mark);
  g_assert_cmpint (end.ending, ==, ending);
  g_assert_cmpint (end.number, ==, number);
}
