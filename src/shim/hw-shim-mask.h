/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A shorter secret is not masked: it would be found by chance all over the output, and the
 * stars would tell it to whoever looks at what is left.
 */
#define HW_MASK_SECRET_MIN 3

/* What may have to be held back, and as much as a private key has. A longer secret is
 * masked in parts of this size.
 */
#define HW_MASK_SECRET_MAX 4096

/* How many such parts there may be: with all of them the tables stay below 400 KiB, and
 * each byte that is read is compared with each of them.
 */
#define HW_MASK_PARTS_MAX 32

/* How much is read at once at most, which is what a pipe holds. */
#define HW_MASK_READ_MAX (64 * 1024)

typedef struct
{
  uint8_t *bytes;    /* behind the borders */
  uint16_t *borders; /* (owned): [n] how long the longest beginning is that ends what has n bytes */
  size_t length;
  size_t n_found;    /* so many of its bytes are the last ones that were read */
} HwMaskPart;

/* What was read and is to be written, in which secrets become stars. What may be the
 * beginning of one waits until it is clear whether it is. Begins with all zero.
 */
typedef struct
{
  HwMaskPart parts[HW_MASK_PARTS_MAX];
  size_t n_parts;
  bool may_begin[256]; /* bytes that a secret begins with */

  uint8_t bytes[HW_MASK_SECRET_MAX + HW_MASK_READ_MAX];
  size_t start; /* of what is to be written */
  size_t ready; /* the end of that, and the start of what is held back */
  size_t end;
} HwShimMask;

void hw_shim_mask_clear (HwShimMask *self);
bool hw_shim_mask_add_secret (HwShimMask    *self,
                              const uint8_t *bytes,
                              size_t         size);

uint8_t *hw_shim_mask_get_room (HwShimMask *self);
void     hw_shim_mask_add (HwShimMask *self,
                           size_t      size);
void     hw_shim_mask_flush (HwShimMask *self);

const uint8_t *hw_shim_mask_get_ready (HwShimMask *self,
                                       size_t     *size);
void           hw_shim_mask_take (HwShimMask *self,
                                  size_t      size);
