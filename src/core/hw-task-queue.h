/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-event-log.h"
#include "hw-files.h"
#include "hw-output.h"
#include "hw-principal.h"
#include "hw-runner.h"
#include "hw-store.h"
#include "hw-tally.h"
#include "hw-task-spec.h"

G_BEGIN_DECLS

/* How many tasks one request may add: they are one transaction, during which all others
 * wait to be written down.
 */
#define HW_SUBMIT_MAX 1000

/**
 * HwTaskQueueStage:
 * @HW_TASK_QUEUE_STARTING: not everybody finds the daemon yet
 * @HW_TASK_QUEUE_SERVING: it takes tasks, and begins them
 * @HW_TASK_QUEUE_STOPPING: it is about to end
 *
 * Where in its life the daemon is that the queue is the heart of.
 */
typedef enum
{
  HW_TASK_QUEUE_STARTING,
  HW_TASK_QUEUE_SERVING,
  HW_TASK_QUEUE_STOPPING,
} HwTaskQueueStage;

#define HW_TYPE_TASK_QUEUE (hw_task_queue_get_type ())
G_DECLARE_FINAL_TYPE (HwTaskQueue, hw_task_queue, HW, TASK_QUEUE, GObject)

HwTaskQueue   *hw_task_queue_new (HwStore     *store,
                                  HwOutput    *output,
                                  HwClock     *clock,
                                  HwTaskTypes *types,
                                  guint max_parallel);
void           hw_task_queue_set_runner (HwTaskQueue *self,
                                         HwRunnerKind kind,
                                         HwRunner    *runner);
void           hw_task_queue_set_files (HwTaskQueue *self,
                                        HwFiles     *files);
void           hw_task_queue_set_containment (HwTaskQueue *self,
                                              const char  *containment);
const char    *hw_task_queue_get_containment (HwTaskQueue *self);
void           hw_task_queue_set_limits (HwTaskQueue         *self,
                                         const HwStoreLimits *limits);
const HwStoreLimits *hw_task_queue_get_limits (HwTaskQueue *self);
void           hw_task_queue_set_stage (HwTaskQueue     *self,
                                        HwTaskQueueStage stage);
HwTaskQueueStage hw_task_queue_get_stage (HwTaskQueue *self);

