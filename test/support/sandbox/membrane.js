// Runs inside QuickJS, before the plugin: makes `figma` of what the host answers. Objects of Figma are proxies, all other
// values are copies and frozen, as they are in Figma. Bytes travel beside the JSON.
;(() => {
  const symbols = { mixed: Symbol('figma.mixed') }
  const references = new WeakMap()
  const callbacks = []
  const promises = new Map()

  function encode(value, bytes) {
    if (value === undefined) return { kind: 'undefined' }
    if (value === symbols.mixed) return { kind: 'mixed' }
    if (typeof value === 'symbol') throw new TypeError('Cannot unwrap symbol')
    if (typeof value === 'function') return { kind: 'callback', id: callbacks.push(value) - 1 }
    if (typeof value !== 'object' || value === null) return { kind: 'value', value }
    if (references.has(value)) return { kind: 'object', id: references.get(value) }
    if (value instanceof Uint8Array) {
      const start = value.byteOffset
      return { kind: 'bytes', index: bytes.push(value.buffer.slice(start, start + value.byteLength)) - 1 }
    }
    if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => encode(item, bytes)) }
    const entries = Object.keys(value).map((key) => [key, encode(value[key], bytes)])
    return { kind: 'record', entries }
  }

  function decode(encoded, bytes) {
    switch (encoded.kind) {
      case 'undefined':
        return undefined
      case 'mixed':
        return symbols.mixed
      case 'value':
        return encoded.value
      case 'bytes':
        return new Uint8Array(bytes[encoded.index])
      case 'list':
        return Object.freeze(encoded.items.map((item) => decode(item, bytes)))
      case 'record':
        return Object.freeze(
          Object.fromEntries(encoded.entries.map(([key, item]) => [key, decode(item, bytes)])),
        )
      case 'object':
        return proxyOf(encoded.id, encoded.name)
      case 'promise':
        return new Promise((resolve, reject) => promises.set(encoded.id, { resolve, reject }))
      case 'error':
        throw new Error(encoded.message)
    }
  }

  function ask(...question) {
    const bytes = []
    const json = JSON.stringify(question.map((part) => encode(part, bytes)))
    const [answer, answerBytes] = host(json, bytes)
    return decode(JSON.parse(answer), answerBytes)
  }

  function proxyOf(id, name) {
    const proxy = new Proxy(
      {},
      {
        has: (_, key) => typeof key === 'string' && ask('has', id, key),
        get(_, key) {
          // A promise looks for `then` in what it resolves to.
          if (typeof key === 'symbol' || key === 'then') return undefined
          const kind = ask('kind', id, key)
          if (kind === 'missing') throw new TypeError(`no such property '${key}' on ${name}`)
          return kind === 'method' ? (...args) => ask('call', id, key, args) : ask('get', id, key)
        },
        set(_, key, value) {
          if (ask('kind', id, key) === 'missing') throw new TypeError('object is not extensible')
          ask('set', id, key, value)
          return true
        },
      },
    )
    references.set(proxy, id)
    return proxy
  }

  globalThis.settlePromise = (id, isFulfilled, json, bytes) => {
    const { resolve, reject } = promises.get(id)
    promises.delete(id)
    if (!isFulfilled) return reject(new Error(JSON.parse(json).message))
    resolve(decode(JSON.parse(json), bytes))
  }
  globalThis.invokeCallback = (id, json, bytes) => {
    callbacks[id](...decode(JSON.parse(json), bytes))
  }
  const host = globalThis.host
  const log =
    (level) =>
    (...words) =>
      ask('log', 0, `${level}: ${words.map(String).join(' ')}`)
  globalThis.console = { log: log('log'), error: log('error'), warn: log('warn') }
  globalThis.figma = proxyOf(0, 'figma')
  globalThis.__html__ = '<!doctype html>'
  delete globalThis.host
})()
