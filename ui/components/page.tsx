import type { ComponentChildren } from 'preact'

export interface PageProps {
  readonly title: string
  readonly children: ComponentChildren
}

/** A page that says one thing, in the middle of the window. */
export function Page({ title, children }: PageProps) {
  return (
    <div class="page">
      <div class="page-content">
        <h1>{title}</h1>
        {children}
      </div>
    </div>
  )
}
