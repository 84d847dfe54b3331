/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-slots.h"

#include "hw-attempt-files.h"
#include "hw-folder-sync.h"
#include "hw-marked-processes.h"
#include "hw-slot-files.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The folder of all slots, in that of all attempts. Its name is no number, so no epoch's. */
#define FOLDER "records"

/**
 * HwShimSlots:
 *
 * Lends a slot to each shim, where it keeps its records (shim/hw-shim-slot), and puts back into
 * the folders of attempts what a power failure has left only in slots.
 *
 * A slot belongs to an attempt until the store has what became of it: whoever comes after us
 * finds it by the mark in it. As many are made as are needed at once, and used again. A shim
 * holds a lock on its slot for as long as it may write there, whoever has lent it.
 *
 * Any thread.
 */
struct _HwShimSlots
{
  char *root;   /* (owned) */
  char *folder; /* (owned) */
  char *life;   /* (owned) */

  GMutex opening;      /* comes before the other one */
  int folder_fd;       /* (owned) or -1: until it is known what former daemons have left */
  GArray *unread;      /* (owned) (element-type guint64): slots that could not be read so far */
  gboolean is_kept;    /* the names of all slots are on disk */
  guint64 kept_epoch;  /* whose folder is on disk with its name, or 0 */

  GMutex mutex;
  GQueue free;         /* (element-type Slot): the next to be lent first */
  GHashTable *held;    /* (owned) (element-type utf8 Slot): by mark; %NULL: it may turn up */
  guint64 n_made;      /* the greatest number that a slot has */
};

/* Marked is what the record in it says, if that can be read. */
typedef struct
{
  guint64 number;
  char *mark;      /* (owned) (nullable) */
  gboolean is_ill; /* the disk did not take what was written to it */
} Slot;

static void
slot_free (gpointer data)
{
  Slot *slot = data;

  if (slot != NULL)
    g_free (slot->mark);
  g_free (slot);
}

/**
 * hw_shim_slots_new:
 * @output_root: (type filename): the folder of all attempts
 * @life: this life of the machine
 *
 * Creates a lender of slots. Nothing is looked at yet.
 *
 * Returns: (transfer full): a new object
 */
HwShimSlots *
hw_shim_slots_new (const char *output_root,
                   const char *life)
{
  HwShimSlots *self = g_atomic_rc_box_new0 (HwShimSlots);

  self->root = g_strdup (output_root);
  self->folder = g_build_filename (output_root, FOLDER, NULL);
  self->life = g_strdup (life);
  self->folder_fd = -1;
  self->unread = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, slot_free);
  g_mutex_init (&self->opening);
  g_mutex_init (&self->mutex);
  g_queue_init (&self->free);

  return self;
}

HwShimSlots *
hw_shim_slots_ref (HwShimSlots *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer box)
{
  HwShimSlots *self = box;

  if (self->folder_fd >= 0)
    close (self->folder_fd);
  g_array_unref (self->unread);
  g_queue_clear_full (&self->free, slot_free);
  g_hash_table_unref (self->held);
  g_mutex_clear (&self->mutex);
  g_mutex_clear (&self->opening);
  g_free (self->life);
  g_free (self->folder);
  g_free (self->root);
}

