/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/support/shim-fixture.h"

/* How long it is looked whether something does not happen. */
#define QUIET_TIME (G_USEC_PER_SEC / 5)

/* Prints on and on, and so do two children, one of them in a session of its own; all of them
 * start processes all the time. Should a test leave them, they end with its folder, and within
 * a minute where that is left, too.
 */
#define ON_AND_ON "[ -d \"$PWD\" ] && [ $((n+=1)) -lt 20000 ]"
#define RESTLESS \
  "go () { while " ON_AND_ON "; do /bin/echo x; sleep 0.001; done; }; " \
  "go & setsid sh -c 'while " ON_AND_ON "; do /bin/echo y; (sleep 0.002 &); done' & go"

/* Does what it should when it is asked to end: it takes its time, and has a code of its own. If
 * nobody asks, it ends by itself after some minutes.
 */
#define TIDY \
  "trap 'echo tidy; exit 9' TERM; touch ready; while [ $((n+=1)) -lt 30000 ]; do sleep 0.01; done"

static void
ask (ShimFixture *fixture,
     HwShimVerb   verb)
{
  say (fixture->process->link_fd, HW_SHIM_VERSION, verb, NULL, 0);
}

static void
ask_to_stop (ShimFixture *fixture,
             guint32      milliseconds)
{
  guint8 payload[4];

  hw_shim_write_u32 (payload, milliseconds);
  say (fixture->process->link_fd, HW_SHIM_VERSION, HW_SHIM_STOP, payload, sizeof payload);
}

/* Hears how it goes next, as everybody does when that changes. */
static HwShimStatus
hear_status (ShimFixture *fixture)
{
  HwShimStatus status;

  assert_status (fixture->process->link_fd, &status);

  return status;
}

static HwShimStatus
ask_status (ShimFixture *fixture)
{
  ask (fixture, HW_SHIM_STATUS);

  return hear_status (fixture);
}

static void
pause_all (ShimFixture *fixture)
{
  ask (fixture, HW_SHIM_PAUSE);
  g_assert_true (hear_status (fixture).is_paused);
}

/* Counts what was printed. */
static gsize
get_output_size (ShimFixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "output-0", NULL);
  GStatBuf status;

  return g_stat (path, &status) == 0 ? (gsize) status.st_size : 0;
}

static void
wait_for_output (ShimFixture *fixture,
                 gsize        size)
{
  gint64 begin = g_get_monotonic_time ();

  while (get_output_size (fixture) <= size)
    {
      g_assert_cmpint (g_get_monotonic_time () - begin, <, WAIT_SECONDS * G_USEC_PER_SEC);
      g_thread_yield ();
    }
}

/* Test that nothing moves while it is paused, though all of it starts others all the time, and
 * that all of it goes on.
 */
static void
test_pause_holds_all (ShimFixture  *fixture,
                      gconstpointer test_data)
{
  for (guint i = 0; i < 3; i++)
    {
      gsize size;

      if (i == 0)
        begin (fixture, RESTLESS);
      wait_for_output (fixture, get_output_size (fixture) + 50);
      pause_all (fixture);

      /* What was printed before is read before the shim hears this. */
      g_assert_true (ask_status (fixture).is_paused);
      g_assert_true (ask_status (fixture).is_paused);
      size = get_output_size (fixture);
      g_usleep (QUIET_TIME); /* check-source: allow sleep: nothing happens meanwhile */
      g_assert_cmpuint (get_output_size (fixture), ==, size);

      ask (fixture, HW_SHIM_RESUME);
      g_assert_false (hear_status (fixture).is_paused);
      wait_for_output (fixture, size + 50);
    }
}

