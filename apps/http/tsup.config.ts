import { server } from '../../tooling/tsup-server.ts'

/** What package.json declares as dependencies stays outside: who mounts a server of his own shares them with it. */
export default server({ noExternal: [], external: [] })
