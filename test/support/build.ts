import { build } from '../../build.mjs'

/** Once before all tests. */
export default async function setup(): Promise<void> {
  await build()
}
