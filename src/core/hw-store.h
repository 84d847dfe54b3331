/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-change.h"
#include "hw-event.h"
#include "hw-histogram.h"
#include "hw-task.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HwTaskFilter:
 * @has_state: whether @state counts
 * @state: the state that tasks must be in
 * @is_live: whether tasks must not have ended: Pending or Processing
 * @type: (nullable): the type that they must be of
 * @owner: (nullable): who must own them
 * @text: (nullable): words that they must have in title, type, error or parameters, the
 *   last perhaps cut short unless a space follows, as hw_search_words_split() takes it
 * @before: the number that theirs must be below, or 0: where the last page ended
 * @limit: how many at most
 *
 * Which tasks a list is of.
 */
typedef struct
{
  gboolean has_state;
  HwTaskState state;
  gboolean is_live;
  char *type;
  char *owner;
  char *text;
  guint64 before;
  guint limit;
} HwTaskFilter;

HwTaskFilter *hw_task_filter_new (void);
HwTaskFilter *hw_task_filter_copy (const HwTaskFilter *self);
void          hw_task_filter_free (HwTaskFilter *self);

/**
 * HwEverCounts:
 * @n_added: how many tasks were ever added
 * @n_completed: how many times one was completed
 * @n_failed: how many times one failed, but was not canceled
 * @n_canceled: how many times one was canceled
 *
 * What there ever was. It only grows: those that are gone stay counted, and one that is retried
 * has another end.
 */
typedef struct
{
  guint64 n_added;
  guint64 n_completed;
  guint64 n_failed;
  guint64 n_canceled;
} HwEverCounts;

void hw_ever_counts_take (HwEverCounts *self,
                          HwEvent      *event);

/**
 * HwTaskCounts:
 * @ever: how many there ever were
 * @n_in_state: how many are in each state
 *
 * How many tasks there are, and were.
 */
typedef struct
{
  HwEverCounts ever;
  guint64 n_in_state[HW_N_TASK_STATES];
} HwTaskCounts;

/**
 * HwTaskPage:
 * @tasks: (element-type HwTask): the tasks
 * @seq: the number at which the page is true
 * @next: what the next page's filter must have as `before`, or 0 on the last page
 * @counts: how many tasks there are; only with the list of Processing tasks
 *
 * A page of tasks.
 */
typedef struct
{
  GPtrArray *tasks;
  guint64 seq;
  guint64 next;
  HwTaskCounts counts;
} HwTaskPage;

HwTaskPage *hw_task_page_new (void);
void        hw_task_page_free (HwTaskPage *self);

/**
 * HwStoreLimits:
 * @max_age: how long ended tasks are kept after their end, and events, in microseconds;
 *   0 for ever
 * @max_tasks: how many ended tasks of each type are kept; 0 for all
 * @max_events: how many events of tasks that are gone are kept; 0 for all
 *
 * What is to be kept, at most. Living tasks, and events of tasks that are there, always
 * are.
 */
typedef struct
{
  gint64 max_age;
  guint64 max_tasks;
  guint64 max_events;
} HwStoreLimits;

/**
 * HwEventPage:
 * @events: (element-type HwEvent): the events, in order
 * @oldest: the number from which on all events are there, or 0 if there never was any;
 *   those of one task that is there are all there
 * @head: up to where the page tells all: the number of the newest event there was, or of
 *   its own last one if there may be more
 *
 * A page of events.
 */
typedef struct
{
  GPtrArray *events;
  guint64 oldest;
  guint64 head;
} HwEventPage;

/**
 * HwEventQuery:
 * @task_id: the task whose events to read, or 0 for those of all
 * @after: the number after which to begin
 * @limit: how many at most
 * @n_bytes: after how many bytes the page is to end early, or 0 for as many as a page may have;
 *   the last event is over that
 *
 * What somebody wants to know of what was.
 */
typedef struct
{
  guint64 task_id;
  guint64 after;
  guint limit;
  guint n_bytes;
} HwEventQuery;

