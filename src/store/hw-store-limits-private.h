/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* Tasks of a page: as many as a snapshot of the live ones has. It takes a reader some
 * ten milliseconds.
 */
#define HW_STORE_MAX_TASKS 2000u

/* Tasks that may be candidates at once. The window must be well above what runs at
 * once, and each is in memory.
 */
#define HW_STORE_MAX_CANDIDATES 10000u

/* Events of a page: one write to a socket, one round of the main context. */
#define HW_STORE_MAX_EVENTS 1000u

/* Bytes after which a page ends although it may have more rows, so that many large
 * rows cannot fill the memory. One row is at most twice as large.
 */
#define HW_STORE_MAX_PAGE_BYTES (4u * 1024 * 1024)
