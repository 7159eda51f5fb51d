import { Checkbox, IconButton, RangeSlider, SegmentedControl } from '@create-figma-plugin/ui'
import type { ComponentChildren } from 'preact'
import { type Tool, tools } from '../../plugin/messages.ts'
import { brushSizes } from '../mask/brush.ts'
import { strings } from '../strings.ts'
import { IconBrush, IconEraser, IconLasso, IconMask, IconPoint, IconRectangle } from './icons.tsx'

export interface ToolBarProps {
  readonly tool: Tool
  readonly brushPx: number
  /** Whether a click on a thing removes it; null: there is something else to be said first. */
  readonly removesAtOnce: boolean | null
  readonly onTool: (tool: Tool) => void
  readonly onBrushPx: (brushPx: number) => void
  readonly isMaskOpen: boolean
  readonly onRemoveAtOnce: (removesAtOnce: boolean) => void
  readonly onMask: () => void
}

const icons: Readonly<Record<Tool, ComponentChildren>> = {
  point: <IconPoint />,
  brush: <IconBrush />,
  eraser: <IconEraser />,
  lasso: <IconLasso />,
  rectangle: <IconRectangle />,
}

/** What marks the picture, and how large or how soon. */
export function ToolBar(props: ToolBarProps) {
  const { tool, removesAtOnce, isMaskOpen, onTool, onRemoveAtOnce, onMask } = props
  const hasBrush = tool === 'brush' || tool === 'eraser'
  return (
    <div class="tool-bar">
      <fieldset class="tools">
        <legend class="visually-hidden">{strings.tools}</legend>
        <SegmentedControl
          name="tool"
          value={tool}
          onValueChange={(value: string) => onTool(value as Tool)}
          options={tools.map((each) => ({ value: each, children: faceOf(each) }))}
        />
      </fieldset>
      {hasBrush && <BrushSize {...props} />}
      {tool === 'point' && removesAtOnce !== null && (
        <Checkbox value={removesAtOnce} onValueChange={onRemoveAtOnce}>
          <span>{strings.pointing.removeAtOnce}</span>
        </Checkbox>
      )}
      <IconButton
        aria-label={strings.mask.title}
        title={strings.mask.title}
        aria-expanded={isMaskOpen}
        aria-controls="mask"
        onClick={onMask}
      >
        <IconMask />
      </IconButton>
    </div>
  )
}

function faceOf(tool: Tool): ComponentChildren {
  const [name, key] = strings.tool[tool]
  return (
    <span class="tool" title={`${name} (${key})`}>
      {icons[tool]}
      <span class="visually-hidden">{name}</span>
    </span>
  )
}

function BrushSize({ brushPx, onBrushPx }: Pick<ToolBarProps, 'brushPx' | 'onBrushPx'>) {
  return (
    <>
      <RangeSlider
        aria-label={strings.brushSize}
        title={`${strings.brushSize} ([ ])`}
        minimum={brushSizes.min}
        maximum={brushSizes.max}
        value={String(brushPx)}
        onNumericValueInput={onBrushPx}
      />
      <output class="brush-size" aria-hidden="true">
        {brushPx}
      </output>
    </>
  )
}
