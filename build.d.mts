/** Builds everything that runs into dist/. */
export declare function build(): Promise<void>
