import type { ModelDefinition } from './model.ts'

/** Every model that can be installed. None yet: the embedded engine needs none. */
export const models: readonly ModelDefinition[] = []