static void
test_pause_is_told_to_all (ShimFixture  *fixture,
                           gconstpointer test_data)
{
  HwShimStatus status;
  int fd;

  begin (fixture, "exec sleep 60");
  fd = connect_again (fixture);
  assert_status (fd, &status);
  g_assert_false (status.is_paused);

  /* Twice is as good as once, and is told once. */
  pause_all (fixture);
  ask (fixture, HW_SHIM_PAUSE);
  assert_status (fd, &status);
  g_assert_true (status.is_paused);

  ask (fixture, HW_SHIM_RESUME);
  ask (fixture, HW_SHIM_RESUME);
  assert_status (fd, &status);
  g_assert_false (status.is_paused);
  g_assert_false (hear_status (fixture).is_paused);

  /* Who comes later hears it, too. */
  close (fd);
  pause_all (fixture);
  fd = connect_again (fixture);
  assert_status (fd, &status);
  g_assert_true (status.is_paused);
  close (fd);
}

/* Test that a program that is paused can tidy up when it is stopped, at once. */
static void
test_stop_of_paused (ShimFixture  *fixture,
                     gconstpointer test_data)
{
  HwShimStatus status;

  begin (fixture, TIDY);
  wait_for_file (fixture, "ready");
  pause_all (fixture);
  ask_to_stop (fixture, G_MAXINT32);

  status = hear_status (fixture);
  g_assert_true (status.is_stopping);
  g_assert_false (status.is_paused);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 9);
}

static void
test_kill_of_paused (ShimFixture  *fixture,
                     gconstpointer test_data)
{
  begin (fixture, RESTLESS);
  wait_for_output (fixture, 0);
  pause_all (fixture);
  ask (fixture, HW_SHIM_KILL);

  g_assert_true (hear_status (fixture).is_stopping);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGKILL);
}

/* Test that what is being stopped is not paused: it would never end. */
static void
test_pause_of_stopping (ShimFixture  *fixture,
                        gconstpointer test_data)
{
  begin_stubborn (fixture);
  ask_to_stop (fixture, G_MAXINT32);
  g_assert_true (hear_status (fixture).is_stopping);
  ask (fixture, HW_SHIM_PAUSE);
  g_assert_false (ask_status (fixture).is_paused);

  ask (fixture, HW_SHIM_KILL);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGKILL);
}

/* Test that a program that was held by somebody else has not ended, and may go on. */
static void
test_held_by_others (ShimFixture  *fixture,
                     gconstpointer test_data)
{
  HwProcessStat stat;
  HwShimStatus status;

  begin (fixture, "while [ ! -e go ]; do sleep 0.01; done; exit 7");
  status = ask_status (fixture);
  g_assert_no_errno (kill ((pid_t) status.pid, SIGSTOP));
  do
    g_assert_true (hw_process_read ((pid_t) status.pid, &stat));
  while (stat.state != 'T');
  let_go (fixture);
  g_assert_false (ask_status (fixture).has_ended);

  g_assert_no_errno (kill ((pid_t) status.pid, SIGCONT));
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 7);
}

/* Test that those whom a paused program leaves behind when somebody kills it go on. */
static void
test_killed_while_paused (ShimFixture  *fixture,
                          gconstpointer test_data)
{
  HwShimStatus status;

  begin (fixture, "(touch ready; while [ ! -e go ]; do sleep 0.01; done; touch done) & wait");
  wait_for_file (fixture, "ready");
  pause_all (fixture);
  status = ask_status (fixture);
  g_assert_no_errno (kill ((pid_t) status.pid, SIGKILL));
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGKILL);

  let_go (fixture);
  wait_for_file (fixture, "done");
}

static HwShimStopped
read_stopped (ShimFixture *fixture)
{
  HwShimEnd end;

  read_end (fixture, &end);

  return end.stopped;
}

static void
test_timeout (ShimFixture  *fixture,
              gconstpointer test_data)
{
  gint64 begin_time = g_get_monotonic_time ();

  begin_with (fixture, "exec sleep 60", (HwShimTask) { .timeout = 200, .grace = G_MAXINT32 });

  g_assert_true (hear_status (fixture).is_stopping);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGTERM);
  g_assert_cmpint (g_get_monotonic_time () - begin_time, >=, 200 * 1000);
  g_assert_cmpint (read_stopped (fixture), ==, HW_SHIM_TIMED_OUT);
}

