import type { Picture } from './fill/picture.ts'

const mostPerConnection = 4
const mostDecodedBytes = 512 * 2 ** 20

/** The pictures that were sent, decoded, so that the next jobs only send masks. The oldest are forgotten first. */
export class Images {
  /** Oldest first. */
  #kept: Kept[] = []

  /** @param connection Whose picture it is: ids mean nothing to another connection. */
  add(connection: object, id: string, picture: Picture): void {
    this.forget(connection, id)
    this.#kept.push({ connection, id, picture })
    const own = this.#kept.filter((kept) => kept.connection === connection)
    const surplus = own.slice(0, -mostPerConnection)
    this.#drop((kept) => surplus.includes(kept))
    while (this.#kept.length > 1 && this.#decodedBytes() > mostDecodedBytes) this.#kept.shift()
  }

  /** undefined: never sent, or forgotten. */
  find(connection: object, id: string): Picture | undefined {
    return this.#kept.find((kept) => kept.connection === connection && kept.id === id)?.picture
  }

  forget(connection: object, id: string): void {
    this.#drop((kept) => kept.connection === connection && kept.id === id)
  }

  forgetConnection(connection: object): void {
    this.#drop((kept) => kept.connection === connection)
  }

  #drop(isMeant: (kept: Kept) => boolean): void {
    this.#kept = this.#kept.filter((kept) => !isMeant(kept))
  }

  #decodedBytes(): number {
    return this.#kept.reduce((sum, { picture }) => {
      return sum + picture.image.data.byteLength + (picture.fills?.data.byteLength ?? 0)
    }, 0)
  }
}

interface Kept {
  readonly connection: object
  readonly id: string
  readonly picture: Picture
}
