export { type Invocation, main } from './program.ts'
