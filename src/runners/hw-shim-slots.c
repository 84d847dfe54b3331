/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-slots.h"

#include "hw-attempt-files.h"
#include "hw-folder-sync.h"
#include "hw-io.h"
#include "hw-marked-processes.h"
#include "hw-shim-records.h"
#include "hw-shim-protocol.h"
#include "hw-shim-slot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
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
  guint64 kept_epoch;  /* whose folder is on disk with its name, or 0 */

  GMutex mutex;
  GQueue free;         /* (element-type Slot): the last that was used first */
  GHashTable *held;    /* (owned) (element-type utf8 Slot): by mark; %NULL: it may turn up */
  guint64 n_made;      /* the greatest number that a slot has */
};

/* Marked is what the record in it says, if that can be read. */
typedef struct
{
  guint64 number;
  char *mark; /* (owned) (nullable) */
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

static void
build_name (char   *name,
            guint64 number)
{
  g_snprintf (name, HW_IO_NAME_MAX, "%" G_GUINT64_FORMAT, number);
}

/* What is in a slot. An exit record counts only beside the start record of the same attempt. */
typedef struct
{
  char bytes[HW_SLOT_SIZE];
  HwShimStart start;
  gboolean has_start;
  HwShimEnd end;
  gboolean has_end;
} Contents;

/* Returns 0, or a number of errno. */
static int
read_slot (int         folder_fd,
           const char *name,
           Contents   *contents)
{
  int fd = openat (folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  const char *end_text = contents->bytes + HW_SLOT_END;
  gssize n;
  int number;

  memset (contents, 0, sizeof *contents);
  if (fd < 0)
    return errno;

  n = pread (fd, contents->bytes, HW_SLOT_SIZE, 0);
  number = errno;
  close (fd);
  if (n < 0)
    return number;

  contents->has_start = hw_shim_start_parse (contents->bytes,
                                             strnlen (contents->bytes, HW_RECORD_SIZE),
                                             &contents->start);
  contents->has_end = contents->has_start &&
                      hw_shim_end_parse (end_text, strnlen (end_text, HW_RECORD_SIZE),
                                         &contents->end) &&
                      g_str_equal (contents->start.mark, contents->end.mark);

  return 0;
}

/* Takes notice of a slot that is there, which is (transfer full). The mutex is held. */
static void
hw_shim_slots_add (HwShimSlots *self,
                   Slot        *slot)
{
  self->n_made = MAX (self->n_made, slot->number);
  if (slot->mark != NULL && g_hash_table_contains (self->held, slot->mark))
    g_hash_table_insert (self->held, g_strdup (slot->mark), slot);
  else
    g_queue_push_tail (&self->free, slot);
}

/* Finds the slots that former daemons have made. Returns 0, or a number of errno. */
static int
hw_shim_slots_find_all (HwShimSlots *self,
                        int          folder_fd)
{
  DIR *folder = opendir (self->folder);
  g_autofree Contents *contents = g_new (Contents, 1);
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (slot_free);
  const struct dirent *entry;
  guint64 slot_number;
  int number = folder == NULL ? errno : 0;

  while (number == 0 && (entry = readdir (folder)) != NULL)
    {
      Slot *slot;

      if (!g_ascii_string_to_unsigned (entry->d_name, 10, 1, G_MAXINT64, &slot_number, NULL))
        continue;

      number = read_slot (folder_fd, entry->d_name, contents);
      slot = g_new0 (Slot, 1);
      slot->number = slot_number;
      slot->mark = contents->has_start ? g_strdup (contents->start.mark) : NULL;
      g_ptr_array_add (found, slot);
    }
  if (folder != NULL)
    closedir (folder);
  if (number != 0)
    return number;

  g_mutex_lock (&self->mutex);
  while (found->len > 0)
    hw_shim_slots_add (self, g_ptr_array_steal_index_fast (found, found->len - 1));
  g_mutex_unlock (&self->mutex);

  return 0;
}

/* Gets the names of all slots to disk, as a daemon may have died before it had done that, and
 * finds them. Returns 0, or a number of errno. The mutex for that is held.
 */
static int
hw_shim_slots_open (HwShimSlots *self)
{
  int folder_fd;
  int number = 0;

  if (self->folder_fd >= 0)
    return 0;

  if ((!hw_io_make_folder (self->root) && errno != EEXIST) ||
      (!hw_io_make_folder (self->folder) && errno != EEXIST))
    return errno;

  folder_fd = hw_io_open_folder (self->folder);
  if (folder_fd < 0 || !hw_io_sync (folder_fd))
    number = errno;
  if (number == 0)
    number = hw_folder_sync_now (self->root);
  if (number == 0)
    number = hw_shim_slots_find_all (self, folder_fd);

  if (number == 0)
    self->folder_fd = folder_fd;
  else if (folder_fd >= 0)
    close (folder_fd);

  return number;
}

/* Makes ready whatever all that follows needs, and if there is an epoch, gets the name of its
 * folder to disk, which is there. Returns 0, or a number of errno.
 */
static int
hw_shim_slots_make_ready (HwShimSlots *self,
                          guint64      epoch)
{
  int number;

  g_mutex_lock (&self->opening);
  number = hw_shim_slots_open (self);
  if (number == 0 && epoch != 0 && epoch != self->kept_epoch)
    {
      number = hw_folder_sync_now (self->root);
      self->kept_epoch = number == 0 ? epoch : 0;
    }
  g_mutex_unlock (&self->opening);

  return number;
}

/* Moves a descriptor out of the way of those that a shim is born with. Returns it, or -1. */
static int
lift (int fd)
{
  int lifted = fd;
  int number;

  if (fd < 0 || fd > HW_SHIM_SLOT_FD)
    return fd;

  lifted = fcntl (fd, F_DUPFD_CLOEXEC, HW_SHIM_SLOT_FD + 1);
  number = errno;
  close (fd);
  errno = number;

  return lifted;
}

/* Opens a slot that nobody has a lock on, and gets the lock. Returns -1 with errno: EWOULDBLOCK if
 * somebody may still write there, EBADMSG if it is none.
 */
static int
open_slot (int     folder_fd,
           guint64 slot_number)
{
  char name[HW_IO_NAME_MAX];
  struct stat status;
  int number = 0;
  int fd;

  build_name (name, slot_number);
  fd = lift (hw_io_open (folder_fd, name));
  if (fd < 0)
    return -1;

  if (fstat (fd, &status) < 0 || flock (fd, LOCK_EX | LOCK_NB) < 0)
    number = errno;
  else if (!S_ISREG (status.st_mode) || status.st_size != HW_SLOT_SIZE)
    number = EBADMSG;
  if (number == 0)
    return fd;

  close (fd);
  errno = number;

  return -1;
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
 * @slot is (transfer full), and it is kept for whom it is, or for another time.
 */
static int
hw_shim_slots_try (HwShimSlots *self,
                   Slot        *slot)
{
  g_autofree Contents *contents = g_new (Contents, 1);
  char name[HW_IO_NAME_MAX];
  int fd = open_slot (self->folder_fd, slot->number);
  int number = fd < 0 ? errno : 0;

  build_name (name, slot->number);
  if (fd >= 0)
    number = read_slot (self->folder_fd, name, contents);
  if (number == 0 && !(contents->has_start &&
                       hw_shim_slots_keep_expected (self, contents->start.mark, slot)))
    return fd;

  if (fd >= 0)
    close (fd);
  if (number == EBADMSG || number == ENOENT || number == ELOOP)
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
 * errno.
 */
static Slot *
hw_shim_slots_make (HwShimSlots *self,
                    int         *slot_fd)
{
  const char zeros[HW_SLOT_SIZE] = { 0 };
  char name[HW_IO_NAME_MAX];
  Slot *slot;
  guint64 number;

  g_mutex_lock (&self->mutex);
  number = ++self->n_made;
  g_mutex_unlock (&self->mutex);

  build_name (name, number);
  if (!hw_io_write_record (self->folder_fd, name, zeros, sizeof zeros, FALSE, TRUE))
    return NULL;

  *slot_fd = open_slot (self->folder_fd, number);
  if (*slot_fd < 0)
    return NULL;

  slot = g_new0 (Slot, 1);
  slot->number = number;

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

/* Puts into the attempt's folder what it does not have. It is not synced: the slot stays. Returns
 * 0, or a number of errno.
 */
static int
hw_shim_slots_put_back (HwShimSlots *self,
                        HwRun       *run,
                        Contents    *contents)
{
  g_autofree char *folder = hw_attempt_files_create (self->root, run, NULL);
  int folder_fd = folder != NULL ? hw_io_open_folder (folder) : -1;
  const char *end_text = contents->bytes + HW_SLOT_END;
  HwShimStart start;
  HwShimEnd end;
  int number = 0;

  if (folder_fd < 0)
    return EIO;

  if (hw_attempt_files_read_start (folder_fd, run, &start) != 0 &&
      !hw_io_write_record (folder_fd, HW_SHIM_START, contents->bytes, strlen (contents->bytes), TRUE,
                           FALSE))
    number = errno;
  if (number == 0 && contents->has_end && hw_attempt_files_read_end (folder_fd, run, &end) != 0 &&
      !hw_io_write_record (folder_fd, HW_SHIM_END, end_text, strlen (end_text), TRUE, FALSE))
    number = errno;
  close (folder_fd);

  return number;
}

/* Reads the slot of an attempt. If it has none, nothing is in it. Returns 0, or a number of errno. */
static int
hw_shim_slots_read_of (HwShimSlots *self,
                       const char  *mark,
                       Contents    *contents)
{
  char name[HW_IO_NAME_MAX] = "";
  const Slot *slot;
  int number = 0;

  g_mutex_lock (&self->mutex);
  slot = g_hash_table_lookup (self->held, mark);
  if (slot != NULL)
    build_name (name, slot->number);
  g_mutex_unlock (&self->mutex);

  memset (contents, 0, sizeof *contents);
  if (name[0] != '\0')
    number = read_slot (self->folder_fd, name, contents);
  contents->has_start = contents->has_start && g_str_equal (contents->start.mark, mark);

  return number;
}

/* Removes a start record of which nothing but the name, or the size, got to disk before the power
 * failed: what no slot has has not begun. Such a file is nothing else, as it got its name when all of
 * it was written. Returns 0, or a number of errno.
 */
static int
remove_blank (const char *root,
              HwRun      *run)
{
  g_autofree char *folder = hw_attempt_files_build_folder (root, run);
  int folder_fd = hw_io_open_folder (folder);
  char text[HW_RECORD_SIZE] = "";
  gssize length;
  int fd;

  if (folder_fd < 0)
    return errno == ENOENT || errno == ENOTDIR ? 0 : errno;

  fd = openat (folder_fd, HW_SHIM_START, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  length = fd >= 0 ? read (fd, text, sizeof text) : -1;
  if (length == 0 || (length > 0 && text[0] == '\0' &&
                      memcmp (text, text + 1, (gsize) length - 1) == 0))
    hw_io_remove (folder_fd, HW_SHIM_START);
  if (fd >= 0)
    close (fd);
  close (folder_fd);

  return 0;
}

/**
 * hw_shim_slots_restore:
 * @self: a lender
 * @run: an attempt that is expected
 *
 * Puts the records of an attempt back into its folder, if they are of a former life of the machine
 * and it did not keep them: then nothing of it runs. Blocks.
 *
 * Returns: 0, or a number of `errno`: then nothing is known of the attempt
 */
int
hw_shim_slots_restore (HwShimSlots *self,
                       HwRun       *run)
{
  g_autofree char *mark = hw_mark_build (run);
  g_autofree Contents *contents = g_new (Contents, 1);
  int number = hw_shim_slots_make_ready (self, 0);

  /* Nobody has kept anything where there is nothing at all. */
  if (number == ENOENT || number == ENOTDIR)
    return 0;
  if (number == 0)
    number = hw_shim_slots_read_of (self, mark, contents);
  if (number != 0)
    return number;

  if (!contents->has_start)
    return remove_blank (self->root, run);

  return g_str_equal (contents->start.life, self->life)
         ? 0 : hw_shim_slots_put_back (self, run, contents);
}

/**
 * hw_shim_slots_release:
 * @self: a lender
 * @run: an attempt, whose end the store has
 *
 * Gives the slot of the attempt to the next, if it has one.
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
    g_queue_push_head (&self->free, slot);
  g_mutex_unlock (&self->mutex);
}
