import { server } from '../../tooling/tsup-server.ts'

export default server()