/* How long a shell has until it ignores SIGTERM, in milliseconds: a hundred times what it takes,
 * as it may have to wait for a processor.
 */
#define TIME_TO_BECOME_STUBBORN 1000

static void
test_timeout_of_stubborn (ShimFixture  *fixture,
                          gconstpointer test_data)
{
  gint64 begin_time = g_get_monotonic_time ();

  begin_with (fixture, STUBBORN,
              (HwShimTask) { .timeout = TIME_TO_BECOME_STUBBORN, .grace = 100 });

  g_assert_true (hear_status (fixture).is_stopping);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGKILL);
  g_assert_cmpint (g_get_monotonic_time () - begin_time, >=, (TIME_TO_BECOME_STUBBORN + 100) * 1000);
  g_assert_cmpint (read_stopped (fixture), ==, HW_SHIM_TIMED_OUT);
}

/* Test that what ends in time was not stopped. */
static void
test_timeout_in_time (ShimFixture  *fixture,
                      gconstpointer test_data)
{
  begin_with (fixture, "exit 3", (HwShimTask) { .timeout = G_MAXUINT32, .grace = 100 });

  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 3);
  g_assert_cmpint (read_stopped (fixture), ==, HW_SHIM_NOT_STOPPED);
}

/* Test that who was asked to stop has not timed out, however long that takes. */
static void
test_timeout_after_stop (ShimFixture  *fixture,
                         gconstpointer test_data)
{
  begin_with (fixture, STUBBORN,
              (HwShimTask) { .timeout = TIME_TO_BECOME_STUBBORN, .grace = 0 });
  wait_for_file (fixture, "ready");
  ask_to_stop (fixture, TIME_TO_BECOME_STUBBORN + 100);

  g_assert_true (hear_status (fixture).is_stopping);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGKILL);
  g_assert_cmpint (read_stopped (fixture), ==, HW_SHIM_ASKED);
}

/* Test that the time of a pause does not count, and that the rest does. */
static void
test_timeout_and_pause (ShimFixture  *fixture,
                        gconstpointer test_data)
{
  gint64 pause_time, begin_time;

  begin_time = g_get_monotonic_time ();
  begin_with (fixture, "exec sleep 60", (HwShimTask) { .timeout = 1500, .grace = G_MAXINT32 });
  pause_all (fixture);
  pause_time = g_get_monotonic_time ();
  g_usleep (1600 * 1000); /* check-source: allow sleep: that long, nothing happens */
  g_assert_true (ask_status (fixture).is_paused);
  pause_time = g_get_monotonic_time () - pause_time;

  ask (fixture, HW_SHIM_RESUME);
  g_assert_false (hear_status (fixture).is_stopping);
  g_assert_true (hear_status (fixture).is_stopping);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGTERM);
  g_assert_cmpint (g_get_monotonic_time () - begin_time, >=, pause_time + 1500 * 1000);
  g_assert_cmpint (read_stopped (fixture), ==, HW_SHIM_TIMED_OUT);
}

/* Gets the folder of the cgroup that a shim makes, if it has one to make it in. */
static char *
build_work_path (ShimFixture *fixture)
{
  return g_build_filename (fixture->cgroup != NULL ? fixture->cgroup : fixture->folder, "work",
                           NULL);
}

/* Test that it is said in which cgroup the work is, and that nothing of it stays. */
static void
test_level (ShimFixture  *fixture,
            gconstpointer test_data)
{
  gboolean has_cgroup = fixture->cgroup != NULL;
  g_autofree char *work = build_work_path (fixture);
  HwShimStart start;

  begin (fixture, "while [ ! -e go ]; do sleep 0.01; done");
  read_start (fixture, &start);

  g_assert_cmpint (fixture->started.containment, ==, has_cgroup ? HW_SHIM_CGROUP : HW_SHIM_SESSION);
  g_assert_cmpint (ask_status (fixture).containment, ==, fixture->started.containment);
  g_assert_cmpuint (fixture->started.pid, ==, (guint) start.child);
  g_assert_cmpstr (start.cgroup, ==, has_cgroup ? fixture->cgroup : "");
  if (has_cgroup)
    g_assert_cmpuint (test_cgroup_count (work), >=, 1);

  let_go (fixture);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 0);
  await_shim (fixture->process);
  g_assert_false (g_file_test (work, G_FILE_TEST_EXISTS));
}

