import { createHash } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { ModelDefinition, ModelFile } from '../../models/model.ts'
import { startWeightsServer, type WeightsServer } from './weights-server.ts'

/** A small model of one file, and the server that publishes it until the test ends. */
export interface PublishedModel {
  readonly model: ModelDefinition
  /** The file's. */
  readonly path: string
  readonly body: Buffer
  readonly server: WeightsServer
}

export async function publishModel(changes: Partial<ModelDefinition> = {}): Promise<PublishedModel> {
  const server = await startWeightsServer()
  onTestFinished(() => server.close())
  const path = '/pub/tiny.pt'
  const body = Buffer.from('tiny '.repeat(20_000))
  server.publish(path, body, { etag: '"t"' })
  const model: ModelDefinition = {
    id: 'tiny',
    title: 'Tiny',
    purpose: 'Shows how a model is installed.',
    licence: { name: 'OpenRAIL', url: 'https://example.com/licence', restrictions: 'Not for harm.' },
    files: [modelFile('tiny.pt', body, server.url(path))],
    ...changes,
  }
  return { model, path, body, server }
}

/** The record of a file that is published at `url`. */
export function modelFile(name: string, bytes: Buffer, url: string): ModelFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name, sizeBytes: bytes.length, sha256, sha256From: 'publisher', urls: [url] }
}
