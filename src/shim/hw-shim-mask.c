/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hw-shim-mask.h"

#include <stdlib.h>
#include <string.h>

/* Each part is looked for by itself, and remembers how many of its bytes it has seen, so
 * that nothing is compared twice (Knuth, Morris, Pratt). What is held back is as long as the
 * longest such beginning: all that is before it has been decided.
 */

void
hw_shim_mask_clear (HwShimMask *self)
{
  for (size_t i = 0; i < self->n_parts; i++)
    free (self->parts[i].borders);
  memset (self->may_begin, 0, sizeof self->may_begin);
  self->n_parts = self->start = self->ready = self->end = 0;
}

/* Counts one more byte: how much of the part are the last bytes now? */
static size_t
follow (const HwMaskPart *part,
        size_t            n_found,
        uint8_t           byte)
{
  while (n_found > 0 && part->bytes[n_found] != byte)
    n_found = part->borders[n_found];

  return part->bytes[n_found] == byte ? n_found + 1 : 0;
}

static bool
add_part (HwShimMask    *self,
          const uint8_t *bytes,
          size_t         size)
{
  HwMaskPart *part = &self->parts[self->n_parts];

  if (self->n_parts == HW_MASK_PARTS_MAX)
    return false;

  part->borders = calloc (1, (size + 1) * sizeof *part->borders + size);
  if (part->borders == NULL)
    return false;

  part->bytes = memcpy (part->borders + size + 1, bytes, size);
  part->length = size;
  part->n_found = 0;
  for (size_t n = 1; n < size; n++)
    part->borders[n + 1] = (uint16_t) follow (part, part->borders[n], bytes[n]);

  self->may_begin[bytes[0]] = true;
  self->n_parts++;

  return true;
}

/* Adds what is not to be seen. A long one is taken apart, the last part as long as the
 * others. Returns false if there is no room for it: then it would be seen.
 */
bool
hw_shim_mask_add_secret (HwShimMask    *self,
                         const uint8_t *bytes,
                         size_t         size)
{
  if (size < HW_MASK_SECRET_MIN)
    return true;

  for (; size > HW_MASK_SECRET_MAX; bytes += HW_MASK_SECRET_MAX, size -= HW_MASK_SECRET_MAX)
    {
      size_t rest = size - HW_MASK_SECRET_MAX;

      if (!add_part (self, bytes, HW_MASK_SECRET_MAX))
        return false;
      if (rest < HW_MASK_SECRET_MAX)
        return add_part (self, bytes + rest, HW_MASK_SECRET_MAX);
    }

  return add_part (self, bytes, size);
}

/* Gets where to read to, HW_MASK_READ_MAX bytes. Only when nothing is ready any more. */
uint8_t *
hw_shim_mask_get_room (HwShimMask *self)
{
  size_t n_held = self->end - self->ready;

  memmove (self->bytes, self->bytes + self->ready, n_held);
  self->start = self->ready = 0;
  self->end = n_held;

  return self->bytes + n_held;
}

static size_t
count_held (const HwShimMask *self)
{
  size_t n_held = 0;

  for (size_t i = 0; i < self->n_parts; i++)
    if (self->parts[i].n_found > n_held)
      n_held = self->parts[i].n_found;

  return n_held;
}

/* Takes the byte at @at into account; if a secret ends there, it is not seen any more.
 * Returns how many bytes may be the beginning of one now.
 */
static size_t
look_at (HwShimMask *self,
         size_t      at)
{
  uint8_t byte = self->bytes[at];
  size_t n_secret = 0;

  for (size_t i = 0; i < self->n_parts; i++)
    {
      HwMaskPart *part = &self->parts[i];

      part->n_found = follow (part, part->n_found, byte);
      if (part->n_found < part->length)
        continue;

      n_secret = part->length > n_secret ? part->length : n_secret;
      part->n_found = part->borders[part->length];
    }

  memset (self->bytes + at + 1 - n_secret, '*', n_secret);

  return count_held (self);
}

/* Takes @size bytes that were read to where there was room. */
void
hw_shim_mask_add (HwShimMask *self,
                  size_t      size)
{
  size_t n_held = count_held (self);
  size_t at = self->end;

  self->end += size;
  for (; self->n_parts > 0 && at < self->end; at++)
    /* Most bytes are far from any secret. */
    if (n_held > 0 || self->may_begin[self->bytes[at]])
      n_held = look_at (self, at);

  self->ready = self->end - n_held;
}

/* Nothing comes any more: what was the beginning of a secret is none. */
void
hw_shim_mask_flush (HwShimMask *self)
{
  for (size_t i = 0; i < self->n_parts; i++)
    self->parts[i].n_found = 0;
  self->ready = self->end;
}

/* Gets what is to be written. */
const uint8_t *
hw_shim_mask_get_ready (HwShimMask *self,
                        size_t     *size)
{
  *size = self->ready - self->start;

  return self->bytes + self->start;
}

/* Tells that @size bytes of it were written. */
void
hw_shim_mask_take (HwShimMask *self,
                   size_t      size)
{
  self->start += size;
}
