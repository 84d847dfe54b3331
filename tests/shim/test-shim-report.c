/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/support/shim-fixture.h"

/* A user that nobody is, for a sender who must be another one. */
#define STRANGER 54321

/* For Python: tells TEXT as sd_notify(3) does. */
#define NOTIFY \
  "import os, socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); " \
  "s.sendto(TEXT, chr(0) + os.environ['NOTIFY_SOCKET'][1:])"

static void
begin_python (ShimFixture *fixture,
              const char  *script)
{
  const char *argv[] = { "env", "python3", "-c", script, NULL };

  begin_with (fixture, "", (HwShimTask) { .path = "/usr/bin/env", .argv = (char **) argv });
}

/* Gathers all that is told until the end. Returns how many frames that took. */
static guint
gather (int      fd,
        GString *told)
{
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  HwShimFrame frame;
  guint n_frames = 0;

  while (hear (fd, bytes, &frame) && frame.verb != HW_SHIM_ENDED)
    {
      g_assert_cmpint (frame.verb, ==, HW_SHIM_REPORT);
      g_assert_cmpuint (frame.length, >, 0);
      g_assert_cmpint (frame.payload[frame.length - 1], ==, '\n');
      g_string_append_len (told, (const char *) frame.payload, (gssize) frame.length);
      n_frames++;
    }

  g_assert_cmpint (frame.verb, ==, HW_SHIM_ENDED);

  return n_frames;
}

static void
assert_told (ShimFixture *fixture,
             const char  *expected)
{
  g_autoptr(GString) told = g_string_new (NULL);

  gather (fixture->process->link_fd, told);
  g_assert_cmpstr (told->str, ==, expected);
}

/* Test that lines go on as they are, a last one without an end, too, and before the end. */
static void
test_pipe (ShimFixture  *fixture,
           gconstpointer test_data)
{
  begin (fixture, "echo PROGRESS=0.5 >&$HEADWAY_PROGRESS_FD; printf 'a\\nSTATUS=' >&3; "
         "printf b >&3");

  assert_told (fixture, "PROGRESS=0.5\na\nSTATUS=b\n");
}

/* Test that a line waits until it is complete. */
static void
test_unfinished_line (ShimFixture  *fixture,
                      gconstpointer test_data)
{
  guint8 bytes[HW_FRAME_HEAD + HW_FRAME_MAX];
  HwShimFrame frame;

  begin (fixture, "printf 'one\\ntw' >&3; while [ ! -e go ]; do sleep 0.01; done; echo o >&3");
  g_assert_true (hear (fixture->process->link_fd, bytes, &frame));
  g_assert_cmpint (frame.verb, ==, HW_SHIM_REPORT);
  g_assert_cmpmem (frame.payload, frame.length, "one\n", 4);

  let_go (fixture);
  assert_told (fixture, "two\n");
}

static void
test_socket (ShimFixture  *fixture,
             gconstpointer test_data)
{
  begin_python (fixture, "TEXT = b'READY=1\\nSTATUS=x'; " NOTIFY "; s.close()");

  assert_told (fixture, "READY=1\nSTATUS=x\n");
}

/* Test that what systemd's own tool says comes through, and that it does not wait for anybody
 * to take a descriptor of its.
 */
static void
test_socket_of_tool (ShimFixture  *fixture,
                     gconstpointer test_data)
{
  begin (fixture, "systemd-notify --status=Reading");

  assert_told (fixture, "STATUS=Reading\nBARRIER=1\n");
}

/* Test that a datagram that is too long is cut where a line ends. */
static void
test_long_datagram (ShimFixture  *fixture,
                    gconstpointer test_data)
{
  begin_python (fixture, "TEXT = b'PROGRESS=0.5\\nSTATUS=' + b'x' * 5000; " NOTIFY);

  assert_told (fixture, "PROGRESS=0.5\n\n");
}

/* Test that nobody else can tell anything about a program, though they know where. */
static void
test_stranger (ShimFixture  *fixture,
               gconstpointer test_data)
{
  if (geteuid () != 0)
    {
      g_test_skip ("only root can be somebody else");
      return;
    }

  begin_python (fixture, "TEXT = b'STATUS=mine'; " NOTIFY "; os.setuid (" G_STRINGIFY (STRANGER) "); "
                "s.sendto(b'STATUS=theirs', chr(0) + os.environ['NOTIFY_SOCKET'][1:])");

  assert_told (fixture, "STATUS=mine\n");
}

