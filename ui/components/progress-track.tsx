/** The bar alone; what it measures stands beside it. */
export function ProgressTrack({ label, share }: { readonly label: string; readonly share: number }) {
  const percent = Math.round(share * 100)
  return (
    <div
      class="progress-track"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div class="progress-done" style={{ width: `${percent}%` }} />
    </div>
  )
}
