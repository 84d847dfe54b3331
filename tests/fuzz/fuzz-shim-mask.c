/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-target.h"

#include "hw-shim-mask.h"

#include <string.h>

/* More says nothing new, and the simple way is slow. */
#define SECRETS_MAX 4
#define TEXT_MAX 4096

/* Secrets, each behind its length, up to one of none; then how much is read at once, and
 * what is read.
 */
typedef struct
{
  const guint8 *secrets[SECRETS_MAX];
  gsize sizes[SECRETS_MAX];
  guint n_secrets;
  gsize piece;
  const guint8 *text;
  gsize size;
} Input;

static gboolean
read_input (const guint8 *data,
            gsize         size,
            Input        *input)
{
  while (size > 0 && data[0] != 0 && input->n_secrets < SECRETS_MAX && data[0] < size)
    {
      input->secrets[input->n_secrets] = data + 1;
      input->sizes[input->n_secrets] = data[0];
      input->n_secrets++;
      size -= data[0] + 1u;
      data += data[0] + 1u;
    }

  if (size < 2)
    return FALSE;

  input->piece = 1u + data[1];
  input->text = data + 2;
  input->size = MIN (size - 2, TEXT_MAX);

  return TRUE;
}

static guint8 *
mask_simply (const Input *input)
{
  guint8 *masked = g_memdup2 (input->text, input->size);

  for (guint i = 0; i < input->n_secrets; i++)
    for (gsize at = 0; at + input->sizes[i] <= input->size; at++)
      if (input->sizes[i] >= HW_MASK_SECRET_MIN &&
          memcmp (input->text + at, input->secrets[i], input->sizes[i]) == 0)
        memset (masked + at, '*', input->sizes[i]);

  return masked;
}

static void
write_ready (HwShimMask *mask,
             GByteArray *seen)
{
  gsize size;
  const guint8 *bytes = hw_shim_mask_get_ready (mask, &size);

  g_byte_array_append (seen, bytes, (guint) size);
  hw_shim_mask_take (mask, size);
}

/* However the output is cut into pieces, each secret in it is masked, and nothing else. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree HwShimMask *mask = g_new0 (HwShimMask, 1);
  g_autoptr(GByteArray) seen = g_byte_array_new ();
  g_autofree guint8 *masked = NULL;
  Input input = { 0 };

  if (!read_input (data, size, &input))
    return 0;

  for (guint i = 0; i < input.n_secrets; i++)
    g_assert_true (hw_shim_mask_add_secret (mask, input.secrets[i], input.sizes[i]));

  for (gsize at = 0; at < input.size; at += input.piece)
    {
      gsize n = MIN (input.piece, input.size - at);

      memcpy (hw_shim_mask_get_room (mask), input.text + at, n);
      hw_shim_mask_add (mask, n);
      write_ready (mask, seen);
    }
  hw_shim_mask_flush (mask);
  write_ready (mask, seen);
  hw_shim_mask_clear (mask);

  masked = mask_simply (&input);
  g_assert_cmpmem (seen->data, seen->len, masked, input.size);

  return 0;
}
