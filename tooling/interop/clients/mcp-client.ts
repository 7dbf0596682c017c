/** What a test needs of any MCP client, whatever SDK and revision it speaks. */
export interface McpTestClient {
  /** The protocol revision that client and server agreed on. */
  revision: string | undefined
  /** Over stdio: the process that it started. */
  serverPid?: number | undefined
  listTools(): Promise<readonly { name: string }[]>
  /** `signal`: the caller stops waiting. */
  callTool(name: string, args?: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<ToolAnswer>
  close(): Promise<void>
}

export interface ToolAnswer {
  isError: boolean
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: read by tests that know each tool's result
  data: any
}

/** Where the server is: a URL, or a command whose stdin and stdout are spoken to. */
export type ServerPlace =
  | { url: string; token?: string }
  | { command: string; args: string[]; env: Record<string, string>; onStderr?: (text: string) => void }

interface RawAnswer {
  isError?: boolean | undefined
  content?: unknown
  structuredContent?: unknown
}

/** The same shape from the answers of either SDK. */
export const toAnswer = (raw: RawAnswer): ToolAnswer => {
  const content = Array.isArray(raw.content) ? raw.content : []
  return {
    isError: raw.isError === true,
    text: content
      .filter((part: { type?: string }) => part.type === 'text')
      .map((part: { text?: string }) => part.text ?? '')
      .join('\n'),
    data: raw.structuredContent,
  }
}

export const authorizationOf = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` }
