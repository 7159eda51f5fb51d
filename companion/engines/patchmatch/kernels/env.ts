/** The host's: throws where nobody waits for the result any more. That ends the kernel, at once. */
export declare function throwIfCancelled(): void
