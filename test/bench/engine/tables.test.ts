import { expect, test } from 'vitest'
import {
  advantage,
  type Figures,
  meanFigures,
  median,
  medianFigures,
  type Result,
  unknownFigures,
} from './figures.ts'
import {
  comparison,
  differencesTable,
  duelTable,
  markdownTable,
  mediansTable,
  picturesTable,
} from './tables.ts'

test('markdownTable pads its columns, words to the left and numbers to the right', () => {
  const rows = [
    ['picture', 'PSNR'],
    ['hill', '9.50'],
    ['a long name', '21.25'],
  ]

  expect(markdownTable(rows)).toBe(`| picture     |  PSNR |
| ----------- | ----: |
| hill        |  9.50 |
| a long name | 21.25 |`)
})

test('mediansTable takes the median over the pictures that have the figure', () => {
  expect(linesOf(mediansTable(results)).map((cells) => cells.slice(0, 2))).toEqual([
    ['median of', 'PSNR'],
    ['Infill', '25.00'],
    ['rival', '22.00'],
  ])
})

test('picturesTable has a column for each contestant, and a dash where nothing is known', () => {
  expect(linesOf(picturesTable(results, 'psnr'))).toEqual([
    ['PSNR', 'Infill', 'rival'],
    ['hill', '20.00', '24.00'],
    ['wall', '30.00', '20.00'],
    ['boat', '–', '–'],
  ])
})

test('duelTable sets the rival beside the contestant', () => {
  expect(linesOf(duelTable(results, 'Infill', 'rival', ['psnr', 'edge']))[1]).toEqual([
    'hill',
    '20.00 / 24.00',
    '0.95 / 1.20',
  ])
})

test('duelTable of a contestant without a rival shows it alone', () => {
  expect(linesOf(duelTable(results, 'Infill', null, ['psnr']))[1]).toEqual(['hill', '20.00'])
})

test('comparison counts the pictures that were won and relates the median costs', () => {
  expect(comparison(results, 'Infill', 'rival')).toBe(
    'Infill against rival: PSNR better on 1 of 2, edge better on 2 of 2, processor s × 0.50',
  )
})

test('differencesTable leaves out what has not moved', () => {
  const before = results.map((result) =>
    result.picture === 'hill' ? { ...result, figures: { ...result.figures, psnr: 18.5 } } : result,
  )

  expect(linesOf(differencesTable(results, before, 'Infill'))).toEqual([
    ['now − before', 'PSNR', 'SSIM', 'edge', 'LPIPS', 'seam', 'processor s'],
    ['hill', '+1.50', '', '', '', '', ''],
    ['medians', '+0.75', '', '', '', '', ''],
  ])
})

test('differencesTable compares only the pictures of both runs', () => {
  const before = results.filter(({ picture }) => picture !== 'hill')

  expect(linesOf(differencesTable(results, before, 'Infill'))).toEqual([
    ['now − before', 'PSNR', 'SSIM', 'edge', 'LPIPS', 'seam', 'processor s'],
    ['medians', '', '', '', '', '', ''],
  ])
})

test('median lies between the two middle values of an even number', () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5])
})

test('meanFigures and medianFigures leave out what is not known', () => {
  const all = [figures({ psnr: 1 }), figures({ psnr: 2 }), figures({ psnr: 6, seam: 0.5 })]

  expect(meanFigures(all)).toEqual(figures({ psnr: 3, seam: 0.5 }))
  expect(medianFigures(all)).toEqual(figures({ psnr: 2, seam: 0.5 }))
})

test('advantage knows whether more, less or 1 is better', () => {
  expect(advantage('psnr', 30, 20)).toBe(10)
  expect(advantage('lpips', 30, 20)).toBe(-10)
  expect(advantage('edge', 0.75, 1.5)).toBe(0.25)
})

const results: readonly Result[] = [
  { picture: 'hill', contestant: 'Infill', figures: figures({ psnr: 20, edge: 0.95, processorS: 1 }) },
  { picture: 'hill', contestant: 'rival', figures: figures({ psnr: 24, edge: 1.2, processorS: 2 }) },
  { picture: 'wall', contestant: 'Infill', figures: figures({ psnr: 30, edge: 1, processorS: 1 }) },
  { picture: 'wall', contestant: 'rival', figures: figures({ psnr: 20, edge: 0.9, processorS: 2 }) },
  { picture: 'boat', contestant: 'Infill', figures: figures({ processorS: 3 }) },
  { picture: 'boat', contestant: 'rival', figures: figures({ processorS: 6 }) },
]

function figures(known: Partial<Figures>): Figures {
  return { ...unknownFigures, ...known }
}

/** Cells without their padding; the rule left out. */
function linesOf(table: string): string[][] {
  const rows = table.split('\n').map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
  return rows.filter((_, index) => index !== 1)
}
