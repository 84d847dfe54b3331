/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/crash/power-story.h"
#include "tests/support/remove-tree.h"

#include "hw-disk-image.h"
#include "hw-disk-io.h"
#include "hw-state-folder.h"

#include <unistd.h>

/* The power fails at every moment, and the disk keeps what it likes of what nobody waited
 * for. Whatever is left: what was acknowledged before is there.
 */

/* Rounds of the story: some 300 syncs. */
#define N_ROUNDS 70

/* Images of each kind of loss at each sync, of which there are two certain ones as well. */
#define N_THROWS 3
#define N_THROWS_FULL 90
#define N_THROWS_UPGRADE 10

/* Why the images are what they are: the same numbers make the same ones, but that the
 * threads of the store may take turns differently.
 */
#define SEED 20261126

/* Tells what is wrong with what is left, or %NULL. */
typedef char *(*CheckFunc) (PowerStory *story,
                            guint       position,
                            const char *folder);

/* What was tried. */
typedef struct
{
  PowerStory *story; /* (unowned) */
  CheckFunc check;
  GRand *rand;       /* (owned) */
  char *folder;      /* (owned) */
  guint n_syncs;
  guint n_images[HW_N_DISK_LOSSES];
  char *fault;       /* (owned) (nullable): the first image that broke a promise */
} Trial;

static gboolean
is_full_size (void)
{
  return g_test_slow () || g_strcmp0 (g_getenv ("HEADWAY_SCALE"), "full") == 0;
}

static void
try_loss (Trial       *self,
          HwDiskImage *image,
          HwDiskLoss   loss)
{
  g_autofree char *fault = NULL;
  guint position = hw_disk_image_get_position (image);

  if (self->fault != NULL || !hw_disk_image_write (image, loss, self->rand, self->folder))
    return;

  self->n_images[loss]++;
  fault = self->check (self->story, position, self->folder);
  if (fault != NULL)
    self->fault = g_strdup_printf ("after step %u, with loss %d: %s", position, (int) loss, fault);
  empty_tree (self->folder);
}

static gboolean
is_sync_next (HwDisk      *disk,
              HwDiskImage *image)
{
  HwDiskOpKind kind = hw_disk_get_op (disk, hw_disk_image_get_position (image))->kind;

  return kind == HW_DISK_OP_SYNC || kind == HW_DISK_OP_SYNC_FOLDER;
}

/* Tries all losses just before each sync, and the worst one just after. A story without
 * syncs is tried now and then.
 */
static void
run_trial (Trial *self,
           guint  n_throws)
{
  HwDisk *disk = self->story->disk;
  g_autoptr(HwDiskImage) image = hw_disk_image_new (disk);
  guint n_ops = hw_disk_get_n_ops (disk);

  while (hw_disk_image_get_position (image) < n_ops && self->fault == NULL)
    {
      gboolean is_sync = is_sync_next (disk, image);

      if (is_sync)
        {
          self->n_syncs++;
          try_loss (self, image, HW_DISK_LOSS_NONE);
          for (guint i = 0; i < n_throws; i++)
            {
              try_loss (self, image, HW_DISK_LOSS_TORN);
              try_loss (self, image, HW_DISK_LOSS_REORDERED);
            }
        }
      hw_disk_image_step (image);
      if (is_sync || g_rand_int_range (self->rand, 0, 50) == 0)
        try_loss (self, image, HW_DISK_LOSS_ALL);
    }
  try_loss (self, image, HW_DISK_LOSS_ALL);
}