/* Test that a program that cannot be started leaves no cgroup. */
static void
test_not_started (ShimFixture  *fixture,
                  gconstpointer test_data)
{
  g_autofree char *work = build_work_path (fixture);

  order (fixture, "", (HwShimTask) { .path = "/does/not/exist" });
  assert_hears (fixture->process->link_fd, HW_SHIM_NOT_STARTED);
  await_shim (fixture->process);

  g_assert_false (g_file_test (work, G_FILE_TEST_EXISTS));
}

static void
set_up_with_cgroup (ShimFixture  *fixture,
                    gconstpointer test_data)
{
  set_up (fixture, test_data);
  fixture->cgroup = test_cgroup_new ();
}

/* A folder that looks like a cgroup, as far as a test says. */
static void
write_fake (ShimFixture *fixture,
            const char  *name,
            const char  *text)
{
  g_autofree char *path = g_build_filename (fixture->folder, "fake", name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
begin_in_fake (ShimFixture *fixture,
               const char  *script)
{
  g_autofree char *path = g_build_filename (fixture->folder, "fake", NULL);

  begin_with (fixture, script, (HwShimTask) { .cgroup = path });
}

/* Test that whom the kernel kills for memory is counted, in the cgroup of the work, or, where
 * the kernel does not count there, in the one above.
 */
static void
test_fake_oom_kills (ShimFixture  *fixture,
                     gconstpointer test_data)
{
  const char *name = test_data;
  HwShimEnd end;

  write_fake (fixture, "work/cgroup.procs", "");
  write_fake (fixture, "work/cgroup.kill", "");
  write_fake (fixture, "work/cgroup.events", "populated 1\nfrozen 0\n");
  write_fake (fixture, name, "low 0\nhigh 1\nmax 2\noom 3\noom_kill 4\noom_group_kill 5\n");
  begin_in_fake (fixture, "kill -KILL $$");

  g_assert_cmpint (fixture->started.containment, ==, HW_SHIM_CGROUP);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGKILL);
  read_end (fixture, &end);
  g_assert_cmpuint (end.n_oom_kills, ==, 4);
}

/* Test that what a cgroup does not do by itself is done without it. */
static void
test_fake_kill (ShimFixture  *fixture,
                gconstpointer test_data)
{
  HwShimEnd end;

  write_fake (fixture, "work/cgroup.procs", "");
  write_fake (fixture, "work/cgroup.kill", "");
  write_fake (fixture, "work/cgroup.events", "");
  begin_in_fake (fixture, RESTLESS);
  wait_for_output (fixture, 0);
  ask (fixture, HW_SHIM_KILL);
  g_assert_true (hear_status (fixture).is_stopping);

  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGKILL);
  read_end (fixture, &end);
  g_assert_cmpuint (end.n_oom_kills, ==, 0);
}

/* Test that without a cgroup that does what is needed there is none, and that this is told. */
static void
test_fake_refused (ShimFixture  *fixture,
                   gconstpointer test_data)
{
  const char *missing = test_data;
  static const char *const names[] = {
    "work/cgroup.kill", "work/cgroup.events", "work/cgroup.procs",
  };
  HwShimStart start;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!g_str_equal (names[i], missing))
      write_fake (fixture, names[i], "");
  begin_in_fake (fixture, STUBBORN);
  read_start (fixture, &start);

  g_assert_cmpint (fixture->started.containment, ==, HW_SHIM_SESSION);
  g_assert_cmpstr (start.cgroup, ==, "");

  wait_for_file (fixture, "ready");
  pause_all (fixture);
  ask (fixture, HW_SHIM_KILL);
  g_assert_true (hear_status (fixture).is_stopping);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_KILLED, SIGKILL);
}

