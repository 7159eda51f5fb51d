import { useEffect, useState } from 'preact/hooks'

/**
 * The first file that is dropped anywhere on the page, or pasted.
 *
 * @returns whether one is held over the page now.
 */
export function useIncomingFiles(onFile: (file: File) => void): boolean {
  const [isOver, setOver] = useState(false)

  useEffect(() => {
    const take = (files: FileList | undefined) => {
      const file = files?.[0]
      if (file !== undefined) onFile(file)
    }
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      setOver(true)
    }
    // Only leaving the page itself has nothing it goes to.
    const leave = ({ relatedTarget }: DragEvent) => relatedTarget === null && setOver(false)
    const drop = (event: DragEvent) => {
      event.preventDefault()
      setOver(false)
      take(event.dataTransfer?.files)
    }
    const paste = ({ clipboardData }: ClipboardEvent) => take(clipboardData?.files)

    const listening = new AbortController()
    const { signal } = listening
    addEventListener('dragover', over, { signal })
    addEventListener('dragleave', leave, { signal })
    addEventListener('drop', drop, { signal })
    addEventListener('paste', paste, { signal })
    return () => listening.abort()
  }, [onFile])

  return isOver
}
