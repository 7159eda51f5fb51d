import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import type { ExecutionProvider, Precision } from '../../models/onnx/providers.ts'
import { findCard } from '../gpu/card.ts'
import { cudaProvider } from '../gpu/provider.ts'
import type { Device } from '../protocol.ts'
import { missingLibraryIn } from './failures.ts'

/** Whether there is an ONNX Runtime for this system at all; loading it may still fail. */
export function hasOnnxRuntime(): boolean {
  return existsSync(runtimeFile('onnxruntime_binding.node'))
}

/** Where ONNX Runtime lies, with everything that is of this system. */
export function runtimeFolder(): string {
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
  return join(folder, 'bin/napi-v6', process.platform, process.arch)
}

/** What a person may ask for. */
export const deviceChoices = ['auto', 'cuda', 'directml', 'coreml', 'webgpu', 'cpu'] as const
export type DeviceChoice = (typeof deviceChoices)[number]

/** ONNX Runtime's name for what computes on a device. The best come first. */
export const providerOf = {
  cuda: 'cuda',
  directml: 'dml',
  coreml: 'coreml',
  webgpu: 'webgpu',
  cpu: 'cpu',
} as const satisfies Readonly<Record<Device['kind'], ExecutionProvider>>

/** Best first. */
export const deviceKinds = Object.keys(providerOf) as readonly Device['kind'][]

/** The providers that ONNX Runtime comes with for this system. */
export function shippedProviders(): readonly ExecutionProvider[] {
  switch (process.platform) {
    case 'win32':
      return ['dml', 'webgpu', 'cpu']
    case 'darwin':
      return ['coreml', 'webgpu', 'cpu']
    default:
      return ['cuda', 'webgpu', 'cpu']
  }
}

/**
 * Devices in the order they are to be tried, the CPU last.
 *
 * @param offered The providers that ONNX Runtime has for this system.
 */
export function devicesToTry(choice: DeviceChoice, offered: readonly string[]): readonly Device['kind'][] {
  if (choice === 'cpu') return ['cpu']
  // One that was asked for is tried even where it cannot work, so that its lack is told.
  if (choice !== 'auto') return [choice, 'cpu']
  return deviceKinds.filter((kind) => kind === 'cpu' || absence(kind, offered) === null)
}

/**
 * What a device lacks that can be seen without trying it, as a sentence; null: nothing.
 *
 * @param offered The providers that ONNX Runtime has for this system.
 */
export function absence(kind: Device['kind'], offered: readonly string[]): string | null {
  if (kind === 'cuda' && process.platform !== 'linux') return cudaElsewhere(process.platform)
  if (!offered.includes(providerOf[kind])) return `ONNX Runtime has no ${titles[kind]} for this system.`
  if (kind === 'cuda' && !cudaProvider.files.every(({ name }) => existsSync(runtimeFile(name)))) {
    return 'Its provider is not installed; for an NVIDIA card, `infill gpu install` gets it.'
  }
  // With no graphics card, a driver that draws on the CPU would be found, and be slower than the CPU itself.
  if (kind === 'webgpu' && process.platform === 'linux' && !hasGraphicsCard()) {
    return 'There is no graphics card that WebGPU could use.'
  }
  return null
}

/** Why there is no CUDA but on Linux, and what there is instead. One sentence or two. */
export function cudaElsewhere(platform: NodeJS.Platform): string {
  if (platform === 'win32') {
    return 'ONNX Runtime for Node has no CUDA for Windows; DirectML is used. For CUDA run the companion in WSL 2.'
  }
  if (platform === 'darwin') return 'There is no CUDA for Macs; Core ML and WebGPU are used.'
  return 'There is no CUDA for this system.'
}

/** What a device lacks, out of what ONNX Runtime said when it was tried. One sentence. */
export function lackFrom(kind: Device['kind'], message: string): string {
  const library = missingLibraryIn(message)
  if (library !== null) {
    const advice = kind === 'cuda' ? ' `infill gpu status` says how to get it.' : ''
    return `The library ${library} is missing.${advice}`
  }
  if (/adapter/i.test(message)) return `There is no graphics card that ${titles[kind]} could use.`
  return `${titles[kind]} cannot be used: ${message.split('\n')[0]}`
}

/** As it is shown to people. */
export async function describeDevice(
  kind: Device['kind'],
  precision: Precision = 'float32',
): Promise<Device> {
  return { kind, name: await nameOf(kind), precision: precision === 'float16' ? 'fp16' : 'fp32' }
}

export const titles: Readonly<Record<Device['kind'], string>> = {
  cuda: 'CUDA',
  directml: 'DirectML',
  coreml: 'Core ML',
  webgpu: 'WebGPU',
  cpu: 'CPU',
}

async function nameOf(kind: Device['kind']): Promise<string> {
  if (kind === 'cpu') return cpus()[0]?.model.trim() || process.arch
  if (kind === 'cuda') return (await findCard())?.name ?? 'NVIDIA graphics card'
  return kind === 'coreml' ? 'Apple silicon' : 'graphics card'
}

/** A file of ONNX Runtime's own folder, the only one in which it looks for providers. */
function runtimeFile(name: string): string {
  return join(runtimeFolder(), name)
}

function hasGraphicsCard(): boolean {
  return existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'))
}