/* Test that the path of a cgroup that cannot be one is none. */
static void
test_fake_path_refused (ShimFixture  *fixture,
                        gconstpointer test_data)
{
  begin_with (fixture, "exit 0", (HwShimTask) { .cgroup = test_data });

  g_assert_cmpint (fixture->started.containment, ==, HW_SHIM_SESSION);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 0);
}

/* Test that a folder that is no cgroup is left as it was. */
static void
test_fake_plain_folder (ShimFixture  *fixture,
                        gconstpointer test_data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "fake", NULL);

  g_assert_no_errno (g_mkdir (path, 0700));
  begin_in_fake (fixture, "exit 0");

  g_assert_cmpint (fixture->started.containment, ==, HW_SHIM_SESSION);
  assert_ended (fixture, fixture->process->link_fd, HW_SHIM_EXITED, 0);
  g_assert_no_errno (g_rmdir (path));
}

static void
test_no_cgroup (void)
{
  g_test_skip ("There is no cgroup here that we may write to");
}

/* What is promised at each level. */
static const struct
{
  const char *name;
  void ( *function ) (ShimFixture  *fixture,
                      gconstpointer test_data);
} claims[] = {
  { "level-is-told", test_level },
  { "nothing-is-left-of-what-did-not-start", test_not_started },
  { "pause/holds-all", test_pause_holds_all },
  { "pause/is-told-to-all", test_pause_is_told_to_all },
  { "pause/of-stopping", test_pause_of_stopping },
  { "pause/stop", test_stop_of_paused },
  { "pause/kill", test_kill_of_paused },
  { "pause/killed-by-others", test_killed_while_paused },
  { "held-by-others", test_held_by_others },
  { "timeout", test_timeout },
  { "timeout/of-stubborn", test_timeout_of_stubborn },
  { "timeout/in-time", test_timeout_in_time },
  { "timeout/after-stop", test_timeout_after_stop },
  { "timeout/stands-still-in-a-pause", test_timeout_and_pause },
};

#define ADD_FAKE(path, data, function) \
  g_test_add ("/shim-control/fake-cgroup/" path, ShimFixture, data, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_autofree char *cgroup = NULL;
  gboolean has_cgroups;

  g_test_init (&argc, &argv, NULL);
  cgroup = test_cgroup_new ();
  has_cgroups = cgroup != NULL;
  g_clear_pointer (&cgroup, test_cgroup_free);

  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    {
      g_autofree char *session = g_strconcat ("/shim-control/session/", claims[i].name, NULL);
      g_autofree char *path = g_strconcat ("/shim-control/cgroup/", claims[i].name, NULL);

      g_test_add (session, ShimFixture, NULL, set_up, claims[i].function, tear_down);
      if (has_cgroups)
        g_test_add (path, ShimFixture, NULL, set_up_with_cgroup, claims[i].function, tear_down);
    }
  ADD_FAKE ("oom-kills/of-work", "work/memory.events", test_fake_oom_kills);
  ADD_FAKE ("oom-kills/of-all", "memory.events", test_fake_oom_kills);
  ADD_FAKE ("kill", NULL, test_fake_kill);
  ADD_FAKE ("refused/no-kill", "work/cgroup.kill", test_fake_refused);
  ADD_FAKE ("refused/no-events", "work/cgroup.events", test_fake_refused);
  ADD_FAKE ("refused/no-way-in", "work/cgroup.procs", test_fake_refused);
  ADD_FAKE ("refused/plain-folder", NULL, test_fake_plain_folder);
  ADD_FAKE ("refused/not-there", "/does/not/exist", test_fake_path_refused);
  ADD_FAKE ("refused/relative", ".", test_fake_path_refused);

  if (!has_cgroups)
    g_test_add_func ("/shim-control/cgroup", test_no_cgroup);

  return g_test_run ();
}
