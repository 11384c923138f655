import { expect, it } from 'vitest'
import { formatArea, formatLength, formatMoney, formatUnit } from './format'

it('chooses the unit that a person would', () => {
  expect(formatLength('zh', 999.94)).toBe('999.9 米')
  expect(formatLength('zh', 1000)).toBe('1 公里')
  expect(formatArea('zh', 9999)).toBe('9,999 平方米')
  expect(formatArea('en', 10_000)).toBe('1 ha')
  expect(formatArea('zh', 1_250_000)).toBe('1.25 平方公里')
})

it('writes money with both decimals and a year without a unit', () => {
  expect(formatMoney('zh', '1234567.50')).toBe('1,234,567.50')
  expect(formatUnit('zh', 'a')).toBe('')
  expect(formatUnit('zh', 'm2')).toBe('平方米')
})
