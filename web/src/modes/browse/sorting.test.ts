import { expect, it } from 'vitest'
import { compare } from './sorting'

it('sorts numbers by size, 10号楼 after 9号楼 and Chinese by its sound', () => {
  expect([10, 9].toSorted(compare)).toEqual([9, 10])
  expect(['10号楼', '9号楼'].toSorted(compare)).toEqual(['9号楼', '10号楼'])
  expect(['资阳', '安岳'].toSorted(compare)).toEqual(['安岳', '资阳'])
})
