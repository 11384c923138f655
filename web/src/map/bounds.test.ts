import { expect, it } from 'vitest'
import { readBounds } from './bounds'

it.each(['104.6,30.1,104.7,30.2', ' 104.6 30.1 104.7 30.2 ', '104.6，30.1，104.7，30.2'])('reads bounds from «%s»', (text) => {
  expect(readBounds(text)).toEqual([104.6, 30.1, 104.7, 30.2])
})

it.each(['', '104.6,30.1,104.7', '30.1,104.6,30.2,104.7', '104.7,30.1,104.6,30.2', 'a,b,c,d', '104.6,,104.7,30.2', '1,2,3,4,5'])(
  'takes «%s» for no bounds',
  (text) => {
    expect(readBounds(text)).toBeUndefined()
  },
)
