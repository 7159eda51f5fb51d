import { leastDriver } from './card.ts'
import type { Library } from './libraries.ts'

/** What commands differ by. */
export interface System {
  /** `ID` and `ID_LIKE` of /etc/os-release. */
  readonly distribution: readonly string[]
  /** Linux in WSL 2. */
  readonly isInWindows: boolean
}

/** @param osRelease The contents of /etc/os-release. */
export function distributionFrom(osRelease: string): string[] {
  return [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, ids]) => ids!.split(' '))
}

/** How to get what is missing, a line each: a sentence, or a command after two spaces. */
export function adviceFor(missing: readonly Library[], system: System): string[] {
  const parts = new Set(missing.map(({ part }) => part))
  return [
    ...(parts.delete('driver') ? driverAdvice(system) : []),
    ...(parts.size > 0 ? cudaAdvice(parts, system) : []),
  ]
}

export function driverAdvice({ distribution, isInWindows }: System): string[] {
  if (isInWindows) {
    return [
      `The driver comes from Windows: install NVIDIA's driver ${leastDriver} or newer there, and none in WSL; then run \`wsl --update\`.`,
    ]
  }
  const what = `NVIDIA's driver ${leastDriver} or newer is needed`
  if (distribution.includes('ubuntu')) return [`${what}:`, '  sudo ubuntu-drivers install', restart]
  if (distribution.includes('debian')) {
    return [`${what}, newer than Debian's own. ${repository}`, '  sudo apt install nvidia-open', restart]
  }
  if (distribution.includes('fedora')) {
    return [`${what}; RPM Fusion (nonfree) has it:`, '  sudo dnf install akmod-nvidia', restart]
  }
  return [`${what}. Your distribution, or nvidia.com/drivers, has it.`]
}

function cudaAdvice(parts: ReadonlySet<Library['part']>, { distribution }: System): string[] {
  const installer = distribution.includes('debian') ? 'apt' : distribution.includes('fedora') ? 'dnf' : null
  const names = (known: Readonly<Record<string, string>>) =>
    Object.entries(known)
      .filter(([part]) => parts.has(part as Library['part']))
      .map(([, name]) => name)
      .join(' ')
  return [
    'CUDA 13 and cuDNN 9, from Python packages, with no rights but your own:',
    `  python3 -m venv ~/infill-cuda && ~/infill-cuda/bin/pip install ${names(wheels)}`,
    '  infill gpu install --libraries ~/infill-cuda',
    ...(installer === null
      ? []
      : [`Or for the whole system. ${repository}`, `  sudo ${installer} install ${names(packages)}`]),
  ]
}

const restart = 'Then restart the machine.'
const repository = "Add NVIDIA's repository first (developer.nvidia.com/cuda-downloads):"

/** Ubuntu's names are among Debian's kind; the repository names its packages alike for apt and dnf. */
const packages = {
  runtime: 'cuda-cudart-13-0',
  cublas: 'libcublas-13-0',
  curand: 'libcurand-13-0',
  cudnn: 'libcudnn9-cuda-13',
  nvrtc: 'cuda-nvrtc-13-0',
}

const wheels = {
  runtime: "'nvidia-cuda-runtime==13.*'",
  cublas: "'nvidia-cublas==13.*'",
  curand: "'nvidia-curand==10.*'",
  cudnn: 'nvidia-cudnn-cu13',
  nvrtc: "'nvidia-cuda-nvrtc==13.*'",
}
