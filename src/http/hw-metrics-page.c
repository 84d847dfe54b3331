/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-metrics-page.h"

/* The page of metrics: which there are, what they are called and what they say. Pure. Whoever has
 * alerts stands on these names: none of them is changed, and what a label says is one of a few
 * words.
 */

/* A metric that is one number. */
static void
write_number (HwMetricsWriter *writer,
              HwMetricKind     kind,
              const char      *name,
              guint64          value,
              const char      *help)
{
  hw_metrics_writer_begin (writer, kind, name, help);
  hw_metrics_writer_add (writer, value, NULL);
}

static void
write_span (HwMetricsWriter *writer,
            HwMetricKind     kind,
            const char      *name,
            gint64           span,
            const char      *help)
{
  hw_metrics_writer_begin (writer, kind, name, help);
  hw_metrics_writer_add_span (writer, span);
}

static void
write_histogram (HwMetricsWriter   *writer,
                 const char        *name,
                 const HwHistogram *histogram,
                 const char        *help)
{
  hw_metrics_writer_begin (writer, HW_METRIC_HISTOGRAM, name, help);
  hw_metrics_writer_add_histogram (writer, histogram);
}

static void
write_daemon (HwMetricsWriter        *writer,
              const HwMetricsFigures *figures)
{
  hw_metrics_writer_begin (writer, HW_METRIC_INFO, "headway_build",
                           "The version of the daemon.");
  hw_metrics_writer_add (writer, 1, "version", figures->version, NULL);
  write_number (writer, HW_METRIC_GAUGE, "headway_ready", figures->is_ready ? 1 : 0,
                "Whether the daemon can take tasks and run them, as /readyz says.");
}

static void
write_tasks (HwMetricsWriter        *writer,
             const HwMetricsFigures *figures)
{
  const HwTaskCounts *counts = &figures->survey->counts;
  gint64 oldest = figures->survey->oldest_waiting;

  hw_metrics_writer_begin (writer, HW_METRIC_GAUGE, "headway_tasks",
                           "Tasks that there are, by state.");
  for (guint i = 0; i < HW_N_TASK_STATES; i++)
    hw_metrics_writer_add (writer, counts->n_in_state[i],
                           "state", hw_task_state_to_string ((HwTaskState) i), NULL);

  write_span (writer, HW_METRIC_GAUGE, "headway_task_oldest_waiting_seconds",
              oldest > 0 ? figures->now - oldest : 0,
              "How long ago the task was added that waits and has the lowest number.");
  write_number (writer, HW_METRIC_COUNTER, "headway_tasks_added", counts->ever.n_added,
                "Tasks ever added to this database.");
  write_number (writer, HW_METRIC_COUNTER, "headway_events", figures->survey->head,
                "Events ever written to this database: the number of the newest.");
}

static void
write_ends (HwMetricsWriter *writer,
            GPtrArray       *types)
{
  hw_metrics_writer_begin (writer, HW_METRIC_COUNTER, "headway_task_ends",
                           "Tasks that ended since the daemon was started, by type and result.");
  for (guint i = 0; i < types->len; i++)
    {
      const HwTypeTally *tally = g_ptr_array_index (types, i);

      for (guint result = HW_RESULT_SUCCESS; result < HW_N_RESULTS; result++)
        if (tally->n_ended[result] > 0)
          hw_metrics_writer_add (writer, tally->n_ended[result], "type", tally->type,
                                 "result", hw_result_to_string ((HwResult) result), NULL);
    }
}

static void
write_tally (HwMetricsWriter *writer,
             HwTally         *tally)
{
  GPtrArray *types = hw_tally_get_types (tally);

  hw_metrics_writer_begin (writer, HW_METRIC_COUNTER, "headway_attempts_started",
                           "Attempts that began since the daemon was started, by type.");
  for (guint i = 0; i < types->len; i++)
    {
      const HwTypeTally *type = g_ptr_array_index (types, i);

      hw_metrics_writer_add (writer, type->n_started, "type", type->type, NULL);
    }

  write_ends (writer, types);
  write_histogram (writer, "headway_task_wait_seconds", hw_tally_get_waits (tally),
                   "How long tasks waited before their first attempt began.");
  write_histogram (writer, "headway_attempt_duration_seconds", hw_tally_get_runs (tally),
                   "How long attempts took, pauses included.");
}

static void
write_store (HwMetricsWriter        *writer,
             const HwMetricsFigures *figures)
{
  const HwStoreSurvey *survey = figures->survey;

  write_histogram (writer, "headway_store_commit_duration_seconds", &survey->commits,
                   "How long transactions took, until they were on disk.");
  write_histogram (writer, "headway_store_sync_duration_seconds", &survey->syncs,
                   "How long the disk took to have what a transaction wrote.");
  write_number (writer, HW_METRIC_GAUGE, "headway_store_database_bytes", survey->n_database_bytes,
                "Size of the database.");
  write_number (writer, HW_METRIC_GAUGE, "headway_store_log_bytes", survey->n_log_bytes,
                "Size of the file of the database's write-ahead log.");
  write_number (writer, HW_METRIC_GAUGE, "headway_store_free_bytes", survey->n_free_bytes,
                "Free space on the disk of the database.");
  write_number (writer, HW_METRIC_GAUGE, "headway_store_reserved_bytes", survey->n_reserved_bytes,
                "Free space below which no new task is taken.");
  write_number (writer, HW_METRIC_GAUGE, "headway_output_bytes", figures->n_output_bytes,
                "Output of attempts that have ended, as it is kept.");
}

