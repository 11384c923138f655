import { describe, expect, it } from 'vitest'
import { waysFrom } from './steps'

const step = (step: number, kind: string, back_to: number | null = null) => ({ step, kind, back_to, actor: '规划甲' })
const ways = (...oldestFirst: ReturnType<typeof step>[]) => {
  const { now, undo, redo } = waysFrom(oldestFirst.reverse())
  return { now, undo: undo?.to, redo: redo?.to }
}

describe('undo and redo of a scheme', () => {
  it('there is nothing before its first step', () => {
    expect(ways(step(1, 'create'))).toEqual({ now: 1, undo: undefined, redo: undefined })
  })

  it('undo goes one step back, again one more, and redo comes forward the same way', () => {
    const made = [step(1, 'create'), step(2, 'draw'), step(3, 'split')]
    expect(ways(...made)).toEqual({ now: 3, undo: 2, redo: undefined })
    expect(ways(...made, step(4, 'undo', 2))).toEqual({ now: 2, undo: 1, redo: 3 })
    expect(ways(...made, step(4, 'undo', 2), step(5, 'undo', 1))).toEqual({ now: 1, undo: undefined, redo: 2 })
    expect(ways(...made, step(4, 'undo', 2), step(5, 'undo', 1), step(6, 'undo', 2))).toEqual({ now: 2, undo: 1, redo: 3 })
  })

  it('what is drawn after an undo leaves nothing to redo', () => {
    expect(ways(step(1, 'create'), step(2, 'draw'), step(3, 'undo', 1), step(4, 'draw'))).toEqual({ now: 4, undo: 1, redo: undefined })
  })

  it('a jump back over several steps is redone step by step', () => {
    expect(ways(step(1, 'create'), step(2, 'draw'), step(3, 'draw'), step(4, 'undo', 1))).toEqual({ now: 1, undo: undefined, redo: 2 })
  })

  it('a jump to a step that was undone and left counts as a new state', () => {
    const jumped = ways(step(1, 'create'), step(2, 'draw'), step(3, 'undo', 1), step(4, 'draw'), step(5, 'undo', 2))
    expect(jumped).toEqual({ now: 2, undo: 4, redo: undefined })
  })

  it('naming and publishing are not undone', () => {
    expect(ways(step(1, 'create'), step(2, 'draw'), step(3, 'rename'), step(4, 'state'))).toEqual({ now: 2, undo: 1, redo: undefined })
    expect(ways(step(1, 'create'), step(2, 'draw'), step(3, 'rename'), step(4, 'draw'), step(5, 'undo', 3))).toEqual({ now: 2, undo: 1, redo: 4 })
  })
})
