import { describe, expect, test } from 'vitest'
import { unpickle } from '../../../companion/store/unpickle.ts'

/** Shows what a pickle asks for, and does none of it. */
const shown = {
  find: (module: string, name: string) => `${module}.${name}`,
  call: (callee: unknown, args: readonly unknown[]) => ({ callee, args }),
  build(object: unknown, state: unknown) {
    Object.assign(object as object, { state })
  },
  load: (id: unknown) => ({ id }),
}

// As Python's pickle.dumps writes them, without the PROTO in front.
describe('unpickle', () => {
  test.each<[string, string, unknown]>([
    ['None', 'N.', null],
    ['True and False', '\x88\x89\x86.', [true, false]],
    ['small integers', '(K\xffM\x00\x01J\xff\xff\xff\xfft.', [255, 256, -1]],
    ['integers in decimals', '(I7\nI-7\nt.', [7, -7]],
    ['long integers', '(\x8a\x00\x8a\x01\x80\x8a\x06\x00\x00\x00\x00\x00\x01t.', [0, -128, 2 ** 40]],
    ['integers that no number holds', '\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x40.', 2n ** 70n],
    ['floats', 'G?\xf8\x00\x00\x00\x00\x00\x00.', 1.5],
    ['text', '(X\x03\x00\x00\x00\xe5\x9b\xbe\x8c\x02\xc3\xa4t.', ['图', 'ä']],
    ['text of Python 2', 'U\x01\xe4.', 'ä'],
    ['lists', ']K\x01a(K\x02K\x03e.', [1, 2, 3]],
    ['sets', '\x8f(K\x01K\x02\x90.', [1, 2]],
    [
      'dicts',
      '}U\x01aK\x01s(U\x01bK\x02u.',
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    ],
    ['what is remembered', ']q\x00K\x01ah\x00\x86.', [[1], [1]]],
    ['what is memorised by number', 'U\x01a\x94U\x01b\x940h\x01\x86.', ['a', 'b']],
    ['calls', 'cm\nf\n(K\x01tR.', { callee: 'm.f', args: [1] }],
    ['calls with a name from the stack', 'U\x01mU\x01f\x93)R.', { callee: 'm.f', args: [] }],
    [
      'objects with attributes',
      'cm\nC\n)\x81}U\x01aK\x01sb.',
      { callee: 'm.C', args: [], state: new Map([['a', 1]]) },
    ],
    ['objects with named arguments', 'cm\nC\n)}\x92.', { callee: 'm.C', args: [] }],
    ['objects as protocol 0 makes them', '(K\x01im\nC\n.', { callee: 'm.C', args: [1] }],
    ['ids of what lies elsewhere', 'U\x03keyQ.', { id: 'key' }],
  ])('reads %s', (_, program, value) => {
    expect(unpickle(Buffer.from(program, 'latin1'), shown)).toEqual(value)
  })

  test.each<[string, string, RegExp]>([
    ['ends without a stop', 'N', /ends in the middle/],
    ['ends in a number', 'J\x01', /ends in the middle/],
    ['ends in a name', 'cm', /ends in the middle/],
    ['goes back to a mark that it never set', 't.', /lacks what it works on/],
    ['gives a dict a key without a value', '}(K\x01u.', /lacks what it works on/],
    ['calls with something that is no list', 'cm\nf\nK\x01R.', /call without a list of arguments/],
    ['names a class by a number', 'K\x01K\x02\x93.', /no text/],
    ['has a number with letters', 'Ix\n.', /number that is none/],
  ])('refuses a pickle that %s', (_, program, sentence) => {
    expect(() => unpickle(Buffer.from(program, 'latin1'), shown)).toThrow(sentence)
  })
})
