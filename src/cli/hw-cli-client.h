/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-answer-json.h"
#include "hw-cli-connection.h"
#include "hw-task-spec.h"

G_BEGIN_DECLS

/**
 * HwCliOutput:
 * @attempt: the attempt that printed it
 * @next_offset: where what comes after it begins
 * @skipped: how many bytes were dropped in its place, or 0
 * @is_end: whether the attempt has ended, and there is nothing after it
 * @data: the bytes
 *
 * A piece of what a program printed.
 */
typedef struct
{
  guint attempt;
  guint64 next_offset;
  guint64 skipped;
  gboolean is_end;
  GBytes *data;
} HwCliOutput;

void hw_cli_output_free (HwCliOutput *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwCliOutput, hw_cli_output_free)

/**
 * HwCliPosition:
 * @attempt: whose output, or 0 for the newest attempt
 * @offset: from where on
 * @wait: how many seconds to wait for there to be any
 *
 * Which output to read.
 */
typedef struct
{
  guint attempt;
  guint64 offset;
  guint wait;
} HwCliPosition;

/**
 * HwCliCursor:
 * @task_id: the task to watch, or 0 for all
 * @type: (nullable): of which type, where all are watched
 * @epoch: the database's number, or 0
 * @after: up to where the transitions are known
 * @has_levels: whether progress is wanted, too
 * @rev: up to where the levels are known
 * @wait: how many seconds to wait for something to happen
 *
 * Where somebody is in the stream of events.
 */
typedef struct
{
  guint64 task_id;
  const char *type;
  guint64 epoch;
  guint64 after;
  gboolean has_levels;
  guint64 rev;
  guint wait;
} HwCliCursor;

/**
 * HwCliTaskList:
 * @epoch: the database's number
 * @page: the tasks
 *
 * A page of tasks.
 */
typedef struct
{
  guint64 epoch;
  HwTaskPage *page;
} HwCliTaskList;

void hw_cli_task_list_free (HwCliTaskList *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwCliTaskList, hw_cli_task_list_free)

#define HW_TYPE_CLI_CLIENT (hw_cli_client_get_type ())
G_DECLARE_FINAL_TYPE (HwCliClient, hw_cli_client, HW, CLI_CLIENT, GObject)

HwCliClient   *hw_cli_client_new (HwCliConnection *connection);
void           hw_cli_client_set_patience (HwCliClient  *self,
                                           HwCliPatience patience);

void           hw_cli_client_submit_async (HwCliClient        *self,
                                           const HwTaskSpec   *spec,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
void           hw_cli_client_get_task_async (HwCliClient        *self,
                                             guint64             task_id,
                                             GCancellable       *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer            user_data);
void           hw_cli_client_act_async (HwCliClient        *self,
                                        guint64             task_id,
                                        const char         *verb,
                                        gboolean            now,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data);
HwTask        *hw_cli_client_task_finish (HwCliClient  *self,
                                          GAsyncResult *result,
                                          GError      **error);
void           hw_cli_client_list_async (HwCliClient        *self,
                                         const HwTaskFilter *filter,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
HwCliTaskList *hw_cli_client_list_finish (HwCliClient  *self,
                                          GAsyncResult *result,
                                          GError      **error);
void           hw_cli_client_list_types_async (HwCliClient        *self,
                                               GCancellable       *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer            user_data);
GPtrArray     *hw_cli_client_list_types_finish (HwCliClient  *self,
                                                GAsyncResult *result,
                                                GBytes      **json,
                                                GError      **error);
void           hw_cli_client_get_about_async (HwCliClient        *self,
                                              GCancellable       *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer            user_data);
HwAnswerAbout *hw_cli_client_get_about_finish (HwCliClient  *self,
                                               GAsyncResult *result,
                                               GError      **error);
void           hw_cli_client_get_link_async (HwCliClient        *self,
                                             guint64             task_id,
                                             GCancellable       *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer            user_data);
char          *hw_cli_client_get_link_finish (HwCliClient  *self,
                                              GAsyncResult *result,
                                              GError      **error);
void           hw_cli_client_poll_async (HwCliClient        *self,
                                         const HwCliCursor  *cursor,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
HwAnswerPoll  *hw_cli_client_poll_finish (HwCliClient  *self,
                                          GAsyncResult *result,
                                          GError      **error);
void           hw_cli_client_read_output_async (HwCliClient         *self,
                                                guint64              task_id,
                                                const HwCliPosition *position,
                                                GCancellable        *cancellable,
                                                GAsyncReadyCallback  callback,
                                                gpointer             user_data);
HwCliOutput   *hw_cli_client_read_output_finish (HwCliClient  *self,
                                                 GAsyncResult *result,
                                                 GError      **error);

G_END_DECLS
