import { describe, expect, it } from 'vitest'
import { mergeLines } from './merge_lines'
import { edgesOf, type At, type Line } from './plane'
import { Shapes } from './random_shapes'
import { splitLines, splitLinesAt } from './split_line'

const straight: Line = [[0, 0], [4, 0], [4, 4]]

describe('splitting a line', () => {
  it('is done at a place of an edge or at a vertex, which both pieces share', () => {
    expect(splitLinesAt([straight], [1, 0.001], 0.01)).toEqual({
      pieces: [[[[1, 0], [4, 0], [4, 4]]], [[[0, 0], [1, 0]]]],
    })
    expect(splitLinesAt([straight], [4, 1e-9], 0.01)).toEqual({ pieces: [[[[0, 0], [4, 0]]], [[[4, 0], [4, 4]]]] })
  })

  it('says why it cannot be done', () => {
    expect(splitLinesAt([straight], [1, 1], 0.01)).toEqual({ reason: 'misses' })
    expect(splitLinesAt([straight], [0, 0], 0.01)).toEqual({ reason: 'only_touches' })
    expect(splitLines([straight], [[9, 9], [8, 9]])).toEqual({ reason: 'misses' })
    expect(splitLines([straight], [[0, 0], [-1, 0]])).toEqual({ reason: 'only_touches' })
    const round: Line = [[0, 0], [2, 0], [2, 2], [0, 0]]
    expect(splitLinesAt([round], [2, 0], 0.01)).toEqual({ reason: 'hangs_together' })
  })

  it('is done by a line that crosses several times', () => {
    const zigzag: Line = [[0, -1], [1, 1], [2, -1], [3, 1]]
    const split = splitLines([[[0, 0], [4, 0]]], zigzag)
    expect('pieces' in split && split.pieces).toHaveLength(4)
  })

  it('cuts a closed line in two where it is crossed twice', () => {
    const round: Line = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]
    const split = splitLines([round], [[1, -1], [1, 3]])
    expect('pieces' in split && split.pieces).toHaveLength(2)
  })

  it('leaves parts alone that are not cut', () => {
    const split = splitLinesAt([straight, [[9, 9], [10, 9]]], [1, 0], 0.01)
    expect('pieces' in split && split.pieces.map((piece) => piece.length)).toEqual([2, 1])
  })

  it('comes together again, whatever the order and the direction of the pieces', () => {
    let cut = 0
    for (let seed = 0; seed < 300; seed += 1) {
      const shapes = new Shapes(seed)
      const line = shapes.line(shapes.whole(3, 9))
      const split = splitLines([line], shapes.line(shapes.whole(2, 4)))
      if ('reason' in split) continue
      cut += 1
      const pieces = split.pieces.flat().map((piece) => (shapes.number() < 0.5 ? piece : [...piece].reverse()))
      pieces.sort(() => shapes.number() - 0.5)
      const { lines, forks } = mergeLines(pieces)
      // Where the knife passed the line's own crossing four ends meet, and they stay apart.
      if (forks.length > 0) continue
      expect(lines, `seed ${seed}`).toHaveLength(1)
      const way = lines[0]!.map(String).join(' ')
      const back = [...lines[0]!].reverse().map(String).join(' ')
      const whole = withCuts(line, lines[0]!)
      expect([way, back], `seed ${seed}`).toContain(whole)
    }
    expect(cut).toBeGreaterThan(100)
  })
})

/** The old line's vertices in order, with those of the new one between them. */
function withCuts(line: Line, merged: Line): string {
  const isForward = String(merged[0]) === String(line[0])
  const ordered: Line = isForward ? merged : [...merged].reverse()
  const old = new Set(line.map(String))
  expect(ordered.filter((at) => old.has(String(at))).map(String)).toEqual(line.map(String))
  return ordered.map(String).join(' ')
}

describe('merging lines', () => {
  it('keeps the direction of the first', () => {
    const { lines } = mergeLines([[[1, 0], [2, 0]], [[0, 0], [1, 0]]] as Line[])
    expect(lines).toEqual([[[0, 0], [1, 0], [2, 0]]])
    expect(mergeLines([[[1, 0], [2, 0]], [[3, 0], [2, 0]]] as Line[]).lines).toEqual([[[1, 0], [2, 0], [3, 0]]])
  })

  it('leaves lines apart that do not meet, and where three meet', () => {
    expect(mergeLines([[[0, 0], [1, 0]], [[5, 0], [6, 0]]] as Line[]).lines).toHaveLength(2)
    const { lines, forks } = mergeLines([[[0, 0], [1, 0]], [[1, 0], [2, 0]], [[1, 0], [1, 1]]] as Line[])
    expect(lines).toHaveLength(3)
    expect(forks).toEqual([[1, 0]])
  })

  it('joins ends within a millimetre, at the first line’s numbers', () => {
    const { lines } = mergeLines([[[0, 0], [1, 0]], [[1 + 5e-9, 0], [2, 0]]] as Line[])
    expect(lines).toEqual([[[0, 0], [1, 0], [2, 0]]])
    expect(edgesOf(lines[0] as At[])).toHaveLength(2)
  })
})
