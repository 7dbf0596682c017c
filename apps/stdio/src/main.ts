#!/usr/bin/env node
import { main } from './index.ts'

await main({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() })
