import { describe, expect, test } from 'vitest'
import { adviceFor, distributionFrom } from '../../../companion/gpu/advice.ts'
import { neededLibraries } from '../../../companion/gpu/libraries.ts'

function missing(...names: string[]) {
  return neededLibraries.filter(({ name }) => names.includes(name))
}

const ubuntu = { distribution: ['ubuntu', 'debian'], isInWindows: false }
const debian = { distribution: ['debian'], isInWindows: false }
const fedora = { distribution: ['fedora'], isInWindows: false }

test('distributionFrom reads what a system is, and what it is like', () => {
  expect(
    distributionFrom('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"'),
  ).toEqual(['linuxmint', 'ubuntu', 'debian'])
})

describe('adviceFor', () => {
  test('says nothing where nothing is missing', () => {
    expect(adviceFor([], debian)).toEqual([])
  })

  test.each([
    ['Ubuntu', ubuntu, '  sudo ubuntu-drivers install'],
    ['Debian', debian, '  sudo apt install nvidia-open'],
    ['Fedora', fedora, '  sudo dnf install akmod-nvidia'],
  ])('knows how the driver is installed on %s', (_, system, command) => {
    expect(adviceFor(missing('libcuda.so.1'), system)).toContain(command)
  })

  test('sends people in WSL to Windows for the driver', () => {
    expect(adviceFor(missing('libcuda.so.1'), { ...ubuntu, isInWindows: true })).toEqual([
      expect.stringContaining(
        'install NVIDIA’s driver 580 or newer there, and none in WSL'.replace('’', "'"),
      ),
    ])
  })

  test('names exactly the packages that are missing', () => {
    const lines = adviceFor(missing('libcublas.so.13', 'libcublasLt.so.13', 'libcudnn.so.9'), debian)
    expect(lines).toContain(
      "  python3 -m venv ~/infill-cuda && ~/infill-cuda/bin/pip install 'nvidia-cublas==13.*' nvidia-cudnn-cu13",
    )
    expect(lines).toContain('  infill gpu install --libraries ~/infill-cuda')
    expect(lines).toContain('  sudo apt install libcublas-13-0 libcudnn9-cuda-13')
  })

  test('uses dnf on Fedora, and on another system only what works everywhere', () => {
    const cudart = missing('libcudart.so.13')
    expect(adviceFor(cudart, fedora)).toContain('  sudo dnf install cuda-cudart-13-0')
    expect(adviceFor(cudart, { distribution: ['arch'], isInWindows: false })).toHaveLength(3)
  })
})
