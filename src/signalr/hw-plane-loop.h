/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-plane-box.h"
#include "hw-plane.h"

G_BEGIN_DECLS

/**
 * HwPlaneSubject:
 * @HW_PLANE_SUBJECT_ADD: it is there, and @bytes has come already
 * @HW_PLANE_SUBJECT_SEND: @bytes are to be sent
 * @HW_PLANE_SUBJECT_ASK: somebody wants to know when all is sent
 * @HW_PLANE_SUBJECT_GO_ON: @number bytes were taken of what came
 * @HW_PLANE_SUBJECT_GOODBYE: it is to be closed with the code @number
 * @HW_PLANE_SUBJECT_CUT: it is to be closed
 * @HW_PLANE_SUBJECT_FREE: nobody knows of it any more
 * @HW_PLANE_SUBJECT_SETTLE: somebody waits until there is nothing to do; of no line
 * @HW_PLANE_SUBJECT_STOP: the thread is to end; of no line
 *
 * What the main context says to the plane about a line.
 */
typedef enum
{
  HW_PLANE_SUBJECT_ADD,
  HW_PLANE_SUBJECT_SEND,
  HW_PLANE_SUBJECT_ASK,
  HW_PLANE_SUBJECT_GO_ON,
  HW_PLANE_SUBJECT_GOODBYE,
  HW_PLANE_SUBJECT_CUT,
  HW_PLANE_SUBJECT_FREE,
  HW_PLANE_SUBJECT_SETTLE,
  HW_PLANE_SUBJECT_STOP,
} HwPlaneSubject;

/* A letter to the plane. */
typedef struct
{
  HwPlaneSubject subject;
  HwPlaneLine *line; /* (unowned) (nullable) */
  GBytes *bytes;     /* (owned) (nullable) */
  gsize number;
} HwPlaneOrder;

/* A letter from the plane. */
typedef struct
{
  HwPlaneLine *line; /* (unowned) */
  HwWsNewsKind kind;
  GBytes *data; /* (owned) (nullable) */
} HwPlaneNews;

/* What both threads have of the plane. */
typedef struct
{
  HwPlaneBox orders; /* to the plane */
  HwPlaneBox news;   /* from it */
  GSource *source;   /* (owned): tells the main context of them */
  int wake_fd;       /* tells the plane of orders */
  int epoll_fd;

  pthread_mutex_t lock; /* of what follows */
  pthread_cond_t settled;
  gboolean is_settled;
} HwPlaneDesk;

/* The main context reads the last three only; the rest is the plane's. */
struct _HwPlaneLine
{
  HwWsSocket *socket; /* (owned) */
  guint32 interest;   /* what is polled for */
  gboolean is_dirty;  /* something is to be sent */

  HwPlaneDesk *desk; /* (unowned) */
  HwPlaneFunc function;
  gpointer user_data;
};

HwPlaneLine *hw_plane_line_new (HwPlaneDesk    *desk,
                                const HwWsWire *wire,
                                HwPlaneFunc     function,
                                gpointer        user_data);
void         hw_plane_line_free (HwPlaneLine *self);

void         hw_plane_loop_run (HwPlaneDesk *desk);

G_END_DECLS
