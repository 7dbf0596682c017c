import { expect, test } from 'vitest'
import { didYouMean } from '../src/did-you-mean.ts'

test('names the nearest', () => {
  expect(didYouMean('--bakcend', ['--backend', '--read-only'])).toBe('Did you mean --backend?')
})

test('names all where none is like it', () => {
  expect(didYouMean('zzzzzzzzzz', ['a', 'b'])).toBe('Known: a, b.')
})
