/** One page of a list. Pass `nextCursor` back to go on; its absence is the end. */
export interface Page<T> {
  items: readonly T[]
  /** Opaque, made by the backend; valid as long as the backend keeps its records. */
  nextCursor?: string
}

/** What every paged call takes. */
export interface PageRequest {
  /** 1 to 1000. */
  limit: number
  /** `nextCursor` of the page before; absent: the first page. */
  cursor?: string
}
