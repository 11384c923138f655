import { VERDICT_COLOURS, VERDICT_SIGNS, type Verdict } from '../ui/verdicts'
import { sideOf, type Place } from './place'
import type { Row, Say } from './section'

/** What the words need to know beside the place. */
export interface PlaceWords {
  /** The axis of the street, in the direction of its geometry. */
  axis: number[][]
  /** Works of others that are not shown lie in it. */
  hasHidden: boolean
  /** What existing lines and works are called. */
  lineName: (n: number) => string
  workName: (id: number) => string
}

const metres = (m: number) => `${m.toFixed(2)} m`

function row(verdict: Verdict, text: string): Row {
  return { sign: VERDICT_SIGNS[verdict], text, colour: VERDICT_COLOURS[verdict] }
}

/** How a place is judged by itself: what is told free stands on the lines on record, which is not the same as passed. */
function verdictOf(place: Place): Verdict {
  switch (place.state) {
    case 'free':
      return 'needs_review'
    case 'blocked':
    case 'no_room':
      return 'fail'
    case 'width_unknown':
    case 'lines_unseen':
    case 'no_street':
      return 'unknown'
  }
}

/** Where across its street a trench lies, and what is too near there: the first row is the place. */
export function placeRows(place: Place | undefined, { axis, hasHidden, lineName, workName }: PlaceWords, say: Say): Row[] {
  if (!place) return [row('unknown', `${say('secPlace')}${say('secColon')}${say('secPlaceNotTold')}`)]
  const at = place.offsetM === undefined ? [] : [tellOffset(place.offsetM, axis, say)]
  const isHidden = hasHidden && place.offsetM === undefined && ['free', 'blocked', 'width_unknown'].includes(place.state)
  const told = [...at, tellState(place, say), ...(isHidden ? [say('secPlaceHidden')] : [])].join(say('secComma'))
  return [
    row(verdictOf(place), `${say('secPlace')}${say('secColon')}${told}`),
    ...place.tooNear.map(({ line, work, shortM }) => {
      const values = { line: lineName(line), m: metres(shortM) }
      return row('fail', work === undefined ? say('secInTheWay', values) : say('secTooNear', { ...values, work: workName(work) }))
    }),
  ]
}

function tellOffset(offsetM: number, axis: number[][], say: Say): string {
  if (Math.abs(offsetM) < 0.005) return say('secPlaceMiddle')
  const compass = sideOf(axis, offsetM > 0)
  const where = compass ? say('secWhere', { compass: say(`secCompass.${compass}`) }) : ''
  return say('secPlaceAt', { m: metres(Math.abs(offsetM)), side: say(offsetM > 0 ? 'secRight' : 'secLeft'), where })
}

function tellState({ state, shortM, assumedWidthM }: Place, say: Say): string {
  if (state === 'blocked') return shortM === undefined ? say('secPlaceState.blocked_hidden') : say('secPlaceState.blocked', { m: metres(shortM) })
  if (state === 'width_unknown') return say('secPlaceState.width_unknown', { m: assumedWidthM === undefined ? '' : metres(assumedWidthM) })
  return say(`secPlaceState.${state}`)
}
