/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-older-events.h"

/* How many pages the store is asked for at the same time: so of its readers one is left to those
 * who ask for something else.
 */
#define N_ASKED 1

/* How many answers may be there that were not told to all, so that the next is on its way
 * meanwhile, and no more than these are in memory.
 */
#define N_READY 2

/* How many are told of their page in one turn of the main context. What becomes of a page is JSON
 * and goes to the network, which takes some tenths of a millisecond for each.
 */
#define N_A_TURN 4

/**
 * HwOlderEvents:
 *
 * The line of those who need events that are recent no more. However many come at once, as when
 * all are cut who read too slowly, the store is asked for one page after another; who needs the
 * same page has the same; and between the answers the main context does what else there is to
 * do. So nobody waits for those who wait here, and there are a few pages in memory for all of
 * them. Main context only.
 */
struct _HwOlderEvents
{
  HwStore *store;       /* (owned) (not nullable) */
  GHashTable *by_query; /* (element-type Read): that can be joined */
  GQueue waiting;       /* (element-type Read) (owned): of which the store was not asked */
  GQueue ready;         /* (element-type Read) (owned): of which it has answered */
  guint n_asked;
  guint source_id;      /* or 0: tells some */
};

/* A page, and who waits for it. Each of them holds whoever owns the line. */
typedef struct
{
  HwOlderEvents *owner; /* (unowned) */
  HwEventQuery query;
  GQueue gtasks;        /* (element-type GTask) (owned) */
  HwEventPage *page;    /* (owned) (nullable): when it was answered, unless by @error */
  GError *error;        /* (owned) (nullable) */
} Read;

static void
read_free (Read *read)
{
  g_queue_clear_full (&read->gtasks, g_object_unref);
  g_clear_pointer (&read->page, hw_event_page_free);
  g_clear_error (&read->error);
  g_free (read);
}

static guint
hash_query (gconstpointer key)
{
  const HwEventQuery *query = key;

  return (guint) (query->after ^ (query->task_id << 16));
}

static gboolean
equal_queries (gconstpointer one,
               gconstpointer other)
{
  const HwEventQuery *query = one;
  const HwEventQuery *with = other;

  return query->task_id == with->task_id && query->after == with->after &&
         query->limit == with->limit && query->n_bytes == with->n_bytes;
}

/* Asks the store, is answered, and tells some. */
static void hw_older_events_go_on (HwOlderEvents *self);
static void on_read (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data);
static gboolean on_ready (gpointer user_data);

static gboolean
read_is_wanted (Read *read)
{
  for (GList *link = read->gtasks.head; link != NULL; link = link->next)
    if (!g_cancellable_is_cancelled (g_task_get_cancellable (link->data)))
      return TRUE;

  return FALSE;
}

/* Nobody joins @read any more. */
static void
hw_older_events_close (HwOlderEvents *self,
                       const Read    *read)
{
  if (g_hash_table_lookup (self->by_query, &read->query) == read)
    g_hash_table_remove (self->by_query, &read->query);
}

/* One that has less than was asked for is not joined any more: there may be more by now.
 * @read is (transfer full).
 */
static void
hw_older_events_make_ready (HwOlderEvents *self,
                            Read          *read)
{
  if (read->page == NULL || read->page->events->len < read->query.limit)
    hw_older_events_close (self, read);
  g_queue_push_tail (&self->ready, read);
  if (self->source_id == 0)
    self->source_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_ready, self, NULL);
}

static void
hw_older_events_go_on (HwOlderEvents *self)
{
  while (self->n_asked < N_ASKED && self->ready.length < N_READY && self->waiting.length > 0)
    {
      Read *read = g_queue_pop_head (&self->waiting);

      if (read_is_wanted (read))
        {
          self->n_asked++;
          hw_store_read_events_async (self->store, &read->query, NULL, on_read, read);
        }
      else
        {
          read->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                             "Nobody waits for it any more");
          hw_older_events_make_ready (self, read);
        }
    }
}

