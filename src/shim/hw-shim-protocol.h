/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-process.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a daemon and a shim speak. Both ways go frames:
 *
 *   byte 0     version of the speaker
 *   byte 1     verb
 *   bytes 2-3  0
 *   bytes 4-7  length of what follows, little-endian, as all numbers are
 *
 * That head is the same in all versions. A shim lives as long as its task, so a daemon
 * meets shims that are older than itself: the shim says its version first, in its HELLO,
 * and the daemon then speaks that one. A verb that a shim does not know is REFUSED, and
 * so is a version that is newer than its own.
 *
 * The first connection is the one that the shim was born with. START goes there, and
 * nowhere else, and is answered by STARTED or NOT_STARTED. To any later connection, made at
 * the socket in the attempt's folder, the shim says HELLO. All of them hear HELLO when what
 * it says changes, REPORT, and ENDED.
 *
 * What is in a frame may change as long as no release has spoken this version; none has. From
 * the first on, whoever changes it counts up.
 */
#define HW_SHIM_VERSION 1

/* What every shim understands that may still run. A daemon speaks it until it has heard
 * HELLO.
 */
#define HW_SHIM_OLDEST_VERSION 1

#define HW_FRAME_HEAD 8

/* The kernel takes no more than 6 MiB of arguments and environment (execve(2)). */
#define HW_START_MAX (8 * 1024 * 1024)

/* All other frames are small. */
#define HW_FRAME_MAX 1024

/* The descriptor of the connection that a shim is born with. */
#define HW_SHIM_LINK_FD 3

/* That of its slot, if it has an argument behind its name: the daemon that starts it may be older
 * than the file that it starts.
 */
#define HW_SHIM_SLOT_FD 4

typedef enum
{
  /* To the shim. */
  HW_SHIM_START_TASK = 1,  /* an HwShimTask */
  HW_SHIM_STATUS = 2,      /* is answered by HELLO */
  HW_SHIM_STOP = 3,        /* u32: how many ms it may take before force is used */
  HW_SHIM_KILL = 4,
  HW_SHIM_PAUSE = 5,       /* is answered by HELLO, to all, as is RESUME */
  HW_SHIM_RESUME = 6,
  HW_SHIM_INPUT = 7,       /* bytes for the standard input; from here on kept for later */
  HW_SHIM_INPUT_END = 8,
  HW_SHIM_WINDOW_SIZE = 9, /* of a terminal: u32 columns, u32 rows */
  HW_SHIM_SIGNAL = 10,     /* u32: which */

  /* From the shim. */
  HW_SHIM_HELLO = 128,     /* an HwShimStatus */
  HW_SHIM_STARTED = 129,   /* an HwShimStatus */
  HW_SHIM_NOT_STARTED = 130, /* u32 stage, u32 errno */
  HW_SHIM_ENDED = 131,     /* the exit record's text */
  HW_SHIM_REFUSED = 132,   /* u32: the verb */
  HW_SHIM_REPORT = 133,    /* lines that the program tells of itself */
} HwShimVerb;

typedef struct
{
  uint8_t version;
  uint8_t verb;
  const uint8_t *payload; /* inside of what was read */
  size_t length;
} HwShimFrame;

/* What holds the processes of an attempt together. */
typedef enum
{
  HW_SHIM_SESSION, /* that the shim is the parent of all that lose theirs */
  HW_SHIM_CGROUP,  /* a cgroup of their own */
} HwShimContainment;

/* What runs, as a shim sees it. */
typedef struct
{
  uint32_t pid;
  uint64_t start;
  HwShimContainment containment;
  bool is_stopping;
  bool has_ended;
  bool is_paused;
} HwShimStatus;

/* What a shim is to run. */
typedef struct
{
  const char *mark;      /* HEADWAY_TASK=EPOCH/ID/ATTEMPT */
  const char *life;      /* of the machine: what ran in another one is gone */
  const char *path;      /* of the program */
  const char *directory; /* to begin in */
  const char *cgroup;    /* an empty one's folder, to make one in it for the work; or "" */
  int umask;             /* or -1 */
  uint32_t timeout;      /* ms that it may take, pauses not counted, or 0: any time */
  uint32_t grace;        /* ms from then on before force is used */
  uint64_t output_limit; /* bytes of output to keep, or 0: all */
  uint32_t terminal;     /* 0, as no shim of version 1 has one for its program */
  char **argv;           /* (array zero-terminated=1) */
  char **environment;    /* (array zero-terminated=1) */
  char **secrets;        /* (array zero-terminated=1): not to be seen in the output */
  char **texts;          /* (owned) (nullable): what hw_shim_task_read() has put all that into */
} HwShimTask;

void hw_shim_frame_write_head (uint8_t   *head,
                               uint8_t    version,
                               HwShimVerb verb,
                               size_t     length);
int  hw_shim_frame_read (const uint8_t *bytes,
                         size_t         size,
                         HwShimFrame   *frame);

static inline uint32_t
hw_shim_read_u32 (const uint8_t *bytes)
{
  return bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 |
         (uint32_t) bytes[3] << 24;
}

static inline uint64_t
hw_shim_read_u64 (const uint8_t *bytes)
{
  return hw_shim_read_u32 (bytes) | (uint64_t) hw_shim_read_u32 (bytes + 4) << 32;
}

static inline void
hw_shim_write_u32 (uint8_t *bytes,
                   uint32_t number)
{
  for (int i = 0; i < 4; i++)
    bytes[i] = (uint8_t) (number >> (8 * i));
}

static inline void
hw_shim_write_u64 (uint8_t *bytes,
                   uint64_t number)
{
  hw_shim_write_u32 (bytes, (uint32_t) number);
  hw_shim_write_u32 (bytes + 4, (uint32_t) (number >> 32));
}

/* What HELLO says: u32 pid, u64 start, u8 flags, u8 containment, 0, 0. */
#define HW_SHIM_STATUS_SIZE 16
#define HW_SHIM_STATUS_STOPPING 1
#define HW_SHIM_STATUS_ENDED 2
#define HW_SHIM_STATUS_PAUSED 4

void hw_shim_status_write (const HwShimStatus *status,
                           uint8_t            *bytes);

/* A task: u32 umask + 1, u32 number of arguments, of variables, of secrets, u32 timeout, u32
 * grace, u64 output limit, u32 terminal, and then, each with a NUL behind it, the mark, the
 * life, the path, the directory, the cgroup, the arguments, the variables, the secrets.
 */
#define HW_SHIM_TASK_HEAD 36

/* Its texts are inside of the bytes, and its `texts` the caller's to free(). */
bool hw_shim_task_read (uint8_t    *bytes,
                        size_t      length,
                        HwShimTask *task);
