/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-shim-protocol.h"

#include <poll.h>

/* One daemon, the one after it before the first is quite gone, and somebody who looks. */
#define HW_DOORS_MAX 4

/* Who speaks with a shim. */
typedef struct
{
  int fd; /* (owned) or -1 */
  size_t filled;
  uint8_t buffer[HW_FRAME_HEAD + HW_FRAME_MAX];
} HwShimDoor;

typedef struct
{
  int listener_fd;   /* (owned) or -1 */
  int64_t listen_at; /* when to make it */
  HwShimDoor doors[HW_DOORS_MAX];
} HwShimDoors;

/* Descriptors that hw_shim_doors_fill() waits for. */
#define HW_DOORS_N_POLL (HW_DOORS_MAX + 1)

/* Called with each frame that came; what it says is sent to @door alone. */
typedef void (*HwShimHear) (HwShimDoor        *door,
                            const HwShimFrame *frame,
                            void              *user_data);

void hw_shim_doors_init (HwShimDoors *self,
                         int          link_fd);
void hw_shim_doors_listen (HwShimDoors *self,
                           int64_t      now);

void hw_shim_doors_fill (HwShimDoors   *self,
                         struct pollfd *fds);
void hw_shim_doors_hear (HwShimDoors         *self,
                         const struct pollfd *fds,
                         HwShimHear           hear,
                         void                *user_data);
HwShimDoor *hw_shim_doors_accept (HwShimDoors *self);
bool hw_shim_doors_has_any (const HwShimDoors *self);

void hw_shim_door_say (HwShimDoor *door,
                       HwShimVerb  verb,
                       const void *payload,
                       size_t      length);
void hw_shim_doors_say (HwShimDoors *self,
                        HwShimVerb   verb,
                        const void  *payload,
                        size_t       length);
