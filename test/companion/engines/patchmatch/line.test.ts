import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { openLine, states, waitWhile } from '../../../../companion/engines/patchmatch/line.ts'

/** Runs in another thread, with the line's state. */
function elsewhere(code: string, state: Int32Array): void {
  const worker = new Worker(`const state = require('node:worker_threads').workerData; ${code}`, {
    eval: true,
    workerData: state,
  })
  onTestFinished(async () => void (await worker.terminate()))
}

test('waits until the state is another one', () => {
  const line = openLine()
  elsewhere('Atomics.store(state, 0, 1); Atomics.notify(state, 0)', line.state)
  expect(waitWhile(line, states.working)).toBe(states.waiting)
  expect(waitWhile(line, states.working)).toBe(states.waiting)
})

test('waits on when it is woken for nothing', () => {
  const line = openLine()
  const wake = 'while (Atomics.notify(state, 0) === 0);'
  elsewhere(`${wake} ${wake} Atomics.store(state, 0, 1); Atomics.notify(state, 0)`, line.state)
  expect(waitWhile(line, states.working)).toBe(states.waiting)
})

test('gives up when the time is over', () => {
  expect(waitWhile(openLine(), states.working, 1)).toBe(states.working)
})
