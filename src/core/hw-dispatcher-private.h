/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-candidates.h"
#include "hw-dispatcher.h"

G_BEGIN_DECLS

/* Whose the tasks are that we begin. */
#define HW_DISPATCHER_NODE "queue"

/* A task that runs. */
typedef struct
{
  HwDispatcher *dispatcher; /* (unowned): outlives it */
  HwTask *task;       /* (owned) */
  HwAttempt *attempt; /* (owned) (nullable), until the claim has been answered */
  gboolean is_refused; /* nobody can run it, and the store is told so */
  gboolean is_ending;  /* its work is over, and the store is told so */
} LiveTask;

/**
 * HwDispatcher:
 *
 * Begins waiting tasks when they may begin, and knows those that run: what is told
 * by events, and nothing else. The way is always the same: candidates, a decision,
 * a claim, and what the claim got is run.
 *
 * It answers nobody: that is the queue's part. Main context only.
 */
struct _HwDispatcher
{
  GObject parent_instance;

  HwStore *store;                        /* (owned) (not nullable) */
  HwClock *clock;                        /* (owned) (not nullable) */
  HwTaskTypes *types;                    /* (owned) (not nullable) */
  HwRunner *runners[HW_N_RUNNER_KINDS]; /* (owned) (nullable) */
  guint max_parallel;

  HwCandidates *candidates; /* (owned) */
  GHashTable *claiming;     /* (owned) task id → HwTask, asked for and not yet told */
  GHashTable *live;         /* (owned) task id → LiveTask */
  guint n_ending;           /* how many of them are ending: they take no place */
  gboolean is_starting;     /* what ends meanwhile makes room for what is begun after that */
  guint n_expected;         /* of the tasks that are being added, those that will wait */
  guint n_reserved;         /* and those that begin when they are there */
  HwTask *added;            /* (owned) (nullable): the newest of which we were told */

  guint64 last_rev;
  guint retry_timer;
  gboolean is_open;
};

void  hw_dispatcher_start_claimed (HwDispatcher *self,
                                   GPtrArray    *events);
guint hw_dispatcher_count_running (HwDispatcher *self);

G_END_DECLS
