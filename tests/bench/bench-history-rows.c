/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-history-rows.h"

#include "bench-figures.h"

#include "hw-sqlite-schema.h"
#include "hw-text-rows.h"

/* What is meant by a long history, and one of which a look is enough. */
#define N_ENDED 50000
#define N_WAITING 5000
#define N_ENDED_OF_ALL 1000000
#define N_WAITING_OF_ALL 100000
#define N_ENDED_OF_SMOKE 2000
#define N_WAITING_OF_SMOKE 200

/* Gets how many tasks there are to be, by the arguments of the program. */
void
bench_history_get_size (int    argc,
                        char  *argv[],
                        guint *n_ended,
                        guint *n_waiting)
{
  gboolean is_smoke = bench_is_smoke (argc, argv);
  gboolean wants_all = argc > 1 && g_str_equal (argv[1], "--all");

  *n_ended = wants_all ? N_ENDED_OF_ALL : is_smoke ? N_ENDED_OF_SMOKE : N_ENDED;
  *n_waiting = wants_all ? N_WAITING_OF_ALL : is_smoke ? N_WAITING_OF_SMOKE : N_WAITING;
}

/* Makes a database with tasks that have ended, every tenth of them badly, and then those that
 * wait.
 */
void
bench_history_make (const char *path,
                    guint       n_ended,
                    guint       n_waiting)
{
  guint n_tasks = n_ended + n_waiting;
  guint64 last_indexed = 0;
  gint64 first_at = g_get_real_time () - n_tasks;
  g_autoptr(HwDb) db = hw_db_open (path, HW_DB_MODE_WRITE, NULL);

  g_assert_true (hw_sqlite_schema_prepare (db, NULL));
  db_run (db, "BEGIN IMMEDIATE");
  db_run (db,
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
          " INSERT INTO tasks (id, seq, type, title, state, \"group\", priority, owner, attempt,"
          "  max_attempts, created_at, ended_at)"
          " SELECT i, i, 'checksum', 'Checksum of file ' || i || CASE WHEN i %% 1000 = 0"
          "  THEN ' rare' ELSE '' END || CASE i %% 2 WHEN 0 THEN ' even' ELSE ' odd' END,"
          "  CASE WHEN i > %u THEN 'Pending' WHEN i %% 10 = 0"
          "  THEN 'Failed' ELSE 'Completed' END, '', 0, 'uid:1000', i <= %u, 1,"
          "  %" G_GINT64_FORMAT " + i, CASE WHEN i <= %u THEN %" G_GINT64_FORMAT " + i END"
          " FROM n", n_tasks, n_ended, n_ended, first_at, n_ended, first_at);
  db_run (db,
          "INSERT INTO events (seq, task, kind, attempt, type, \"group\", owner, actor, at)"
          " SELECT id, id, 'added', 0, type, \"group\", owner, owner, created_at FROM tasks");
  while (last_indexed < n_tasks)
    g_assert_true (hw_text_rows_catch_up (db, &last_indexed, n_tasks, 10000, NULL));
  db_run (db,
          "UPDATE meta SET last_task = %u, last_event = %u, last_indexed = %u, n_pending = %u,"
          " n_completed = %u, n_failed = %u", n_tasks, n_tasks, n_tasks, n_waiting,
          n_ended - n_ended / 10, n_ended / 10);
  db_run (db, "COMMIT");
}
