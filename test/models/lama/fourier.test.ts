import { describe, expect, test } from 'vitest'
import { irfft2, rfft2 } from '../../../models/lama/fourier.ts'
import { createGraph } from '../../../models/onnx/graph.ts'
import { expectClose, runGraph } from '../../support/onnx.ts'
import { readReference, referencePath } from '../../support/reference.ts'

const reference = await readReference(referencePath('lama', 'fourier-unit', 'expected.safetensors'))

// Height × width, even and odd, and of one row, one column, one pixel.
describe.each(['8x10', '7x9', '5x8', '8x5', '1x6', '6x1', '1x1', '2x3', '3x2'])('at %s', (size) => {
  test('rfft2 gives the spectrum of torch.fft.rfftn, real and imaginary parts in turn', async () => {
    const input = reference(`${size}/in`)
    const g = createGraph(new Map())
    g.output('spectrum', rfft2(g, g.input('x', 'float32', input.shape)))

    const { spectrum } = await runGraph(g.definition, { x: input.data })
    expectClose(spectrum, reference(`${size}/spectrum`), 1e-5)
  })

  test('irfft2 gives the picture of torch.fft.irfftn, from a spectrum that no picture has', async () => {
    const activated = reference(`${size}/activated`)
    const out = reference(`${size}/out`)
    const g = createGraph(new Map())
    g.output('x', irfft2(g, g.input('spectrum', 'float32', activated.shape), out.shape[3]!))

    const { x } = await runGraph(g.definition, { spectrum: activated.data })
    expectClose(x, out, 1e-5)
  })
})

test('the matrices of a size are in a graph once', () => {
  const g = createGraph(new Map())
  const x = g.input('x', 'float32', [1, 2, 6, 8])
  g.output('y', irfft2(g, rfft2(g, irfft2(g, rfft2(g, x), 8)), 8))
  const bases = [...g.definition.constants.keys()].filter((name) => name.startsWith('fourier/'))
  expect(bases.sort()).toEqual([
    'fourier/height-6-forward',
    'fourier/height-6-inverse',
    'fourier/width-8-forward',
    'fourier/width-8-inverse',
  ])
})
