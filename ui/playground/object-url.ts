import { useEffect, useState } from 'preact/hooks'

/** An address for `bytes` in this page, for as long as the component shows them. */
export function useObjectUrl(bytes: Uint8Array): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const created = URL.createObjectURL(new Blob([bytes as BlobPart]))
    setUrl(created)
    return () => URL.revokeObjectURL(created)
  }, [bytes])
  return url
}
