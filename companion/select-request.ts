import { checkInstalled, type Installed } from './engines/choose.ts'
import { CompanionError } from './errors.ts'
import type { Picture } from './fill/picture.ts'
import type { Size } from './image/image.ts'
import { isInside } from './image/rect.ts'
import type { Frame } from './protocol.ts'
import { field, optional, read } from './requests.ts'
import { chooseSelector, takes } from './select/choose.ts'
import type { SelectJob } from './select/select.ts'
import type { Selector } from './select/selector.ts'
import { words } from './words.ts'

/**
 * A `select` as it came → the job, and who does it. `id` is checked before. Image, selector, points, box and model are
 * checked in this order.
 *
 * @param pictureOf undefined: no such picture
 * @throws CompanionError
 */
export function readSelect(
  { header }: Frame,
  selectors: readonly Selector[],
  installed: Installed,
  pictureOf: (imageId: string) => Picture | undefined,
): SelectJob & { readonly selector: Selector } {
  const imageId = read(header, 'imageId', field.id)
  const picture = pictureOf(imageId)
  if (picture === undefined) throw new CompanionError('image-unknown', words.imageUnknown(imageId))
  const { image } = picture

  const asked = read(header, 'selector', field.text)
  const ids = ['auto', ...selectors.map(({ id }) => id)]
  if (!ids.includes(asked)) refuse('selector', `one of ${ids.join(', ')}`, asked)

  const points = read(header, 'points', field.points)
  const outside = points.find(({ x, y }) => x >= image.width || y >= image.height)
  if (outside !== undefined) refuse('points', insideOf(image), outside)
  const box = read(header, 'box', optional(field.rect, null))
  if (box !== null && !isInside(box, image)) refuse('box', insideOf(image), box)
  if (box === null && points.length === 0) refuse('points', 'at least one where there is no box', points)
  const prompt = { points, box }

  const selector = chooseSelector(selectors, installed, asked, image, prompt)
  if (selector === undefined) throw new CompanionError('task-unsupported', words.noSelector)
  if (!takes(selector, prompt)) {
    const isBox = prompt.box !== null && !selector.takesBox
    refuse(isBox ? 'box' : 'points', `absent for ${selector.title}`, isBox ? prompt.box : prompt.points)
  }
  checkInstalled(selector, installed)
  return { image, prompt, selector }
}

function insideOf({ width, height }: Size): string {
  return `inside the picture of ${width} × ${height} pixels`
}

function refuse(name: string, allowed: string, value: unknown): never {
  throw new CompanionError('option-invalid', words.invalidField(name, allowed, value))
}
