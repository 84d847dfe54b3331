/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-process.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The files of an attempt, in its folder. */
#define HW_SHIM_START "start"   /* its work may have begun */
#define HW_SHIM_END "end"       /* how it ended */
#define HW_SHIM_RESULTS "files" /* a folder: what the program leaves as results */
#define HW_SHIM_SOCKET "socket" /* the door of the shim that watches it */
#define HW_SHIM_SOCKET_DRAFT "socket.draft"

/* The environment variable that all processes of an attempt inherit. */
#define HW_MARK_VARIABLE "HEADWAY_TASK"

/* Room for the variable with its value, EPOCH/ID/ATTEMPT. */
#define HW_MARK_SIZE 80

/* Room for the name of one life of a machine, as its daemon calls it. */
#define HW_LIFE_SIZE 64

/* Room for the path of a cgroup. A longer one is not used. */
#define HW_CGROUP_SIZE 400

/* Room for a record. */
#define HW_RECORD_SIZE 768

/* What a record begins with. */
#define HW_SHIM_START_TITLE "headway-start 1\n"
#define HW_SHIM_END_TITLE "headway-end 1\n"

/* What there is before the work begins. There is one for each attempt, made by whoever
 * comes first: the shim that begins, or the daemon that forbids it to.
 */
typedef struct
{
  char mark[HW_MARK_SIZE];
  bool is_never; /* it must not begin any more; the rest says nothing */
  char life[HW_LIFE_SIZE];
  pid_t shim;
  uint64_t shim_start;
  pid_t child; /* it leads a session */
  uint64_t child_start;
  char cgroup[HW_CGROUP_SIZE]; /* where the shim made one for all that comes of it, or "" */
} HwShimStart;

/* How an attempt ended, and what the number says. */
typedef enum
{
  HW_SHIM_EXITED, /* the exit code */
  HW_SHIM_KILLED, /* the signal */
  HW_SHIM_FAILED, /* of errno: it did not begin */
} HwShimEnding;

/* Whether somebody asked it to end before it did, and who. */
typedef enum
{
  HW_SHIM_NOT_STOPPED,
  HW_SHIM_ASKED,     /* a daemon */
  HW_SHIM_TIMED_OUT, /* the shim, when the time was up */
  HW_SHIM_SHUT_DOWN, /* the shim, as it was itself asked to end, by whoever ends all */
} HwShimStopped;

/* Where a beginning failed. */
typedef enum
{
  HW_SHIM_STAGE_NONE,
  HW_SHIM_STAGE_SETUP,     /* pipe, socket, memory, process */
  HW_SHIM_STAGE_DIRECTORY, /* the folder to begin in */
  HW_SHIM_STAGE_RECORD,    /* the start record */
  HW_SHIM_STAGE_PROGRAM,   /* the program itself; from here on there is a start record */
} HwShimStage;

typedef struct
{
  char mark[HW_MARK_SIZE];
  HwShimEnding ending;
  int number;
  HwShimStage stage;
  HwShimStopped stopped;
  uint32_t n_oom_kills; /* how often the kernel killed one of its cgroup to get memory */
  bool is_cut;          /* some of its output found no room */
  uint64_t output_size;
  int64_t at; /* in µs since 1970 */
} HwShimEnd;

/* The words for these in a record, with a NULL behind them. */
extern const char *const hw_shim_ending_words[];
extern const char *const hw_shim_stopped_words[];

size_t hw_shim_record_seal (char  *text,
                            int    length,
                            size_t size);

size_t hw_shim_start_build (const HwShimStart *start,
                            char              *text,
                            size_t             size);
size_t hw_shim_end_build (const HwShimEnd *end,
                          char            *text,
                          size_t           size);
