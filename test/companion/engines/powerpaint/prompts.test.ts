import { expect, test } from 'vitest'
import { type Prompt, promptsFor } from '../../../../companion/engines/powerpaint/prompts.ts'
import { powerPaintCalls } from '../../../support/powerpaint.ts'

const textOf = ({ before, own, after }: Prompt) => before + own + after

test.each(powerPaintCalls)('the prompts of $name are the authors’ own, to the letter', (call) => {
  const { positive, negative } = promptsFor(call.mode, call.prompt, call.negativePrompt)
  expect(textOf(positive.tight)).toBe(call.prompts.A)
  expect(textOf(positive.loose)).toBe(call.prompts.B)
  expect(textOf(negative.tight)).toBe(call.prompts.negA)
  expect(textOf(negative.loose)).toBe(call.prompts.negB)
})
