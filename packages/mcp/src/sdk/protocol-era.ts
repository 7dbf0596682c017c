import type { Server } from '@modelcontextprotocol/server'

const FIRST_MODERN = '2026-07-28'

/** Whether this server speaks 2026-07-28 or later; revisions are dates, so they sort. */
export const isModern = (server: Server): boolean =>
  (server.getNegotiatedProtocolVersion() ?? '') >= FIRST_MODERN
