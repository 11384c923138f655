import { expect, it } from 'vitest'
import { Latest } from './latest'

const settle = () => new Promise((resolve) => setTimeout(resolve, 0))

function watched() {
  const open: { question: number; answer: (n: number) => void; fail: (error: Error) => void; signal: AbortSignal }[] = []
  const told: string[] = []
  let clock = 0
  const latest = new Latest<number, number>(
    (question, signal) => new Promise((answer, fail) => open.push({ question, answer, fail, signal })),
    (answer, question, ms) => told.push(`${question}=${answer} ${ms}`),
    (error, question) => told.push(`${question} ${String(error)}`),
    () => (clock += 5),
  )
  return { open, told, latest }
}

it('while one question is under way only the last of the others is put', async () => {
  const { open, told, latest } = watched()
  for (const n of [1, 2, 3, 4]) latest.put(n)
  expect(open.map(({ question }) => question)).toEqual([1])
  open[0]?.answer(10)
  await settle()
  expect(open.map(({ question }) => question)).toEqual([1, 4])
  open[1]?.answer(40)
  await settle()
  expect(told).toEqual(['1=10 5', '4=40 5'])
  expect(latest.isBusy).toBe(false)
})

it('an answer that comes after a stop, or after newer ones, is not told', async () => {
  const { open, told, latest } = watched()
  latest.put(1)
  latest.stop()
  expect(open[0]?.signal.aborted).toBe(true)
  latest.put(2)
  open[1]?.answer(20)
  await settle()
  open[0]?.answer(10)
  await settle()
  expect(told).toEqual(['2=20 5'])
})

it('a refusal is told unless a newer question waits', async () => {
  const { open, told, latest } = watched()
  latest.put(1)
  latest.put(2)
  open[0]?.fail(new Error('old'))
  await settle()
  open[1]?.fail(new Error('new'))
  await settle()
  expect(told).toEqual(['2 Error: new'])
})