static void
on_read (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Read *read = user_data;
  HwOlderEvents *self = read->owner;

  read->page = hw_store_read_events_finish (HW_STORE (source), result, &read->error);
  self->n_asked--;
  hw_older_events_make_ready (self, read);
  hw_older_events_go_on (self);
}

/* Returns: (transfer full): the same for somebody else, who may change it */
static HwEventPage *
copy_page (const HwEventPage *page)
{
  HwEventPage *copy = hw_event_page_new ();

  copy->oldest = page->oldest;
  copy->head = page->head;
  g_ptr_array_extend (copy->events, page->events, (GCopyFunc) hw_event_ref, NULL);

  return copy;
}

/* Takes the first of those who are to be told. Whoever comes while they are told waits behind all
 * others: some who ask for the same again and again would have the first page never be done with.
 * Returns: (transfer full): whom to tell what
 */
static GTask *
hw_older_events_take (HwOlderEvents *self,
                      HwEventPage  **page,
                      GError       **error)
{
  Read *read = g_queue_peek_head (&self->ready);
  GTask *gtask = g_queue_pop_head (&read->gtasks);

  hw_older_events_close (self, read);
  *page = NULL;
  if (read->error != NULL)
    *error = g_error_copy (read->error);
  else if (read->gtasks.length > 0)
    *page = copy_page (read->page);
  else
    *page = g_steal_pointer (&read->page);

  if (read->gtasks.length == 0)
    read_free (g_queue_pop_head (&self->ready));

  return gtask;
}

/* Who is told may ask for the next page at once, or go. */
static gboolean
on_ready (gpointer user_data)
{
  HwOlderEvents *self = user_data;
  g_autoptr(GPtrArray) told = g_ptr_array_new_with_free_func (g_object_unref);

  while (told->len < N_A_TURN && self->ready.length > 0)
    {
      HwEventPage *page = NULL;
      GError *error = NULL;
      GTask *gtask = hw_older_events_take (self, &page, &error);

      /* The last of them holds us. */
      g_ptr_array_add (told, gtask);
      if (error != NULL)
        g_task_return_error (gtask, error);
      else
        g_task_return_pointer (gtask, page, (GDestroyNotify) hw_event_page_free);
    }

  hw_older_events_go_on (self);
  if (self->ready.length > 0)
    return G_SOURCE_CONTINUE;
  self->source_id = 0;

  return G_SOURCE_REMOVE;
}

/**
 * hw_older_events_new:
 * @store: where they stand
 *
 * Makes a line in which nobody waits.
 *
 * Returns: (transfer full): the line
 */
HwOlderEvents *
hw_older_events_new (HwStore *store)
{
  HwOlderEvents *self;

  g_return_val_if_fail (HW_IS_STORE (store), NULL);

  self = g_new0 (HwOlderEvents, 1);
  self->store = g_object_ref (store);
  self->by_query = g_hash_table_new (hash_query, equal_queries);

  return self;
}

void
hw_older_events_free (HwOlderEvents *self)
{
  g_return_if_fail (self != NULL);

  g_clear_handle_id (&self->source_id, g_source_remove);
  g_queue_clear_full (&self->ready, (GDestroyNotify) read_free);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) read_free);
  g_clear_pointer (&self->by_query, g_hash_table_unref);
  g_clear_object (&self->store);
  g_free (self);
}

/**
 * hw_older_events_read:
 * @self: a line
 * @query: which events
 * @gtask: (transfer full): who waits for them; it returns a #HwEventPage, and its source object
 *   owns @self
 *
 * Reads a page, behind those who came before.
 */
void
hw_older_events_read (HwOlderEvents      *self,
                      const HwEventQuery *query,
                      GTask              *gtask)
{
  Read *read;

  g_return_if_fail (self != NULL && query != NULL);
  g_return_if_fail (G_IS_TASK (gtask));

  read = g_hash_table_lookup (self->by_query, query);
  if (read == NULL)
    {
      read = g_new0 (Read, 1);
      read->owner = self;
      read->query = *query;
      g_hash_table_insert (self->by_query, &read->query, read);
      g_queue_push_tail (&self->waiting, read);
    }

  g_queue_push_tail (&read->gtasks, gtask);
  hw_older_events_go_on (self);
}
