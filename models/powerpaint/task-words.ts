/*
 * The three words that PowerPaint was taught. Each stands for ten tokens of its own, whose embeddings are what was learned.
 */

/** In the order of their ids. */
export const taskWords = ['P_ctxt', 'P_shape', 'P_obj'] as const

export type TaskWord = (typeof taskWords)[number]

/** Tokens of one word. */
export const tokensPerTaskWord = 10

/** CLIP's vocabulary, after which theirs come. */
export const firstTaskId = 49408
