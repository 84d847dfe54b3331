/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-site.h"

#define NOOP "{\"type\":\"noop\"}"
#define BLOCKER "{\"type\":\"demo\",\"parameters\":{\"steps\":1,\"delay\":3600}}"

static char *
make_batch (guint size)
{
  GString *body = g_string_new ("[" NOOP);

  for (guint i = 1; i < size; i++)
    g_string_append (body, "," NOOP);
  g_string_append_c (body, ']');

  return g_string_free (body, FALSE);
}

/* Has somebody ask the daemon that runs now. */
static void
bench_site_introduce (BenchSite *self)
{
  g_autofree char *batch = make_batch (self->batch_size);

  self->client = bench_client_new (self->daemon.port, self->daemon.token);
  self->request = bench_client_make_request (self->client, NOOP);
  self->batch = bench_client_make_request (self->client, batch);
}

static void
bench_site_stop (BenchSite *self)
{
  g_clear_pointer (&self->client, bench_client_free);
  g_clear_pointer (&self->request, g_free);
  g_clear_pointer (&self->batch, g_free);
  bench_daemon_stop (&self->daemon);
}

/**
 * bench_site_open:
 * @self: a site
 * @max_parallel: how many tasks run at once
 * @sync_time: how many microseconds each sync of a file takes beside its own time
 * @batch_size: how many tasks a batch adds
 *
 * Starts a daemon.
 */
void
bench_site_open (BenchSite *self,
                 guint      max_parallel,
                 guint      sync_time,
                 guint      batch_size)
{
  self->max_parallel = max_parallel;
  self->sync_time = sync_time;
  self->batch_size = batch_size;
  bench_daemon_start (&self->daemon, max_parallel, sync_time);
  bench_site_introduce (self);
}

/* Ends the daemon, and starts another one on the same folder. */
void
bench_site_restart (BenchSite *self)
{
  bench_site_stop (self);
  bench_daemon_start (&self->daemon, self->max_parallel, self->sync_time);
  bench_site_introduce (self);
}

void
bench_site_close (BenchSite *self)
{
  bench_site_stop (self);
  bench_daemon_remove (&self->daemon);
}

/* Runs something that takes longer than is measured. Of a site that runs one task at a time,
 * all others wait from then on.
 */
void
bench_site_block (BenchSite *self)
{
  g_autofree char *request = bench_client_make_request (self->client, BLOCKER);
  g_autofree char *answer = bench_client_ask (self->client, request);

  g_assert_nonnull (answer);
}