static void
trial_init (Trial      *self,
            PowerStory *story,
            CheckFunc   check)
{
  g_autoptr(GError) error = NULL;

  self->story = story;
  self->check = check;
  self->rand = g_rand_new_with_seed (SEED);
  self->folder = g_dir_make_tmp ("power-image-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
trial_clear (Trial *self)
{
  remove_tree (self->folder);
  g_free (self->folder);
  g_free (self->fault);
  g_rand_free (self->rand);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Trial, trial_clear)

static void
test_acknowledged_is_kept (void)
{
  guint n_throws = is_full_size () ? N_THROWS_FULL : N_THROWS;
  g_autoptr(PowerStory) story = power_story_play (POWER_FAULT_NONE, N_ROUNDS);
  g_auto(Trial) trial = { 0 };
  guint n_images = 0;

  trial_init (&trial, story, power_check_image);
  run_trial (&trial, n_throws);
  g_assert_cmpstr (trial.fault, ==, NULL);

  for (guint i = 0; i < HW_N_DISK_LOSSES; i++)
    n_images += trial.n_images[i];
  g_test_message ("%u images at %u syncs of %u steps: %u torn, %u reordered; %u events told",
                  n_images, trial.n_syncs, hw_disk_get_n_ops (story->disk),
                  trial.n_images[HW_DISK_LOSS_TORN], trial.n_images[HW_DISK_LOSS_REORDERED],
                  story->fixture.heard->len);
  g_assert_cmpuint (trial.n_syncs, >=, 200);
  g_assert_cmpuint (trial.n_images[HW_DISK_LOSS_TORN], >=, 500);
  g_assert_cmpuint (trial.n_images[HW_DISK_LOSS_REORDERED], >=, 500);
  g_assert_cmpuint (n_images, >=, is_full_size () ? 50000 : 2000);
}

/* An upgrade that the power ends: there is the old database or the new one, and no new one
 * without a backup of the old.
 */
static void
test_upgrade_is_all_or_nothing (void)
{
  g_autoptr(PowerStory) story = power_story_play_upgrade ();
  g_auto(Trial) trial = { 0 };

  trial_init (&trial, story, power_check_upgrade);
  run_trial (&trial, is_full_size () ? N_THROWS_FULL : N_THROWS_UPGRADE);
  g_assert_cmpstr (trial.fault, ==, NULL);
  g_test_message ("%u syncs, %u torn, %u reordered", trial.n_syncs,
                  trial.n_images[HW_DISK_LOSS_TORN], trial.n_images[HW_DISK_LOSS_REORDERED]);
  g_assert_cmpuint (trial.n_syncs, >=, 10);
  g_assert_cmpuint (trial.n_images[HW_DISK_LOSS_REORDERED], >=, 50);
}

/* What a state folder stands in is on disk before anything is in it. */
static void
test_state_folder_lasts (void)
{
  g_autofree char *root = g_dir_make_tmp ("power-state-XXXXXX", NULL);
  g_autofree char *left = g_dir_make_tmp ("power-image-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (root, "a", "b", "headway", NULL);
  g_autofree char *left_path = g_build_filename (left, "a", "b", "headway", NULL);
  g_autoptr(HwDisk) disk = hw_disk_new (root);
  g_autoptr(HwDiskImage) image = NULL;
  g_autoptr(GError) error = NULL;

  hw_disk_io_set_disk (disk);
  hw_disk_io_set_syncs_folders (TRUE);
  g_assert_true (hw_state_folder_make (path, &error));
  g_assert_no_error (error);
  hw_disk_io_set_disk (NULL);

  image = hw_disk_image_new (disk);
  while (hw_disk_image_get_position (image) < hw_disk_get_n_ops (disk))
    hw_disk_image_step (image);
  g_assert_true (hw_disk_image_write (image, HW_DISK_LOSS_ALL, NULL, left));
  g_assert_true (g_file_test (left_path, G_FILE_TEST_IS_DIR));

  remove_tree (root);
  remove_tree (left);
}

/* The same test must find what is done wrong, or it proves nothing. */
static void
test_fault_is_found (gconstpointer test_data)
{
  g_autoptr(PowerStory) story = power_story_play (GPOINTER_TO_INT (test_data), N_ROUNDS);
  g_auto(Trial) trial = { 0 };

  trial_init (&trial, story, power_check_image);
  run_trial (&trial, N_THROWS);
  g_assert_nonnull (trial.fault);
  g_test_message ("found %s", trial.fault);
}

/* Images are written and read by the thousand, and none has to last: memory will do. */
static void
use_memory (void)
{
  if (g_access ("/dev/shm", W_OK | X_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", TRUE);
}

int
main (int   argc,
      char *argv[])
{
  use_memory ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/power-loss/acknowledged-is-kept", test_acknowledged_is_kept);
  g_test_add_func ("/power-loss/state-folder/lasts", test_state_folder_lasts);
  g_test_add_func ("/power-loss/upgrade/is-all-or-nothing", test_upgrade_is_all_or_nothing);
  g_test_add_data_func ("/power-loss/finds/no-sync", GINT_TO_POINTER (POWER_FAULT_NO_SYNC),
                        test_fault_is_found);
  g_test_add_data_func ("/power-loss/finds/an-early-answer",
                        GINT_TO_POINTER (POWER_FAULT_EARLY_ANSWER), test_fault_is_found);
  g_test_add_data_func ("/power-loss/finds/no-sync-of-folders",
                        GINT_TO_POINTER (POWER_FAULT_NO_FOLDER_SYNC), test_fault_is_found);

  return g_test_run ();
}
