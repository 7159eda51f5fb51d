import { IconActionChangeSmall24, IconButton, IconPencilSmall24, IconTrash24 } from '@create-figma-plugin/ui'
import type { EngineInfo } from '../../companion/protocol.ts'
import type { Recipe } from '../../plugin/messages.ts'
import { imagesToShow, isOutdated } from '../derived.ts'
import { strings } from '../strings.ts'
import type { Picture, ShownFill } from '../work.ts'
import { IconReuse } from './icons.tsx'
import { Thumbnail } from './thumbnail.tsx'

export interface ResultsPanelProps {
  readonly picture: Picture
  readonly engines: readonly EngineInfo[]
  /** The companion is there. */
  readonly isConnected: boolean
  /** Nothing else is going on. */
  readonly canAct: boolean
  readonly onReveal: (layerId: string) => void
  readonly onEdit: (layerId: string) => void
  readonly onRefill: (layerId: string) => void
  readonly onReuse: (recipe: Recipe) => void
  readonly onDelete: (layerId: string) => void
}

/** What lies on this picture, the highest first, how it was made, and what can be done with it. */
export function ResultsPanel(props: ResultsPanelProps) {
  const { fills } = props.picture
  return (
    <section id="results" class="results" aria-label={strings.results.title}>
      {fills.length === 0 ? (
        <p class="secondary">{strings.results.none}</p>
      ) : (
        <ul>
          {fills.toReversed().map((fill) => (
            <ResultRow key={fill.layerId} {...props} fill={fill} />
          ))}
        </ul>
      )}
    </section>
  )
}

function ResultRow({ fill, ...props }: ResultsPanelProps & { readonly fill: ShownFill }) {
  const { picture, engines, isConnected, canAct, onReveal, onEdit, onRefill, onReuse, onDelete } = props
  const { layerId, recipe } = fill
  const name = recipe.prompt ?? strings.results.made[recipe.task]
  const engine = engines.find(({ id }) => id === recipe.engine)?.title ?? recipe.engine
  const alone = { ...picture, fills: [fill], edits: null }
  const action = (title: string) => ({ title, 'aria-label': strings.results.of(title, name) })
  return (
    <li aria-current={picture.edits === layerId}>
      <button type="button" {...action(strings.results.reveal)} onClick={() => onReveal(layerId)}>
        <Thumbnail
          images={imagesToShow({ picture: alone, result: null }, false)}
          region={picture.source.visible}
        />
      </button>
      <div class="result-text">
        <p title={name}>{name}</p>
        <p class="secondary" title={strings.results.madeBy(engine, recipe.seed)}>
          {isOutdated(fill, picture) ? strings.results.outdated : strings.results.madeBy(engine, recipe.seed)}
        </p>
      </div>
      <IconButton {...action(strings.results.edit)} disabled={!canAct} onClick={() => onEdit(layerId)}>
        <IconPencilSmall24 />
      </IconButton>
      <IconButton
        {...action(strings.results.again)}
        disabled={!canAct || !isConnected}
        onClick={() => onRefill(layerId)}
      >
        <IconActionChangeSmall24 />
      </IconButton>
      <IconButton {...action(strings.results.reuse)} disabled={!canAct} onClick={() => onReuse(recipe)}>
        <IconReuse />
      </IconButton>
      <IconButton {...action(strings.results.delete)} disabled={!canAct} onClick={() => onDelete(layerId)}>
        <IconTrash24 />
      </IconButton>
    </li>
  )
}