/**
 * HwStoreSurvey:
 * @counts: how many tasks there are, and were
 * @head: the number of the newest event
 * @oldest_waiting: of the tasks that wait, when the one with the lowest number was added, in
 *   microseconds since the Unix epoch, or 0
 * @n_database_bytes: how large the database is
 * @n_log_bytes: how large the file of its log is
 * @n_free_bytes: how much may still be written where it is
 * @n_reserved_bytes: how much of that is kept for what is there already
 * @commits: how long it took to write down what was wanted together, one transaction each
 * @syncs: and of that, until the disk had it
 * @refusal: (owned) (nullable): why no new task is taken, in a sentence
 *
 * How a store is. What it has no word for is 0.
 */
typedef struct
{
  HwTaskCounts counts;
  guint64 head;
  gint64 oldest_waiting;
  guint64 n_database_bytes;
  guint64 n_log_bytes;
  guint64 n_free_bytes;
  guint64 n_reserved_bytes;
  HwHistogram commits;
  HwHistogram syncs;
  GError *refusal;
} HwStoreSurvey;

HwStoreSurvey *hw_store_survey_new (void);
void           hw_store_survey_free (HwStoreSurvey *self);

HwEventPage *hw_event_page_new (void);
void         hw_event_page_free (HwEventPage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwTaskFilter, hw_task_filter_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwTaskPage, hw_task_page_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwEventPage, hw_event_page_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwStoreSurvey, hw_store_survey_free)

#define HW_TYPE_STORE (hw_store_get_type ())
G_DECLARE_INTERFACE (HwStore, hw_store, HW, STORE, GObject)

/**
 * HwStoreInterface:
 * @get_epoch: the database's number, below 2⁵³, made with it
 * @get_start: how many times a daemon has opened the database, this one included
 * @was_closed: whether the daemon before this one closed it, rather than died
 * @commit_async: carries out changes, all or none: each with its event, in one
 *   transaction, if its precondition holds
 * @commit_finish: (element-type HwEvent): their events, in order; those of then, which
 *   are not told again, if the first change has a key of a request of the last week;
 *   %HW_ERROR_CONFLICT if a precondition did not hold, or that request was another;
 *   %HW_ERROR_NOT_FOUND if its tasks are gone
 * @claim_async: takes Pending tasks for a node: each becomes Processing, with a new
 *   attempt, unless it is Pending no more
 * @claim_finish: (element-type HwEvent): the events of those that it got
 * @keep_levels_async: writes down how far tasks are, which is no event; a level of a task
 *   that is Processing no more, or at another attempt, is left out; what a level does not
 *   say stays as it was
 * @keep_levels_finish: whether that worked
 * @list_candidates_async: the first Pending tasks: by priority, then by age; if the
 *   page's next is not 0, there are more; each knows how many messages it has
 * @list_open_async: the Processing tasks, which know the same, and how many there are of all
 * @list_async: tasks, newest first
 * @list_expired_async: tasks that have ended and may go, the oldest first, of which only
 *   what a removal is about is known; if the page's next is not 0, there are more
 * @list_finish: ends each of the four
 * @get_task_async: one task
 * @get_task_finish: the task; %HW_ERROR_NOT_FOUND if there is none
 * @forget_async: removes, in one step of many, events and keys that are too old, of
 *   which nobody is told
 * @forget_finish: whether there is more to do
 * @survey_async: how the store is, at once: it scans nothing
 * @survey_finish: that; an error if nothing can be read
 * @read_events_async: the events after a number, of one task or of all
 *
 * Remembers. The queue proposes changes, a store arbitrates, and tells what it
 * committed by the signal #HwStore::committed, before the operation that
 * asked for it ends. All calls and answers are in the main context.
 */
struct _HwStoreInterface
{
  GTypeInterface parent_iface;

  guint64 (*get_epoch) (HwStore *self);
  guint64 (*get_start) (HwStore *self);
  gboolean (*was_closed) (HwStore *self);

  void (*commit_async) (HwStore            *self,
                        GPtrArray          *changes,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data);
  GPtrArray *(*commit_finish) (HwStore      *self,
                               GAsyncResult *result,
                               GError      **error);
  void (*claim_async) (HwStore            *self,
                       GArray             *task_ids,
                       const char         *node,
                       gint64              at,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data);
  GPtrArray *(*claim_finish) (HwStore      *self,
                              GAsyncResult *result,
                              GError      **error);
  void (*keep_levels_async) (HwStore            *self,
                             GPtrArray          *levels,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data);
  gboolean (*keep_levels_finish) (HwStore      *self,
                                  GAsyncResult *result,
                                  GError      **error);

