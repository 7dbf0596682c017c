import { join } from 'node:path'

/** The file in a wallet's folder whose existence pauses spending. */
export const killFileIn = (folder: string): string => join(folder, 'PAUSE')
