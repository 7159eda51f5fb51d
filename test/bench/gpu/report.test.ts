import { expect, test } from 'vitest'
import { inMarkdown } from './report.ts'

const figures = { loadMs: 4200, warmUpMs: 1500, firstMs: 13, laterMs: 12.34, peakBytes: 2.7e9 }

test('a report has a row for each piece of work, and says which goals are missed', () => {
  const lines = inMarkdown({
    conditions: 'NVIDIA H100, driver 590.1.',
    rows: [
      { what: 'UNet', own: figures, peer: { ...figures, warmUpMs: 0, laterMs: 24.68 }, ratio: 0.5 },
      { what: 'LaMa', own: figures, peer: { ...figures, laterMs: 10 }, ratio: 1.234 },
      { what: 'fill', own: figures, peer: 'no module named torch', ratio: null },
    ],
    firstFill: 1.2,
    parity: [
      ['tiny', 51.23],
      ['full size', 38],
    ],
    filled: [200, 200],
    failures: ['LaMa, 2048 × 2048: no memory'],
  }).split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'NVIDIA H100, driver 590.1.',
      '| UNet | 4.20 s | 1.50 s | 13.0 ms | 12.3 ms | 2.70 GB | 4.20 s | 13.0 ms | 24.7 ms | 2.70 GB | 0.50 |',
      '| LaMa | 4.20 s | 1.50 s | 13.0 ms | 12.3 ms | 2.70 GB | 4.20 s | 13.0 ms | 10.0 ms | 2.70 GB | 1.23 (missed: at most 1.00, aim 0.80) |',
      '| fill | 4.20 s | 1.50 s | 13.0 ms | 12.3 ms | 2.70 GB | – | – | – | – | – |',
      'PyTorch is left out: no module named torch',
      'First fill ÷ later ones: 1.20 (missed: at most 1.10)',
      '- tiny: 51.2 dB',
      '- full size: 38.0 dB (missed: at least 40, aim 45)',
      '**Failed.** LaMa, 2048 × 2048: no memory',
    ]),
  )
})
