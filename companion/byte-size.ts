/** 28079181 → '28 MB': how large a file is, for a person. Thousands, as disks and downloads are sold. */
export function sizeInWords(bytes: number): string {
  if (bytes <= 999_000) return `${Math.ceil(bytes / 1000)} kB`
  if (bytes < 999_500_000) return `${Math.round(bytes / 1e6)} MB`
  return `${(bytes / 1e9).toFixed(1)} GB`
}
