/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-tokens.h"

#include "hw-error.h"
#include "hw-places.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/* 128 bits, as .NET has them: nobody guesses one. */
#define TOKEN_SIZE 16

/**
 * HwHubTokens:
 *
 * The connections that were negotiated: whoever shows a token gets the connection
 * that it stands for, if they are who negotiated it. A token that is not used at
 * once is forgotten; one that is used stays until its connection is over, so that
 * nobody uses it twice.
 */
struct _HwHubTokens
{
  GHashTable *tokens; /* (owned) (element-type utf8 Token) */
  GQueue unused;      /* (element-type Token) (unowned): the oldest first */
  HwPlaces *places;   /* (owned): for unused ones */
};

typedef struct
{
  char *text;             /* (owned) */
  HwPrincipal *principal; /* (owned) */
  gint64 expires_at;
  GList *link; /* (unowned) (nullable): in the unused ones */
} Token;

static void
token_free (gpointer data)
{
  Token *self = data;

  g_free (self->text);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_free (self);
}

/**
 * hw_hub_make_token:
 * @error: return location for a #GError, or %NULL
 *
 * Makes a text that nobody can guess, of 128 bits in base64url: a client puts it into
 * an address as it is.
 *
 * Returns: (transfer full): the text, or %NULL with %HW_ERROR_FAILED
 */
char *
hw_hub_make_token (GError **error)
{
  guint8 bytes[TOKEN_SIZE];
  char *text;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  /* So few bytes come whole, and a signal does not interrupt them (getrandom(2)). */
  if (getrandom (bytes, sizeof (bytes), 0) != sizeof (bytes))
    {
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "The system gives no random numbers: %s. Try again.", g_strerror (errno));
      return NULL;
    }

  text = g_base64_encode (bytes, sizeof (bytes));
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';

  return text;
}

/**
 * hw_hub_tokens_new:
 *
 * Makes an empty table.
 *
 * Returns: (transfer full): the table
 */
HwHubTokens *
hw_hub_tokens_new (void)
{
  HwHubTokens *self = g_new0 (HwHubTokens, 1);

  self->tokens = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, token_free);
  g_queue_init (&self->unused);
  self->places = hw_places_new (HW_HUB_MAX_TOKENS);

  return self;
}

void
hw_hub_tokens_free (HwHubTokens *self)
{
  g_return_if_fail (self != NULL);

  g_queue_clear (&self->unused);
  g_clear_pointer (&self->places, hw_places_free);
  g_clear_pointer (&self->tokens, g_hash_table_unref);
  g_free (self);
}

/* Takes a token out of those that are not used. */
static void
hw_hub_tokens_unlink (HwHubTokens *self,
                      Token       *token)
{
  g_queue_delete_link (&self->unused, g_steal_pointer (&token->link));
  hw_places_give_back (self->places, hw_principal_get_name (token->principal));
}

/* The unused ones expire in the order in which they were made. */
static void
hw_hub_tokens_expire (HwHubTokens *self,
                      gint64       now)
{
  Token *oldest = g_queue_peek_head (&self->unused);

  while (oldest != NULL && oldest->expires_at <= now)
    {
      hw_hub_tokens_unlink (self, oldest);
      g_hash_table_remove (self->tokens, oldest->text);
      oldest = g_queue_peek_head (&self->unused);
    }
}

/**
 * hw_hub_tokens_add:
 * @self: a table
 * @principal: who negotiates
 * @now: the time, in microseconds
 * @error: return location for a #GError, or %NULL
 *
 * Makes a token.
 *
 * Returns: (transfer full): the token, or %NULL with %HW_ERROR_TOO_LARGE if too many
 *   are unused in all, or of @principal and few are left, or with %HW_ERROR_FAILED
 */
char *
hw_hub_tokens_add (HwHubTokens *self,
                   HwPrincipal *principal,
                   gint64       now,
                   GError     **error)
{
  g_autofree char *text = NULL;
  Token *token = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (principal != NULL, NULL);

  hw_hub_tokens_expire (self, now);
  if (!hw_places_have_room (self->places, principal))
    {
      g_set_error_literal (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                           "Too many clients connect at once. Try again in a few seconds.");
      return NULL;
    }

  text = hw_hub_make_token (error);
  if (text == NULL)
    return NULL;

  token = g_new0 (Token, 1);
  token->text = g_steal_pointer (&text);
  token->principal = hw_principal_ref (principal);
  token->expires_at = now + HW_HUB_TOKEN_LIFETIME;
  g_queue_push_tail (&self->unused, token);
  token->link = self->unused.tail;
  hw_places_take (self->places, hw_principal_get_name (principal));
  g_hash_table_insert (self->tokens, token->text, token);

  return g_strdup (token->text);
}

static gboolean
is_same_principal (const HwPrincipal *one,
                   const HwPrincipal *other)
{
  return hw_principal_get_door (one) == hw_principal_get_door (other) &&
         g_str_equal (hw_principal_get_name (one), hw_principal_get_name (other));
}

/**
 * hw_hub_tokens_look_up:
 * @self: a table
 * @token: what somebody shows
 * @principal: who shows it
 * @now: the time, in microseconds
 *
 * Says what a token is good for.
 *
 * Returns: its state
 */
HwHubTokenState
hw_hub_tokens_look_up (HwHubTokens *self,
                       const char  *token,
                       HwPrincipal *principal,
                       gint64       now)
{
  const Token *found = NULL;

  g_return_val_if_fail (self != NULL, HW_HUB_TOKEN_STATE_UNKNOWN);
  g_return_val_if_fail (token != NULL, HW_HUB_TOKEN_STATE_UNKNOWN);
  g_return_val_if_fail (principal != NULL, HW_HUB_TOKEN_STATE_UNKNOWN);

  hw_hub_tokens_expire (self, now);
  found = g_hash_table_lookup (self->tokens, token);
  if (found == NULL || !is_same_principal (found->principal, principal))
    return HW_HUB_TOKEN_STATE_UNKNOWN;

  return found->link != NULL ? HW_HUB_TOKEN_STATE_NEW : HW_HUB_TOKEN_STATE_USED;
}

/**
 * hw_hub_tokens_use:
 * @self: a table
 * @token: a token that is new
 *
 * Marks a token as used, until hw_hub_tokens_remove().
 */
void
hw_hub_tokens_use (HwHubTokens *self,
                   const char  *token)
{
  Token *found = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (token != NULL);

  found = g_hash_table_lookup (self->tokens, token);
  g_return_if_fail (found != NULL && found->link != NULL);

  hw_hub_tokens_unlink (self, found);
}

/**
 * hw_hub_tokens_remove:
 * @self: a table
 * @token: a token that is used
 *
 * Forgets a token: its connection is over.
 */
void
hw_hub_tokens_remove (HwHubTokens *self,
                      const char  *token)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (token != NULL);

  g_hash_table_remove (self->tokens, token);
}
