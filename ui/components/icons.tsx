import type { ComponentChildren } from 'preact'

/** What the kit's set lacks, drawn in its manner: 24 units, lines of one. */

export function IconBrush() {
  return (
    <Icon>
      <path d="m11 13.5 5.6-6.2a.8.8 0 0 1 1.2 1.1l-5.7 6.2" />
      <path d="M11 13.5c-1.7-.3-2.9.7-3.1 2.1-.1.9-.5 1.4-1.4 1.7 1.9 1.1 5.2.6 5.6-2.7" />
    </Icon>
  )
}

export function IconEraser() {
  return (
    <Icon>
      <path d="m13.2 7 4 4a.7.7 0 0 1 0 1l-4.7 4.7H9.7L7 14a.7.7 0 0 1 0-1l5.2-6a.7.7 0 0 1 1 0Z" />
      <path d="m9.5 10.5 4.6 4.6M12 16.7h5.5" />
    </Icon>
  )
}

export function IconUndo() {
  return (
    <Icon>
      <path d="M9.5 6.5 6.5 9.5l3 3M6.5 9.5h7.25a3.75 3.75 0 0 1 0 7.5H9.5" />
    </Icon>
  )
}

export function IconRedo() {
  return (
    <Icon>
      <path d="m14.5 6.5 3 3-3 3M17.5 9.5h-7.25a3.75 3.75 0 0 0 0 7.5h4.25" />
    </Icon>
  )
}

export function IconClear() {
  return (
    <Icon>
      <path d="M6.5 8.5h11M10 8.5v-1a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1v1M8 8.5l.6 7.6a1 1 0 0 0 1 .9h4.8a1 1 0 0 0 1-.9l.6-7.6" />
    </Icon>
  )
}

function Icon({ children }: { readonly children: ComponentChildren }) {
  return (
    <svg
      width="24"
      height="24"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}
