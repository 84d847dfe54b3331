/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-fan-out.h"
#include "hw-plane-box.h"
#include "hw-plane-pace.h"
#include "hw-plane.h"

G_BEGIN_DECLS

/**
 * HwPlaneSubject:
 * @HW_PLANE_SUBJECT_ADD: it is there, and the bytes enclosed have come already
 * @HW_PLANE_SUBJECT_SEND: the bytes enclosed are to be sent
 * @HW_PLANE_SUBJECT_BINARY: what is sent from now on is no text
 * @HW_PLANE_SUBJECT_ASK: somebody wants to know when all is sent
 * @HW_PLANE_SUBJECT_GO_ON: @number bytes were taken of what came
 * @HW_PLANE_SUBJECT_GOODBYE: it is to be closed with the code @number
 * @HW_PLANE_SUBJECT_CUT: it is to be closed
 * @HW_PLANE_SUBJECT_FREE: nobody knows of it any more
 * @HW_PLANE_SUBJECT_WATCH: it watches from the place enclosed, with the ID @number
 * @HW_PLANE_SUBJECT_UNWATCH: it does not watch with the ID @number any more
 * @HW_PLANE_SUBJECT_BEGIN: of no line: events after @number will come, of the epoch enclosed
 * @HW_PLANE_SUBJECT_EVENTS: of no line: the events enclosed were committed
 * @HW_PLANE_SUBJECT_LEVELS: of no line: the levels enclosed are the newest
 * @HW_PLANE_SUBJECT_TICK: of no line: it is the time @number
 * @HW_PLANE_SUBJECT_SETTLE: of no line: somebody waits until there is nothing to do
 * @HW_PLANE_SUBJECT_STOP: of no line: the thread is to end
 *
 * What the main context says to the plane, mostly about a line.
 */
typedef enum
{
  HW_PLANE_SUBJECT_ADD,
  HW_PLANE_SUBJECT_SEND,
  HW_PLANE_SUBJECT_BINARY,
  HW_PLANE_SUBJECT_ASK,
  HW_PLANE_SUBJECT_GO_ON,
  HW_PLANE_SUBJECT_GOODBYE,
  HW_PLANE_SUBJECT_CUT,
  HW_PLANE_SUBJECT_FREE,
  HW_PLANE_SUBJECT_WATCH,
  HW_PLANE_SUBJECT_UNWATCH,
  HW_PLANE_SUBJECT_BEGIN,
  HW_PLANE_SUBJECT_EVENTS,
  HW_PLANE_SUBJECT_LEVELS,
  HW_PLANE_SUBJECT_TICK,
  HW_PLANE_SUBJECT_SETTLE,
  HW_PLANE_SUBJECT_STOP,
} HwPlaneSubject;

/* A letter to the plane. What is enclosed, and whose it is then, says the subject. */
typedef struct
{
  HwPlaneSubject subject;
  HwPlaneLine *line; /* (unowned) (nullable) */
  gpointer enclosed; /* (owned) (nullable) */
  guint64 number;
} HwPlaneOrder;

/* What comes with %HW_PLANE_SUBJECT_WATCH. */
typedef struct
{
  HwWatchPlace place;
  HwWatchWriteFunc write;
  GBytes *head; /* (owned) (nullable) */
} HwPlaneWatch;

/* A letter from the plane: news of the line, or else of one that watches on it. */
typedef struct
{
  HwPlaneLine *line; /* (unowned) */
  HwPlaneNewsKind kind;
  GBytes *data; /* (owned) (nullable) */
  HwPlaneWatchNews watch;
} HwPlaneNews;

/* What both threads have of the plane. */
typedef struct
{
  HwPlaneBox orders; /* to the plane */
  HwPlaneBox news;   /* from it */
  GSource *source;   /* (owned): tells the main context of them */
  int wake_fd;       /* tells the plane of orders */
  int epoll_fd;
  HwPlaneTimeFunc get_time; /* (nullable): what time it is to the plane */
  gpointer time_data;

  pthread_mutex_t lock; /* of what follows */
  pthread_cond_t settled;
  gboolean is_settled;
} HwPlaneDesk;

/* The main context reads what is unowned only, and has the holder; the rest is the plane's. */
struct _HwPlaneLine
{
  HwPlaneSocket *socket; /* (owned) */
  HwWatch *watches;      /* (owned) (nullable) */
  guint32 interest;      /* what is polled for */
  guint is_dirty : 1;    /* something is to be sent */
  guint is_woken : 1;    /* there is something to read for its watches */

  GRefString *holder;        /* (owned) (nullable): whose it is, until it is over */
  HwPlaneDesk *desk;         /* (unowned) */
  const HwPlaneFuncs *funcs; /* (unowned) */
  gpointer user_data;
};

HwPlaneLine *hw_plane_line_new (HwPlaneDesk         *desk,
                                HwPlaneSocketNewFunc make_socket,
                                const HwPlaneWire   *wire,
                                const HwPlaneFuncs  *funcs,
                                gpointer             user_data);
void         hw_plane_line_free (HwPlaneLine *self);

void         hw_plane_line_watch (HwPlaneLine  *self,
                                  HwFanOut     *fan_out,
                                  HwPlaneWatch *order,
                                  guint         id);
void         hw_plane_line_unwatch (HwPlaneLine *self,
                                    HwFanOut    *fan_out,
                                    guint        id);
void         hw_plane_line_unwatch_all (HwPlaneLine *self,
                                        HwFanOut    *fan_out);
gboolean     hw_plane_line_tell (HwPlaneLine *self,
                                 HwFanOut    *fan_out,
                                 GString     *piece,
                                 gsize        enough);

void         hw_plane_order_clear (HwPlaneOrder *order);
void         hw_plane_order (HwPlane       *self,
                             HwPlaneSubject subject,
                             HwPlaneLine   *line,
                             gpointer       enclosed,
                             guint64        number);
void         hw_plane_loop_run (HwPlaneDesk *desk);

G_END_DECLS
