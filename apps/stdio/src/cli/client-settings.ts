import { type Command, shellCommand } from '@lightning-mcp/runtime'

/** Settings for one client, ready to paste. */
export interface ClientSettings {
  client: string
  /** Where they go. */
  place: string
  language: 'json' | 'toml' | 'shell'
  text: string
}

const json = (value: unknown): string => JSON.stringify(value, undefined, 2)

/** One entry per client; a JSON string is also a TOML basic string. */
export function clientSettings({ command, args }: Command): ClientSettings[] {
  const mcpServers = json({ mcpServers: { lightning: { command, args } } })
  return [
    {
      client: 'Claude Desktop',
      place: 'claude_desktop_config.json (Settings → Developer → Edit Config)',
      language: 'json',
      text: mcpServers,
    },
    {
      client: 'Claude Code',
      place: 'a terminal',
      language: 'shell',
      text: `claude mcp add lightning -- ${shellCommand({ command, args })}`,
    },
    { client: 'Cursor', place: '~/.cursor/mcp.json', language: 'json', text: mcpServers },
    {
      client: 'VS Code',
      place: '.vscode/mcp.json',
      language: 'json',
      text: json({ servers: { lightning: { type: 'stdio', command, args } } }),
    },
    {
      client: 'Codex',
      place: '~/.codex/config.toml',
      language: 'toml',
      text: [
        '[mcp_servers.lightning]',
        `command = ${JSON.stringify(command)}`,
        `args = [${args.map((argument) => JSON.stringify(argument)).join(', ')}]`,
      ].join('\n'),
    },
  ]
}
