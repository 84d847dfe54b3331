/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-buffers.h"

/* How many are kept for the next read: one is read into while another is on its way. */
#define KEPT_MAX 2

/* Below this, bytes are copied out of their buffer. */
#define WRAP_MIN (HW_OUTPUT_BUFFER_SIZE / 2)

/**
 * HwOutputBuffers:
 *
 * Memory for what is read of output, used again and again: a new megabyte would be given
 * and cleared by the kernel page by page, which takes as long as to read it. Any thread may
 * use it.
 */
struct _HwOutputBuffers
{
  GMutex lock;
  char *kept[KEPT_MAX]; /* (owned) */
  guint n_kept;
};

/* What some bytes stand in. Owned by them. */
typedef struct
{
  HwOutputBuffers *owner; /* (owned) */
  char *buffer;           /* (owned) */
} Loan;

/**
 * hw_output_buffers_new:
 *
 * Makes one that keeps none yet.
 *
 * Returns: (transfer full): it
 */
HwOutputBuffers *
hw_output_buffers_new (void)
{
  HwOutputBuffers *self = g_atomic_rc_box_new0 (HwOutputBuffers);

  g_mutex_init (&self->lock);

  return self;
}

static void
buffers_clear (gpointer data)
{
  HwOutputBuffers *self = data;

  hw_output_buffers_trim (self);
  g_mutex_clear (&self->lock);
}

/**
 * hw_output_buffers_unref:
 * @self: (transfer full): buffers
 *
 * Does without them. Bytes that stand in one go on to be there.
 */
void
hw_output_buffers_unref (HwOutputBuffers *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, buffers_clear);
}

/**
 * hw_output_buffers_take:
 * @self: buffers
 *
 * Gets a buffer of %HW_OUTPUT_BUFFER_SIZE.
 *
 * Returns: (transfer full): it, with anything in it
 */
char *
hw_output_buffers_take (HwOutputBuffers *self)
{
  char *buffer = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  g_mutex_lock (&self->lock);
  if (self->n_kept > 0)
    buffer = self->kept[--self->n_kept];
  g_mutex_unlock (&self->lock);

  return buffer != NULL ? buffer : g_malloc (HW_OUTPUT_BUFFER_SIZE);
}

/**
 * hw_output_buffers_give_back:
 * @self: buffers
 * @buffer: (transfer full): what hw_output_buffers_take() gave
 *
 * Keeps a buffer for whoever needs one next.
 */
void
hw_output_buffers_give_back (HwOutputBuffers *self,
                             char            *buffer)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  if (self->n_kept < KEPT_MAX)
    self->kept[self->n_kept++] = g_steal_pointer (&buffer);
  g_mutex_unlock (&self->lock);

  g_free (buffer);
}

static void
loan_end (gpointer data)
{
  Loan *loan = data;

  hw_output_buffers_give_back (loan->owner, g_steal_pointer (&loan->buffer));
  g_clear_pointer (&loan->owner, hw_output_buffers_unref);
  g_free (loan);
}

/**
 * hw_output_buffers_wrap:
 * @self: buffers
 * @buffer: (transfer full): what hw_output_buffers_take() gave
 * @size: how much was read into it
 *
 * Makes bytes of what was read. The buffer comes back when nobody needs them any more.
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
hw_output_buffers_wrap (HwOutputBuffers *self,
                        char            *buffer,
                        gsize            size)
{
  GBytes *bytes;
  Loan *loan;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (size <= HW_OUTPUT_BUFFER_SIZE, NULL);

  if (size < WRAP_MIN)
    {
      bytes = g_bytes_new (buffer, size);
      hw_output_buffers_give_back (self, buffer);
      return bytes;
    }

  loan = g_new0 (Loan, 1);
  loan->owner = g_atomic_rc_box_acquire (self);
  loan->buffer = buffer;

  return g_bytes_new_with_free_func (buffer, size, loan_end, loan);
}

/**
 * hw_output_buffers_trim:
 * @self: buffers
 *
 * Keeps none, as nobody reads at the moment.
 */
void
hw_output_buffers_trim (HwOutputBuffers *self)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->lock);
  while (self->n_kept > 0)
    g_free (self->kept[--self->n_kept]);
  g_mutex_unlock (&self->lock);
}
