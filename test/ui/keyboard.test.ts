import { describe, expect, test } from 'vitest'
import { type Command, commandFromKey, type Key } from '../../ui/keyboard.ts'

const plain = { ctrlKey: false, metaKey: false, shiftKey: false }

describe('commandFromKey', () => {
  test.each<[string, Partial<Key>, Command | null]>([
    ['Ctrl+Z', { key: 'z', ctrlKey: true }, 'undo'],
    ['Cmd+Z', { key: 'z', metaKey: true }, 'undo'],
    ['Shift+Ctrl+Z', { key: 'Z', ctrlKey: true, shiftKey: true }, 'redo'],
    ['Shift+Cmd+Z', { key: 'Z', metaKey: true, shiftKey: true }, 'redo'],
    ['Ctrl+Y', { key: 'y', ctrlKey: true }, 'redo'],
    ['Enter', { key: 'Enter' }, 'confirm'],
    ['Escape', { key: 'Escape' }, 'back'],
    ['[', { key: '[' }, 'brush-smaller'],
    [']', { key: ']' }, 'brush-larger'],
    ['E', { key: 'E' }, 'toggle-eraser'],
    ['+', { key: '+', shiftKey: true }, 'zoom-in'],
    ['=', { key: '=' }, 'zoom-in'],
    ['-', { key: '-' }, 'zoom-out'],
    ['0', { key: '0' }, 'zoom-to-fit'],
    ['Shift+Enter', { key: 'Enter', shiftKey: true }, null],
    ['Tab', { key: 'Tab' }, 'next-candidate'],
    ['Shift+Tab', { key: 'Tab', shiftKey: true }, null],
    ['→', { key: 'ArrowRight' }, 'next'],
    ['←', { key: 'ArrowLeft' }, 'previous'],
    ['?', { key: '?', shiftKey: true }, 'keys'],
    ['V', { key: 'v' }, 'point'],
    ['P', { key: 'P' }, 'brush'],
    ['L', { key: 'l' }, 'lasso'],
    ['R', { key: 'r' }, 'rectangle'],
    ['z alone', { key: 'z' }, null],
    ['the browser’s own zoom', { key: '0', ctrlKey: true }, null],
  ])('%s', (_, key, expected) => {
    expect(commandFromKey({ ...plain, key: '', ...key })).toBe(expected)
  })
})
