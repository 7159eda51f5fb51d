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

export function IconPoint() {
  return (
    <Icon>
      <path d="m9.5 9.5 2.6 7.5 1.5-3.4 3.4-1.5-7.5-2.6Z" />
      <path d="M9.5 5.5v1.7M5.5 9.5h1.7M6.7 6.7l1.2 1.2M12.3 6.7l-1.2 1.2M6.7 12.3l1.2-1.2" />
    </Icon>
  )
}

export function IconLasso() {
  return (
    <Icon>
      <path d="M8.3 14.2c-1.4-.8-2.3-2-2.3-3.3C6 8.5 8.7 6.5 12 6.5s6 2 6 4.4-2.7 4.4-6 4.4c-.7 0-1.4-.1-2-.2" />
      <path d="M8.3 14.2a1.1 1.1 0 1 0 1.7.9c0-.6-.7-1-1.7-.9ZM9.3 16c.2.7 0 1.4-.8 2" />
    </Icon>
  )
}

export function IconRectangle() {
  return (
    <Icon>
      <path d="M6.5 7.5h11v9h-11z" stroke-dasharray="2.2 1.8" />
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

export function IconMask() {
  return (
    <Icon>
      <path d="M6.5 8.5h11M6.5 12h11M6.5 15.5h11" />
      <path d="M9.5 7v3M14.5 10.5v3M10.5 14v3" />
    </Icon>
  )
}

export function IconReuse() {
  return (
    <Icon>
      <path d="M7.5 6.5h6v6h-6zM10.5 15.5v2h6v-6h-2" />
      <path d="m9 9.5 1.2 1.2 1.8-2.4" />
    </Icon>
  )
}

export function IconSplit() {
  return (
    <Icon>
      <path d="M6.5 7.5h11v9h-11zM12 5.5v13" />
      <path d="m8.5 10.5-1 1.5 1 1.5M15.5 10.5l1 1.5-1 1.5" />
    </Icon>
  )
}

export function IconResults() {
  return (
    <Icon>
      <path d="m12 6 6 3.2-6 3.2-6-3.2ZM6.5 12.5l5.5 2.9 5.5-2.9M6.5 15.3l5.5 2.9 5.5-2.9" />
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
