/** A published model: where its original weight files are, and under which terms. */
export interface ModelDefinition {
  readonly id: string
  readonly title: string
  /** What it is good for, in a sentence for the person who chooses. */
  readonly purpose: string
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
  /** Path inside the model's folder, with forward slashes. */
  readonly name: string
  readonly sizeBytes: number
  /**
   * publisher: as it was published · layout: worked out from its tensors, which the file may differ from by some bytes of
   * description. Default publisher.
   */
  readonly sizeFrom?: 'publisher' | 'layout'
  /** Lower-case hex. Null: none is published beforehand, so the publisher's own is taken at the first download. */
  readonly sha256: string | null
  /**
   * publisher: stated by who published the file · several: by several who downloaded it, independently · one: by a single
   * such source · none.
   */
  readonly sha256From: 'publisher' | 'several' | 'one' | 'none'
  /** Tried in turn. */
  readonly urls: readonly string[]
}
