import { lstatSync } from 'node:fs'

/** Whether the file is there. Where that cannot be told, it counts as there. */
export function isThere(path: string | undefined): boolean {
  if (path === undefined) return false
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}
