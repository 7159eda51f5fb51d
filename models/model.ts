/** A published model: where its original weight files are, and under which terms. */
export interface ModelDefinition {
  readonly id: string
  readonly title: string
  readonly licence: {
    /** SPDX id, or the licence's own name. */
    readonly name: string
    readonly url: string
    /** What the licence forbids; shown and accepted before the download. */
    readonly restrictions?: string
  }
  readonly files: readonly ModelFile[]
}

export interface ModelFile {
  readonly name: string
  readonly sizeBytes: number
  readonly sha256: string
  /** Tried in turn. */
  readonly urls: readonly string[]
}
