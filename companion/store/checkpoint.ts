import type { Checkpoint } from '../../models/checkpoint.ts'
import { beginsLikeSafetensors, readSafetensors } from './safetensors.ts'
import { readTorchZip } from './torch-zip.ts'
import { UnreadableFile, type WeightFile, withWeightFile } from './weight-file.ts'

/**
 * The tensors of a weight file as it was published: .safetensors, or what PyTorch saved (.pt, .bin, .ckpt, TorchScript
 * archives), told apart by content. Reads only what describes the tensors; they stay in the file.
 *
 * @throws CompanionError 'model-missing' (no such file), 'model-damaged' (not weights, cut, damaged or hostile)
 */
export function readCheckpoint(path: string): Promise<Checkpoint> {
  return withWeightFile(path, async (file) => {
    const beginning = await file.read(0, Math.min(file.sizeBytes, 64))
    if (beginning.subarray(0, 4).equals(zipSignature)) return readTorchZip(file)
    if (beginsLikeSafetensors(beginning)) return readSafetensors(file)
    throw new UnreadableFile(await whatItIsInstead(file, beginning))
  })
}

const zipSignature = Buffer.from('PK\x03\x04')

async function whatItIsInstead(file: WeightFile, beginning: Buffer): Promise<string> {
  if (file.sizeBytes === 0) return 'it is empty.'
  const text = beginning.toString('latin1').trimStart().toLowerCase()
  if (text.startsWith('<')) return 'it is a web page, not weights; the address may have changed.'
  if (text.startsWith('version https://git-lfs')) {
    return 'it is a Git LFS pointer to the weights, not the weights. Fetch them with `git lfs pull`.'
  }
  if (beginning[0] === 0x80) {
    return 'it is in the format from before PyTorch 1.6. Save it again with a newer PyTorch.'
  }
  if (await endsLikeZip(file)) return 'the beginning of the file is missing.'
  return 'it is neither a .safetensors file nor one that PyTorch saved.'
}

async function endsLikeZip(file: WeightFile): Promise<boolean> {
  const bytes = Math.min(file.sizeBytes, 22)
  return (await file.read(file.sizeBytes - bytes, bytes)).subarray(0, 4).toString('latin1') === 'PK\x05\x06'
}
