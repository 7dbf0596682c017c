import { installPythonClients } from './require-python.ts'

process.stderr.write(`Python clients: ${await installPythonClients()}\n`)
