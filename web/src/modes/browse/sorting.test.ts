import { expect, it } from 'vitest'
import { compare } from './sorting'

it('sorts numbers by size, 10号楼 after 9号楼, Chinese by its sound and unknown last', () => {
  expect([10, null, 9].toSorted(compare)).toEqual([9, 10, null])
  expect(['10号楼', '9号楼'].toSorted(compare)).toEqual(['9号楼', '10号楼'])
  expect(['资阳', '安岳', null].toSorted(compare)).toEqual(['安岳', '资阳', null])
})
