import { describe, expect, it } from 'vitest'
import { type App, backendHelp, settingsHelp } from '../src/index.ts'
import { backendModule } from './fixtures/backend.ts'

describe('help', () => {
  it.each<App>(['stdio', 'http'])('lists every setting of %s', (app) => {
    expect(settingsHelp({ app })).toMatchSnapshot()
  })

  it("lists a backend's options", () => {
    expect(backendHelp(backendModule)).toMatchSnapshot()
  })
})