  void (*list_candidates_async) (HwStore            *self,
                                 guint               limit,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
  void (*list_open_async) (HwStore            *self,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);
  void (*list_async) (HwStore            *self,
                      const HwTaskFilter *filter,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data);
  void (*list_expired_async) (HwStore             *self,
                              const HwStoreLimits *limits,
                              gint64               now,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data);
  HwTaskPage *(*list_finish) (HwStore      *self,
                              GAsyncResult *result,
                              GError      **error);
  void (*get_task_async) (HwStore            *self,
                          guint64             task_id,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data);
  HwTask *(*get_task_finish) (HwStore      *self,
                              GAsyncResult *result,
                              GError      **error);
  void (*forget_async) (HwStore             *self,
                        const HwStoreLimits *limits,
                        gint64               now,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data);
  gboolean (*forget_finish) (HwStore      *self,
                             GAsyncResult *result,
                             gboolean     *has_more,
                             GError      **error);
  void (*survey_async) (HwStore            *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data);
  HwStoreSurvey *(*survey_finish) (HwStore      *self,
                                   GAsyncResult *result,
                                   GError      **error);
  void (*read_events_async) (HwStore            *self,
                             const HwEventQuery *query,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data);
  HwEventPage *(*read_events_finish) (HwStore      *self,
                                      GAsyncResult *result,
                                      GError      **error);
};

guint64      hw_store_get_epoch (HwStore *self);
guint64      hw_store_get_epoch_of_task (HwStore *self,
                                         HwTask  *task);
guint64      hw_store_get_start (HwStore *self);
gboolean     hw_store_was_closed (HwStore *self);
void         hw_store_commit_async (HwStore            *self,
                                    GPtrArray          *changes,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
GPtrArray   *hw_store_commit_finish (HwStore      *self,
                                     GAsyncResult *result,
                                     GError      **error);
void         hw_store_claim_async (HwStore            *self,
                                   GArray             *task_ids,
                                   const char         *node,
                                   gint64              at,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
GPtrArray   *hw_store_claim_finish (HwStore      *self,
                                    GAsyncResult *result,
                                    GError      **error);
void         hw_store_keep_levels_async (HwStore            *self,
                                         GPtrArray          *levels,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
gboolean     hw_store_keep_levels_finish (HwStore      *self,
                                          GAsyncResult *result,
                                          GError      **error);
void         hw_store_list_candidates_async (HwStore            *self,
                                             guint               limit,
                                             GCancellable       *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer            user_data);
void         hw_store_list_open_async (HwStore            *self,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data);
void         hw_store_list_async (HwStore            *self,
                                  const HwTaskFilter *filter,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
void         hw_store_list_expired_async (HwStore             *self,
                                          const HwStoreLimits *limits,
                                          gint64               now,
                                          GCancellable        *cancellable,
                                          GAsyncReadyCallback  callback,
                                          gpointer             user_data);
HwTaskPage  *hw_store_list_finish (HwStore      *self,
                                   GAsyncResult *result,
                                   GError      **error);
void         hw_store_get_task_async (HwStore            *self,
                                      guint64             task_id,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
HwTask      *hw_store_get_task_finish (HwStore      *self,
                                       GAsyncResult *result,
                                       GError      **error);
void         hw_store_forget_async (HwStore             *self,
                                    const HwStoreLimits *limits,
                                    gint64               now,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data);
gboolean     hw_store_forget_finish (HwStore      *self,
                                     GAsyncResult *result,
                                     gboolean     *has_more,
                                     GError      **error);
void         hw_store_survey_async (HwStore            *self,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
HwStoreSurvey *hw_store_survey_finish (HwStore      *self,
                                       GAsyncResult *result,
                                       GError      **error);
void         hw_store_read_events_async (HwStore            *self,
                                         const HwEventQuery *query,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
HwEventPage *hw_store_read_events_finish (HwStore      *self,
                                          GAsyncResult *result,
                                          GError      **error);

void         hw_store_emit_committed (HwStore   *self,
                                      GPtrArray *events);

G_END_DECLS