void
hw_shim_slots_unref (HwShimSlots *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* Takes notice of a slot that was read, which is (transfer full). */
static void
hw_shim_slots_add (HwShimSlots *self,
                   Slot        *slot)
{
  g_mutex_lock (&self->mutex);
  if (slot->mark != NULL && g_hash_table_contains (self->held, slot->mark))
    g_hash_table_insert (self->held, g_strdup (slot->mark), slot);
  else
    g_queue_push_tail (&self->free, slot);
  g_mutex_unlock (&self->mutex);
}

/* Notes a file that a former daemon left, none of which is read yet. */
static void
hw_shim_slots_note (HwShimSlots *self,
                    int          folder_fd,
                    const char  *name)
{
  guint64 slot_number;

  if (g_ascii_string_to_unsigned (name, 10, 1, G_MAXINT64, &slot_number, NULL))
    {
      g_array_append_val (self->unread, slot_number);
      self->n_made = MAX (self->n_made, slot_number);
    }
  else if (name[0] == '.' && name[1] >= '0' && name[1] <= '9')
    {
      /* A daemon that died while it made one. */
      hw_io_remove (folder_fd, name);
    }
}

/* Finds the slots that former daemons have made. Returns 0, or a number of errno. */
static int
hw_shim_slots_find_all (HwShimSlots *self,
                        int          folder_fd)
{
  DIR *folder = opendir (self->folder);
  const struct dirent *entry;
  int number;

  if (folder == NULL)
    return errno;

  g_array_set_size (self->unread, 0);
  errno = 0;
  while ((entry = readdir (folder)) != NULL)
    {
      hw_shim_slots_note (self, folder_fd, entry->d_name);
      errno = 0;
    }
  number = errno;
  closedir (folder);

  return number;
}

/* Reads the marks of all slots that are not known yet: one that cannot be read is nobody's until it
 * can. Whatever is no slot is none of ours.
 */
static void
hw_shim_slots_read_marks (HwShimSlots *self)
{
  g_autofree HwSlotContents *contents = g_new (HwSlotContents, 1);

  for (guint i = self->unread->len; i > 0; i--)
    {
      guint64 slot_number = g_array_index (self->unread, guint64, i - 1);
      Slot *slot;
      int number = hw_slot_files_read (self->folder_fd, slot_number, contents);

      if (number != 0 && !hw_slot_files_is_of_none (number))
        continue;

      g_array_remove_index_fast (self->unread, i - 1);
      if (number != 0)
        continue;

      slot = g_new0 (Slot, 1);
      slot->number = slot_number;
      slot->mark = contents->has_start ? g_strdup (contents->start.mark) : NULL;
      hw_shim_slots_add (self, slot);
    }
}

/* Looks at what former daemons have left, which needs no room on the disk. Returns 0, or a number of
 * errno. The mutex for that is held.
 */
static int
hw_shim_slots_look (HwShimSlots *self)
{
  int folder_fd;
  int number;

  if (self->folder_fd >= 0)
    return 0;

  folder_fd = hw_io_open_folder (self->folder);
  if (folder_fd < 0)
    return errno;

  number = hw_shim_slots_find_all (self, folder_fd);
  if (number != 0)
    {
      close (folder_fd);
      return number;
    }

  self->folder_fd = folder_fd;
  hw_shim_slots_read_marks (self);

  return 0;
}

/* Gets the names of all slots to disk, as a daemon may have died before it had done that. Returns 0,
 * or a number of errno. The mutex for that is held.
 */
static int
hw_shim_slots_keep_names (HwShimSlots *self)
{
  int number;

  if (self->is_kept)
    return 0;

  if ((!hw_io_make_folder (self->root) && errno != EEXIST) ||
      (!hw_io_make_folder (self->folder) && errno != EEXIST))
    return errno;

  number = hw_shim_slots_look (self);
  if (number == 0 && !hw_io_sync (self->folder_fd))
    number = errno;
  if (number == 0)
    number = hw_folder_sync_now (self->root);
  self->is_kept = number == 0;

  return number;
}

/* Makes ready whatever an attempt needs that begins, and gets the name of its epoch's folder to disk,
 * which is there. Returns 0, or a number of errno.
 */
static int
hw_shim_slots_make_ready (HwShimSlots *self,
                          guint64      epoch)
{
  int number;

  g_mutex_lock (&self->opening);
  number = hw_shim_slots_keep_names (self);
  if (number == 0 && epoch != self->kept_epoch)
    {
      number = hw_folder_sync_now (self->root);
      self->kept_epoch = number == 0 ? epoch : 0;
    }
  g_mutex_unlock (&self->opening);

  return number;
}

/* Keeps a slot for the attempt whose mark is in it, if that is expected and no slot of it was found:
 * its shim wrote there only after all marks were read. Returns whether it is kept: then @slot is
 * (transfer full).
 */
static gboolean
hw_shim_slots_keep_expected (HwShimSlots *self,
                             const char  *mark,
                             Slot        *slot)
{
  gpointer found = NULL;
  gboolean is_kept;

  g_mutex_lock (&self->mutex);
  is_kept = g_hash_table_lookup_extended (self->held, mark, NULL, &found) && found == NULL;
  if (is_kept)
    g_hash_table_insert (self->held, g_strdup (mark), slot);
  g_mutex_unlock (&self->mutex);

  return is_kept;
}

/* Opens a slot that is nobody's, as far as that was known. Returns -1 if it cannot be lent: then
 * @slot is (transfer full), and it is kept for whom it is, or for another time, or it is none.
 */
static int
hw_shim_slots_try (HwShimSlots *self,
                   Slot        *slot)
{
  g_autofree HwSlotContents *contents = g_new (HwSlotContents, 1);
  int fd = hw_slot_files_open (self->folder_fd, slot->number);
  int number = fd < 0 ? errno : hw_slot_files_read (self->folder_fd, slot->number, contents);

  if (number == 0 && !(contents->has_start &&
                       hw_shim_slots_keep_expected (self, contents->start.mark, slot)))
    return fd;

  if (fd >= 0)
    close (fd);
  if (hw_slot_files_is_of_none (number))
    {
      slot_free (slot);
    }
  else if (number != 0)
    {
      g_mutex_lock (&self->mutex);
      g_queue_push_tail (&self->free, slot);
      g_mutex_unlock (&self->mutex);
    }

  return -1;
}

/* Removes a slot that is of no use, which is (transfer full). */
static void
hw_shim_slots_drop (HwShimSlots *self,
                    Slot        *slot)
{
  char name[HW_IO_NAME_MAX];

  hw_slot_files_build_name (name, slot->number);
  hw_io_remove (self->folder_fd, name);
  slot_free (slot);
}

/* Opens one of those that nobody needs any more. Those that are in use by a shim that outlived its
 * attempt come last next time. Returns it with its descriptor, or %NULL. The main context gives
 * slots back meanwhile, and must not wait for the disk.
 */
static Slot *
hw_shim_slots_find_free (HwShimSlots *self,
                         int         *slot_fd)
{
  Slot *slot;
  guint n_left;

  g_mutex_lock (&self->mutex);
  n_left = self->free.length;
  slot = g_queue_pop_head (&self->free);
  g_mutex_unlock (&self->mutex);

  while (slot != NULL)
    {
      if (slot->is_ill)
        hw_shim_slots_drop (self, slot);
      else
        *slot_fd = hw_shim_slots_try (self, slot);
      if (*slot_fd >= 0)
        return slot;

      g_mutex_lock (&self->mutex);
      slot = --n_left > 0 ? g_queue_pop_head (&self->free) : NULL;
      g_mutex_unlock (&self->mutex);
    }

  return NULL;
}

/* Makes one more, on disk with name and size. Returns it with its descriptor, or %NULL with
 * errno: then there is none.
 */
static Slot *
hw_shim_slots_make (HwShimSlots *self,
                    int         *slot_fd)
{
  const char zeros[HW_SLOT_SIZE] = { 0 };
  char name[HW_IO_NAME_MAX];
  Slot *slot;
  guint64 slot_number;
  int number;

  g_mutex_lock (&self->mutex);
  slot_number = ++self->n_made;
  g_mutex_unlock (&self->mutex);

  hw_slot_files_build_name (name, slot_number);
  if (hw_io_write_record (self->folder_fd, name, zeros, sizeof zeros, FALSE, TRUE))
    *slot_fd = hw_slot_files_open (self->folder_fd, slot_number);
  if (*slot_fd < 0)
    {
      /* It may have its name even so. One that was there is another one's. */
      number = errno;
      if (number != EEXIST)
        hw_io_remove (self->folder_fd, name);
      errno = number;
      return NULL;
    }

  slot = g_new0 (Slot, 1);
  slot->number = slot_number;

  return slot;
}

/**
 * hw_shim_slots_take:
 * @self: a lender
 * @run: an attempt that begins, whose folder is there
 * @slot_fd: (out): a descriptor for its shim, beyond %HW_SHIM_SLOT_FD; the caller's to close
 *
 * Lends a slot until the attempt is settled. Blocks.
 *
 * Returns: 0, or a number of `errno`
 */
int
hw_shim_slots_take (HwShimSlots *self,
                    HwRun       *run,
                    int         *slot_fd)
{
  int number = hw_shim_slots_make_ready (self, hw_run_get_epoch (run));
  Slot *slot;

  *slot_fd = -1;
  if (number != 0)
    return number;

  slot = hw_shim_slots_find_free (self, slot_fd);
  if (slot == NULL)
    slot = hw_shim_slots_make (self, slot_fd);
  if (slot == NULL)
    return errno;

  g_free (slot->mark);
  slot->mark = hw_mark_build (run);
  g_mutex_lock (&self->mutex);
  g_hash_table_insert (self->held, g_strdup (slot->mark), slot);
  g_mutex_unlock (&self->mutex);

  return 0;
}

/**
 * hw_shim_slots_expect:
 * @self: a lender that has lent nothing yet
 * @run: an attempt that a former daemon began
 *
 * Keeps the slot that the attempt has, if it has one, until it is settled.
 */
void
hw_shim_slots_expect (HwShimSlots *self,
                      HwRun       *run)
{
  g_autofree char *mark = hw_mark_build (run);
  Slot *slot = NULL;
  GList *link;

  g_mutex_lock (&self->mutex);
  for (link = self->free.head; link != NULL && slot == NULL; link = link->next)
    if (g_strcmp0 (((Slot *) link->data)->mark, mark) == 0)
      slot = link->data;
  if (slot != NULL)
    g_queue_remove (&self->free, slot);
  g_hash_table_insert (self->held, g_steal_pointer (&mark), slot);
  g_mutex_unlock (&self->mutex);
}

/* Reads the slot of an attempt. If it has none, nothing is in it. Returns 0, or a number of errno:
 * also if one that it may have could not be read.
 */
static int
hw_shim_slots_read_of (HwShimSlots    *self,
                       const char     *mark,
                       HwSlotContents *contents)
{
  const Slot *slot;
  guint64 slot_number;
  gboolean is_unsure;
  int number;

  memset (contents, 0, sizeof *contents);
  g_mutex_lock (&self->opening);
  number = hw_shim_slots_look (self);
  if (number == 0)
    hw_shim_slots_read_marks (self);
  is_unsure = self->unread->len > 0;
  g_mutex_unlock (&self->opening);

  /* Nobody has kept anything where there is nothing at all. */
  if (number != 0)
    return number == ENOENT || number == ENOTDIR ? 0 : number;

  g_mutex_lock (&self->mutex);
  slot = g_hash_table_lookup (self->held, mark);
  slot_number = slot != NULL ? slot->number : 0;
  g_mutex_unlock (&self->mutex);

  if (slot_number == 0)
    return is_unsure ? EIO : 0;

  number = hw_slot_files_read (self->folder_fd, slot_number, contents);
  contents->has_start = contents->has_start && g_str_equal (contents->start.mark, mark);

  return number;
}

/**
 * hw_shim_slots_restore:
 * @self: a lender
 * @run: an attempt that is expected
 *
 * Puts the records of an attempt back into its folder, if they are of a former life of the machine
 * and it did not keep them: then nothing of it runs. In the life that they are of, only one whose
 * bytes the disk did not take is put back. What is in the folder needs neither slots nor room on
 * the disk. Blocks.
 *
 * Returns: 0, or a number of `errno`: then nothing is known of the attempt
 */
int
hw_shim_slots_restore (HwShimSlots *self,
                       HwRun       *run)
{
  g_autofree char *mark = hw_mark_build (run);
  g_autofree char *folder = hw_attempt_files_build_folder (self->root, run);
  g_autofree HwSlotContents *contents = g_new (HwSlotContents, 1);
  int folder_fd = hw_io_open_folder (folder);
  int number = 0;

  if (folder_fd < 0 && errno != ENOENT && errno != ENOTDIR)
    return errno;

  if (folder_fd < 0 || !hw_slot_files_are_needless (run, folder_fd, self->life))
    {
      number = hw_shim_slots_read_of (self, mark, contents);
      if (number == 0)
        number = hw_slot_files_put_back (self->root, run, folder_fd, contents, self->life);
    }
  if (folder_fd >= 0)
    close (folder_fd);

  return number;
}

/**
 * hw_shim_slots_distrust:
 * @self: a lender
 * @run: an attempt whose records could not be written
 *
 * Has nobody get the slot of the attempt after it.
 */
void
hw_shim_slots_distrust (HwShimSlots *self,
                        HwRun       *run)
{
  g_autofree char *mark = hw_mark_build (run);
  Slot *slot;

  g_mutex_lock (&self->mutex);
  slot = g_hash_table_lookup (self->held, mark);
  if (slot != NULL)
    slot->is_ill = TRUE;
  g_mutex_unlock (&self->mutex);
}

/**
 * hw_shim_slots_release:
 * @self: a lender
 * @run: an attempt, whose end the store has
 *
 * Gives the slot of the attempt back, if it has one. It is the last that is lent again: should the
 * disk not take what is written to it, that is not the next task's trouble, too.
 */
void
hw_shim_slots_release (HwShimSlots *self,
                       HwRun       *run)
{
  g_autofree char *mark = hw_mark_build (run);
  g_autofree char *key = NULL;
  Slot *slot = NULL;

  g_mutex_lock (&self->mutex);
  if (g_hash_table_steal_extended (self->held, mark, (gpointer *) &key, (gpointer *) &slot) &&
      slot != NULL)
    g_queue_push_tail (&self->free, slot);
  g_mutex_unlock (&self->mutex);
}