static void
write_watchers (HwMetricsWriter      *writer,
                const HwPlaneTraffic *watchers)
{
  static const char *const transports[HW_N_PLANE_TRANSPORTS] = {
    [HW_PLANE_TRANSPORT_WEBSOCKET] = "websocket",
    [HW_PLANE_TRANSPORT_HTTP] = "http",
  };

  hw_metrics_writer_begin (writer, HW_METRIC_GAUGE, "headway_watchers",
                           "Connections of those who watch or wait: WebSockets, and answers over "
                           "HTTP that last.");
  for (guint i = 0; i < HW_N_PLANE_TRANSPORTS; i++)
    hw_metrics_writer_add (writer, watchers->n_open[i], "transport", transports[i], NULL);

  write_number (writer, HW_METRIC_GAUGE, "headway_watchers_limit", watchers->n_most,
                "How many such connections there may be.");
  hw_metrics_writer_begin (writer, HW_METRIC_COUNTER, "headway_watchers_connected",
                           "Such connections that ever came since the daemon was started.");
  for (guint i = 0; i < HW_N_PLANE_TRANSPORTS; i++)
    hw_metrics_writer_add (writer, watchers->n_ever[i], "transport", transports[i], NULL);

  write_number (writer, HW_METRIC_COUNTER, "headway_watchers_cut", watchers->n_cut,
                "Such connections that the daemon closed, mostly as the other side took nothing.");
}

static void
write_connections (HwMetricsWriter *writer,
                   const HwTraffic *traffic)
{
  write_number (writer, HW_METRIC_GAUGE, "headway_http_connections", traffic->n_open,
                "Connections that speak HTTP, without those who watch.");
  write_number (writer, HW_METRIC_GAUGE, "headway_http_connections_limit", traffic->n_most,
                "How many such connections there may be.");
  write_number (writer, HW_METRIC_COUNTER, "headway_http_connections_accepted", traffic->n_ever,
                "Such connections that ever came since the daemon was started.");
  hw_metrics_writer_begin (writer, HW_METRIC_COUNTER, "headway_http_connections_refused",
                           "Of these, those for which there was no room, by what was full: all "
                           "places, those of one user or address, or the descriptors.");
  hw_metrics_writer_add (writer, traffic->n_refused - traffic->n_refused_peer -
                         traffic->n_refused_unfit, "reason", "all", NULL);
  hw_metrics_writer_add (writer, traffic->n_refused_peer, "reason", "peer", NULL);
  hw_metrics_writer_add (writer, traffic->n_refused_unfit, "reason", "descriptors", NULL);
  write_number (writer, HW_METRIC_COUNTER, "headway_http_connections_displaced",
                traffic->n_displaced, "Connections that were closed to make room for others.");
}

static void
write_traffic (HwMetricsWriter *writer,
               const HwTraffic *traffic)
{
  static const char *const classes[HW_N_STATUS_CLASSES] = {
    NULL, "1xx", "2xx", "3xx", "4xx", "5xx",
  };

  write_connections (writer, traffic);
  hw_metrics_writer_begin (writer, HW_METRIC_COUNTER, "headway_http_answers",
                           "Requests that were answered, by status. An answer that lasts counts from its "
                           "beginning.");
  for (guint i = 2; i < HW_N_STATUS_CLASSES; i++)
    hw_metrics_writer_add (writer, traffic->n_answers[i], "code", classes[i], NULL);

  write_number (writer, HW_METRIC_COUNTER, "headway_http_received_bytes", traffic->n_received,
                "What came over HTTP, of those who watch until they do.");
  write_number (writer, HW_METRIC_COUNTER, "headway_http_sent_bytes", traffic->n_sent,
                "What was sent over HTTP, without what those are told who watch.");
}

/* Under the names that Prometheus has for every process. */
static void
write_process (HwMetricsWriter        *writer,
               const HwProcessFigures *process)
{
  write_span (writer, HW_METRIC_COUNTER, "process_cpu_seconds", process->processor_time,
              "Processor time that the daemon has used.");
  write_span (writer, HW_METRIC_GAUGE, "process_start_time_seconds", process->start_time,
              "When the daemon was started, in seconds since the Unix epoch.");
  write_number (writer, HW_METRIC_GAUGE, "process_resident_memory_bytes",
                process->n_resident_bytes, "Memory of the daemon that is there.");
  write_number (writer, HW_METRIC_GAUGE, "process_virtual_memory_bytes",
                process->n_virtual_bytes, "Memory that the daemon has asked for.");
  write_number (writer, HW_METRIC_GAUGE, "process_open_fds", process->n_descriptors,
                "Files that the daemon has open.");
  write_number (writer, HW_METRIC_GAUGE, "process_max_fds", process->n_most_descriptors,
                "How many files it may have open.");
}

/**
 * hw_metrics_page_write:
 * @figures: how the daemon is
 * @format: how to write that
 *
 * Writes the page of metrics.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_metrics_page_write (const HwMetricsFigures *figures,
                       HwMetricsFormat         format)
{
  GString *text = NULL;
  HwMetricsWriter writer;

  g_return_val_if_fail (figures != NULL, NULL);

  text = g_string_new (NULL);
  hw_metrics_writer_init (&writer, format, text);
  write_daemon (&writer, figures);
  write_tasks (&writer, figures);
  write_tally (&writer, figures->tally);
  write_store (&writer, figures);
  write_watchers (&writer, &figures->watchers);
  write_traffic (&writer, &figures->traffic);
  write_process (&writer, &figures->process);
  hw_metrics_writer_end (&writer);

  return g_string_free_to_bytes (text);
}
