import { library } from '../../../tooling/tsup-library.ts'

export default library({ entry: ['src/index.ts', 'src/network-process.ts'] })
