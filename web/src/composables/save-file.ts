// SPDX-FileCopyrightText: 2026 The Headway authors
// SPDX-License-Identifier: LGPL-2.1-or-later

/** Hands @blob to the browser as a download. */
export function saveFile(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
