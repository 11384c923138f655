import { describe, expect, it } from 'vitest'
import { readLink, writeLink, type Link } from './link'

describe('link', () => {
  it('reads what it wrote', () => {
    const link: Link = {
      view: { zoom: 14.25, lat: 30.12, lon: 104.65 },
      layers: ['community', 'utility_line'],
      selected: { layer: 'community', id: 12 },
      language: 'en',
      mode: 'browse',
      isPublic: true,
    }
    expect(readLink(writeLink(link))).toEqual(link)
  })

  it('tells no layers from nothing said about layers', () => {
    expect(readLink('#layers=').layers).toEqual([])
    expect(readLink('#').layers).toBeUndefined()
  })

  it('takes nonsense as absent', () => {
    expect(readLink('#map=a/b/c&at=../7&lang=fr&viewer=king&mode=x')).toEqual({})
    expect(readLink('#map=14/95/10')).toEqual({})
  })
})
