import { LoadingIndicator } from '@create-figma-plugin/ui'

/** Something is on its way. */
export function Waiting({ text }: { readonly text: string }) {
  return (
    <div class="waiting" role="status">
      <LoadingIndicator />
      <span>{text}</span>
    </div>
  )
}