void           hw_task_queue_open_async (HwTaskQueue        *self,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
gboolean       hw_task_queue_open_finish (HwTaskQueue  *self,
                                          GAsyncResult *result,
                                          GError      **error);
void           hw_task_queue_close (HwTaskQueue *self);

guint64        hw_task_queue_get_epoch (HwTaskQueue *self);
HwClock       *hw_task_queue_get_clock (HwTaskQueue *self);
HwTaskTypes   *hw_task_queue_get_types (HwTaskQueue *self);
HwEventLog    *hw_task_queue_get_log (HwTaskQueue *self);
HwTally       *hw_task_queue_get_tally (HwTaskQueue *self);
guint64        hw_task_queue_get_n_pending (HwTaskQueue *self);
guint          hw_task_queue_get_n_processing (HwTaskQueue *self);

void           hw_task_queue_submit_async (HwTaskQueue        *self,
                                           HwPrincipal        *principal,
                                           const HwTaskSpec   *spec,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
HwTask        *hw_task_queue_submit_finish (HwTaskQueue  *self,
                                            GAsyncResult *result,
                                            GError      **error);
void           hw_task_queue_submit_many_async (HwTaskQueue        *self,
                                                HwPrincipal        *principal,
                                                GPtrArray          *specs,
                                                const char         *key,
                                                GCancellable       *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer            user_data);
GPtrArray     *hw_task_queue_submit_many_finish (HwTaskQueue  *self,
                                                 GAsyncResult *result,
                                                 GError      **error);
void           hw_task_queue_cancel_async (HwTaskQueue        *self,
                                           HwPrincipal        *principal,
                                           guint64             task_id,
                                           gboolean            now,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
HwTask        *hw_task_queue_cancel_finish (HwTaskQueue  *self,
                                            GAsyncResult *result,
                                            GError      **error);
void           hw_task_queue_retry_async (HwTaskQueue        *self,
                                          HwPrincipal        *principal,
                                          guint64             task_id,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
HwTask        *hw_task_queue_retry_finish (HwTaskQueue  *self,
                                           GAsyncResult *result,
                                           GError      **error);
void           hw_task_queue_pause_async (HwTaskQueue        *self,
                                          HwPrincipal        *principal,
                                          guint64             task_id,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
HwTask        *hw_task_queue_pause_finish (HwTaskQueue  *self,
                                           GAsyncResult *result,
                                           GError      **error);
void           hw_task_queue_resume_async (HwTaskQueue        *self,
                                           HwPrincipal        *principal,
                                           guint64             task_id,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
HwTask        *hw_task_queue_resume_finish (HwTaskQueue  *self,
                                            GAsyncResult *result,
                                            GError      **error);
void           hw_task_queue_remove_async (HwTaskQueue        *self,
                                           HwPrincipal        *principal,
                                           guint64             task_id,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
HwTask        *hw_task_queue_remove_finish (HwTaskQueue  *self,
                                            GAsyncResult *result,
                                            GError      **error);
void           hw_task_queue_wait_async (HwTaskQueue        *self,
                                         HwPrincipal        *principal,
                                         guint64             task_id,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
HwTask        *hw_task_queue_wait_finish (HwTaskQueue  *self,
                                          GAsyncResult *result,
                                          GError      **error);
void           hw_task_queue_get_task_async (HwTaskQueue        *self,
                                             HwPrincipal        *principal,
                                             guint64             task_id,
                                             GCancellable       *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer            user_data);
HwTask        *hw_task_queue_get_task_finish (HwTaskQueue  *self,
                                              GAsyncResult *result,
                                              GError      **error);
void           hw_task_queue_list_async (HwTaskQueue        *self,
                                         HwPrincipal        *principal,
                                         const HwTaskFilter *filter,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
void           hw_task_queue_list_live_async (HwTaskQueue        *self,
                                              HwPrincipal        *principal,
                                              const HwTaskFilter *filter,
                                              GCancellable       *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer            user_data);
void           hw_task_queue_survey_async (HwTaskQueue        *self,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
HwStoreSurvey *hw_task_queue_survey_finish (HwTaskQueue  *self,
                                            GAsyncResult *result,
                                            GError      **error);
HwTaskPage    *hw_task_queue_list_finish (HwTaskQueue  *self,
                                          GAsyncResult *result,
                                          GError      **error);
void           hw_task_queue_read_output_async (HwTaskQueue         *self,
                                                HwPrincipal         *principal,
                                                const HwOutputQuery *query,
                                                gboolean             follow,
                                                GCancellable        *cancellable,
                                                GAsyncReadyCallback  callback,
                                                gpointer             user_data);
HwOutputChunk *hw_task_queue_read_output_finish (HwTaskQueue  *self,
                                                 GAsyncResult *result,
                                                 GError      **error);
void           hw_task_queue_list_files_async (HwTaskQueue        *self,
                                               HwPrincipal        *principal,
                                               guint64             task_id,
                                               guint               attempt,
                                               GCancellable       *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer            user_data);
HwFileList    *hw_task_queue_list_files_finish (HwTaskQueue  *self,
                                                GAsyncResult *result,
                                                GError      **error);
void           hw_task_queue_open_file_async (HwTaskQueue        *self,
                                              HwPrincipal        *principal,
                                              guint64             task_id,
                                              guint               attempt,
                                              const char         *name,
                                              GCancellable       *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer            user_data);
HwFileContent *hw_task_queue_open_file_finish (HwTaskQueue  *self,
                                               GAsyncResult *result,
                                               GError      **error);

G_END_DECLS