/* Test that of a flood the newest is told, rarely, and that it holds up nobody. */
static void
test_flood (ShimFixture  *fixture,
            gconstpointer test_data)
{
  g_autoptr(GString) told = g_string_new (NULL);
  gint64 begin_time = g_get_monotonic_time ();
  guint n_frames;

  begin (fixture, "seq -f 'PROGRESS=0.%09.0f' 300000 >&3; echo done");
  n_frames = gather (fixture->process->link_fd, told);

  g_assert_cmpuint (n_frames, <=, 2 + 10 * (g_get_monotonic_time () - begin_time) / G_USEC_PER_SEC);
  g_assert_true (g_str_has_suffix (told->str, "PROGRESS=0.000300000\n"));
  g_assert_true (g_str_has_prefix (told->str, "PROGRESS=0."));
}

/* Test that what is too long for a line is left out up to its end, and nothing of it is taken
 * for another one.
 */
static void
test_long_line (ShimFixture  *fixture,
                gconstpointer test_data)
{
  g_autoptr(GString) told = g_string_new (NULL);

  begin (fixture, "head -c 100000 /dev/zero | tr '\\0' x >&3; echo PROGRESS=1 >&3; "
         "echo PROGRESS=0.5 >&3");
  gather (fixture->process->link_fd, told);

  g_assert_cmpint (told->str[0], ==, '?');
  g_assert_true (g_str_has_suffix (told->str, "xPROGRESS=1\nPROGRESS=0.5\n") ||
                 g_str_has_suffix (told->str, "?PROGRESS=1\nPROGRESS=0.5\n"));
  g_assert_cmpuint (told->len, <=, HW_FRAME_MAX);
}

/* Test that a program goes on when nobody listens, and that whoever comes hears the newest of
 * what it said meanwhile, and the rest. */
static void
test_nobody_there (ShimFixture  *fixture,
                   gconstpointer test_data)
{
  g_autoptr(GString) told = g_string_new (NULL);
  int fd;

  begin (fixture, "while [ ! -e go ]; do sleep 0.01; done; seq 100000 >&3; sleep 0.3; touch said; "
         "while [ -e go ]; do sleep 0.01; done; sleep 0.3; echo last >&3");
  close (fixture->process->link_fd);
  fixture->process->link_fd = -1;
  let_go (fixture);
  wait_for_file (fixture, "said");

  fd = connect_again (fixture);
  assert_hears (fd, HW_SHIM_HELLO);
  assert_hears (fd, HW_SHIM_REPORT);
  {
    g_autofree char *go = g_build_filename (fixture->folder, "go", NULL);

    g_unlink (go);
  }
  gather (fd, told);
  close (fd);

  g_assert_true (g_str_has_suffix (told->str, "last\n"));
}

/* Test that who does not listen for a while is not sent away for that, and hears the end. */
static void
test_slow_listener (ShimFixture  *fixture,
                    gconstpointer test_data)
{
  g_autoptr(GString) told = g_string_new (NULL);

  begin (fixture, "for i in $(seq 30); do seq -f '%040.0f' 100 >&3; sleep 0.1; done; touch said");
  wait_for_file (fixture, "said");
  gather (fixture->process->link_fd, told);

  /* All of it was some 30 KiB, and the kernel needs more than that for it. */
  g_assert_cmpuint (told->len, <, 30 * HW_FRAME_MAX);
}

#define ADD(path, function) \
  g_test_add ("/shim-report/" path, ShimFixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("pipe", test_pipe);
  ADD ("pipe/unfinished-line", test_unfinished_line);
  ADD ("pipe/long-line", test_long_line);
  ADD ("pipe/flood", test_flood);
  ADD ("socket", test_socket);
  ADD ("socket/systemd-notify", test_socket_of_tool);
  ADD ("socket/long-datagram", test_long_datagram);
  ADD ("socket/stranger", test_stranger);
  ADD ("nobody-there", test_nobody_there);
  ADD ("slow-listener", test_slow_listener);

  return g_test_run ();
}
