/** What every call takes. */
export interface CallOptions {
  /**
   * Stops waiting, not the node: an aborted read rejects with the signal's reason; an aborted
   * payment answers a `Payment` that is `unknown`, because the node may go on with it.
   */
  signal?: AbortSignal
}
