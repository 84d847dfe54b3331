/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-store.h"

G_BEGIN_DECLS

/* How to come by a store of the kind that is tested. */
typedef struct
{
  const char *name;

  /* Opens the store in a folder, and makes it if there is none. */
  HwStore *(*open)(const char *folder,
                   GError    **error);

  /* Closes it, so that the same one can be opened again. */
  void (*close)(HwStore *store);
} StoreKind;

/* A store in a folder of its own, and what it told. */
typedef struct
{
  const StoreKind *kind;
  char *folder;     /* (owned) */
  HwStore *store;   /* (owned) */
  GPtrArray *heard; /* (owned) (element-type HwEvent): all that was committed */
  guint n_told;     /* how many times it was told of something */
} Fixture;

/* A request, and its answer once it has come. */
typedef struct
{
  HwStore *store;       /* (owned) */
  GAsyncResult *result; /* (owned) (nullable) */
  guint n_heard;        /* when the answer came */
} Request;

typedef void (*FixtureFunc) (Fixture      *fixture,
                             gconstpointer kind);

void       add_store_test (const StoreKind *kind,
                           const char      *claim,
                           FixtureFunc      test);
void       fixture_set_up (Fixture      *self,
                           gconstpointer kind);
void       fixture_tear_down (Fixture      *self,
                              gconstpointer kind);
void       fixture_open (Fixture *self);
void       fixture_close (Fixture *self);
char      *fixture_build_path (Fixture    *self,
                               const char *name);

Request   *request_new (Fixture *fixture);
void       request_free (Request *self);
void       on_answered (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

/* Changes. */
HwChange  *new_add (const char *text);
HwChange  *new_state (guint64     task_id,
                      HwTaskState from,
                      guint       attempt,
                      const char *text);
GPtrArray *new_changes (HwChange *first,
                        ...) G_GNUC_NULL_TERMINATED;

/* Requests that are sent, and waited for only later. */
Request   *send_changes (Fixture   *fixture,
                         GPtrArray *changes);
Request   *send_claim (Fixture    *fixture,
                       const char *task_ids);
GPtrArray *receive_events (Request *request,
                           GError **error);

/* The same, waited for at once. Those without an error must succeed. */
GPtrArray *commit (Fixture   *fixture,
                   GPtrArray *changes,
                   GError   **error);
guint64    add (Fixture    *fixture,
                const char *text);
void       move (Fixture    *fixture,
                 guint64     task_id,
                 HwTaskState from,
                 const char *text);
void       bring (Fixture    *fixture,
                  guint64     task_id,
                  HwTaskState state);
void       claim (Fixture *fixture,
                  guint64  task_id);

HwTask      *get_task (Fixture *fixture,
                       guint64  task_id,
                       GError **error);
HwTaskPage  *list (Fixture            *fixture,
                   const HwTaskFilter *filter,
                   GError            **error);
HwTaskPage  *list_candidates (Fixture *fixture,
                              guint    limit);
HwTaskPage  *list_open (Fixture *fixture);
HwStoreSurvey *survey (Fixture *fixture);
HwEventPage *read_events (Fixture *fixture,
                          guint64  task_id,
                          guint64  after,
                          guint    limit);
HwEventPage *ask_for_events (Fixture            *fixture,
                             const HwEventQuery *query);

/* Claims. */
void         assert_fields (GVariant   *fields,
                            const char *text);
void         assert_state (Fixture    *fixture,
                           guint64     task_id,
                           HwTaskState state);
void         assert_ids (HwTaskPage *page,
                         const char *task_ids);
void         assert_seqs (GPtrArray *events,
                          guint64    first,
                          guint64    last);

G_END_DECLS
