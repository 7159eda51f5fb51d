import { RangeSlider, SegmentedControl } from '@create-figma-plugin/ui'
import type { ComponentChildren } from 'preact'
import { brushSizes } from '../mask/brush.ts'
import type { StrokeMode } from '../mask/stroke.ts'
import { strings } from '../strings.ts'
import { IconBrush, IconEraser } from './icons.tsx'

export interface ToolBarProps {
  readonly mode: StrokeMode
  readonly brushPx: number
  readonly isDisabled: boolean
  readonly onMode: (mode: StrokeMode) => void
  readonly onBrushPx: (brushPx: number) => void
}

/** Brush or eraser, and how large. */
export function ToolBar({ mode, brushPx, isDisabled, onMode, onBrushPx }: ToolBarProps) {
  return (
    <div class="tool-bar">
      <div class="tools">
        <SegmentedControl
          name="tool"
          disabled={isDisabled}
          value={mode}
          onValueChange={(value: string) => onMode(value as StrokeMode)}
          options={[
            { value: 'paint', children: tool(strings.brush, <IconBrush />) },
            { value: 'erase', children: tool(strings.eraser, <IconEraser />) },
          ]}
        />
      </div>
      <RangeSlider
        aria-label={strings.brushSize}
        title={`${strings.brushSize} ([ and ])`}
        disabled={isDisabled}
        minimum={brushSizes.min}
        maximum={brushSizes.max}
        value={String(brushPx)}
        onNumericValueInput={onBrushPx}
      />
      <output class="brush-size" aria-hidden="true">
        {brushPx}
      </output>
    </div>
  )
}

function tool(name: string, icon: ComponentChildren) {
  return (
    <span class="tool" title={name}>
      {icon}
      <span class="visually-hidden">{name}</span>
    </span>
  )
}
