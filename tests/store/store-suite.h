/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tests/store/store-fixture.h"

G_BEGIN_DECLS

/* What every kind of store promises, each function a part of it. Those with “lasting” are
 * of stores that outlive the daemon.
 */
void add_store_writing_tests (const StoreKind *kind);
void add_store_claiming_tests (const StoreKind *kind);
void add_store_telling_tests (const StoreKind *kind);
void add_store_reading_tests (const StoreKind *kind);
void add_store_removing_tests (const StoreKind *kind);
void add_store_key_tests (const StoreKind *kind);
void add_store_level_tests (const StoreKind *kind);
void add_store_lasting_level_tests (const StoreKind *kind);
void add_store_lasting_key_tests (const StoreKind *kind);
void add_store_lasting_tests (const StoreKind *kind);

G_END_DECLS
