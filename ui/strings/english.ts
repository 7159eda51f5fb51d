import { schedulerNames } from './scheduler-names.ts'
import { sizeText } from './size-text.ts'

/** Every word of the window. Another language is another object of this shape (`Strings` in `../strings.ts`). */
export const english = {
  starting: 'Starting…',
  searching: 'Looking for the companion…',
  connect: 'Connect',
  copy: 'Copy',
  copied: 'Copied',
  close: 'Close',

  permission: {
    title: 'Connect to the companion',
    text: 'Infill works with a program on this computer. Your browser will ask whether it may be reached: choose Allow.',
  },
  blocked: {
    title: 'The browser blocks the companion',
    text: 'Infill may not reach programs on this computer.',
    steps: [
      'Click the icon at the left of the address bar.',
      'Set “Apps on device” (or “Local network”) to Allow.',
    ],
    after: 'Infill goes on by itself. Figma’s desktop app never asks.',
  },
  absent: {
    title: 'Start the companion',
    text: 'Infill fills pictures with a program on this computer. In a terminal, in the folder of Infill, run:',
    command: 'npm start',
    waiting: 'Waiting for it to start…',
  },
  outdated: {
    title: 'The companion and the plugin do not match',
    hint: 'Then start the companion again: Infill goes on by itself.',
  },
  pairing: {
    title: 'Pair with the companion',
    text: 'Type the six digits that the companion shows in its terminal. This is needed only once.',
    code: 'Pairing code',
    wrong: (attemptsLeft: number) =>
      attemptsLeft === 0
        ? 'That is not the code.'
        : `That is not the code. ${attemptsLeft} ${attemptsLeft === 1 ? 'try' : 'tries'} left.`,
    locked: (seconds: number) => `Too many wrong codes. Try again in ${duration(seconds)}.`,
    unlock: 'Or run “infill pair” for a new code at once.',
  },
  lost: (isAbsent: boolean): string =>
    isAbsent
      ? 'The companion has stopped. Start it again: your marks are kept.'
      : 'Connecting to the companion again…',

  choose: {
    title: 'Select a picture',
    text: 'Select a layer with a picture on the canvas. Then paint over what should go.',
  },
  opening: (name: string) => `Opening “${name}”…`,

  invitation: 'Paint over what should go',
  picture: (name: string) =>
    `${name}. Paint over what should go. Brackets change the brush, Enter removes, Escape goes back.`,
  pointing: {
    invitation: 'Click the thing, or drag a box round it',
    looking: 'Looking for it…',
    found: (count: number): string =>
      count > 1
        ? 'Not it? Tab shows another guess. Shift adds, Alt takes away.'
        : 'Shift adds, Alt takes away.',
    nothingFound: 'Nothing was found there. Drag a box round it, or paint over it.',
    removeAtOnce: 'Remove at once',
  },
  mask: {
    title: 'Change what is marked',
    by: 'By pixels',
    grow: 'Grow',
    shrink: 'Shrink',
    invert: 'Invert',
    avoid: 'Don’t copy from here',
    avoidHint:
      'What is marked turns into a striped area. The next fill uses nothing of it: it is neither copied nor shown to a model. Clear marks takes it away.',
    feather: 'Soft edge (px)',
    again: 'Last mask again',
    shapes: 'From selected shapes',
    file: 'From a PNG…',
    noShapes:
      'Select a vector, a text or a shape in Figma together with the picture. Then its outline is the mask.',
    shapesBeside: 'What is selected does not lie on the picture. Move it over what should go.',
    notAMask: 'This file could not be read as a picture. Choose a PNG.',
  },
  tools: 'Tools',
  /** With the key that chooses it. */
  tool: {
    point: ['Click', 'V'],
    brush: ['Brush', 'P'],
    eraser: ['Eraser', 'E'],
    lasso: ['Lasso', 'L'],
    rectangle: ['Rectangle', 'R'],
  },
  brushSize: 'Brush size',
  undo: 'Undo',
  redo: 'Redo',
  clear: 'Clear marks',
  compare: 'Hold to see the original',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  zoomToFit: 'Zoom to fit',
  zoomToFitFrom: (percent: string) => `${percent}, zoom to fit`,
  resize: 'Resize window',

  task: 'What to do',
  tasks: { remove: 'Remove', fill: 'Fill', shape: 'Shape', expand: 'Expand' },
  prompt: {
    label: 'What should be there',
    placeholder: 'What should be there? For example: a red vase',
    negative: 'What should not be there',
    inEnglish: 'The models know English best: say it in English.',
    invitation: 'Paint where something else should be',
  },
  noEngine: {
    remove: 'Nothing that is installed can remove things.',
    fill: 'Filling by words needs a model, which is downloaded once.',
    shape: 'Filling a shape by words needs a model, which is downloaded once.',
    expand: 'Nothing that is installed can expand pictures.',
  },
  further: 'More options',
  engine: 'Engine',
  automatic: 'Automatic',
  /** By the names of the engines' options; others are called as the companion calls them. */
  options: {
    preset: 'Preset',
    quality: 'Quality',
    engine: 'Engine',
  } as Readonly<Record<string, string>>,
  /** By the names of their choices; others are called by these names. */
  choices: { ...schedulerNames, auto: 'Automatic' } as Readonly<Record<string, string>>,
  fitting: { label: 'How closely the shape is followed', loose: 'Loose', tight: 'Tight' },
  variations: {
    legend: 'Results',
    count: 'Number of results',
    times: (count: number) => (count === 1 ? '1 result' : `${count} results`),
    one: (index: number, count: number) => `Result ${index} of ${count}`,
  },
  seed: {
    label: 'Seed',
    random: 'Another each time',
    last: (seed: number) => `Another each time (last: ${seed})`,
    shown: (seed: number) => `Seed ${seed}`,
    lock: 'Keep this seed for the next fill',
    unlock: 'Another seed for the next fill',
  },
  expanding: {
    margins: 'Margins',
    top: 'Top',
    right: 'Right',
    bottom: 'Bottom',
    left: 'Left',
    toFrame: 'Fill the frame',
    invitation: 'Set how far the picture goes on',
    picture: (name: string) => `${name}, with the margins that will be filled. Enter expands.`,
    tooLarge: (maxSidePx: number) =>
      `With these margins the picture would be more than ${maxSidePx} pixels long, which is too large for Figma. Make them smaller.`,
    nothingOpen:
      'These margins show only what the layer cuts off, so nothing has to be filled. Make the layer larger in Figma, or the margins here.',
    ratio: 'Ratio',
  },
  expandedCopy: 'An expanded copy hides this picture. Select that copy to remove something from it.',
  /** Ends the name of a file. */
  made: { remove: 'removed', fill: 'filled', expand: 'expanded', shape: 'shape' },
  editing: 'Editing a fill',
  cancel: 'Cancel',
  nothingMarked: 'Nothing is marked. Paint over what should go.',

  progress: {
    preparing: 'Preparing…',
    queued: (ahead: number) =>
      ahead === 1 ? 'Waiting for one other fill…' : `Waiting for ${ahead} other fills…`,
    download: 'Downloading…',
    load: 'Loading…',
    fill: { remove: 'Removing…', fill: 'Filling…', shape: 'Filling…', expand: 'Expanding…' },
    reconnecting: 'Connecting again…',
    left: (seconds: number) => `about ${duration(seconds)} left`,
    placing: 'Placing…',
    label: 'Progress',
    turn: (index: number, count: number) => `${index} of ${count}`,
  },

  review: 'Hold B to see the original.',
  place: 'Place',
  placeAnyway: 'Place anyway',
  tryAgain: 'Try again',
  another: 'Another result',
  discard: 'Discard',
  download: 'Download',
  notPlaced: 'The fill is kept.',

  models: {
    title: 'Models',
    text: 'Each is downloaded once, and then works on this computer without a network.',
    open: 'Models…',
    none: 'This version of Infill has none to download.',
    usedBy: (engines: readonly string[]) => `For ${engines.join(', ')}.`,
    licence: 'Licence:',
    restrictions: (licence: string) => `What ${licence} forbids`,
    size: sizeText,
    amount: (done: number, total: number) => `${sizeText(done)} of ${sizeText(total)}`,
    checking: 'Checking…',
    installed: 'Installed',
    damaged: 'Damaged',
    damagedText: 'A file is gone, or not what was downloaded.',
    download: 'Download',
    accept: 'Accept and download',
    resume: 'Resume download',
    repair: 'Repair',
    remove: 'Delete from this computer',
  },

  results: {
    made: { remove: 'Removed', fill: 'Filled', shape: 'Shape', expand: 'Expanded' },
    title: 'Results on this picture',
    open: (count: number) => `Results on this picture (${count})`,
    none: 'Nothing has been filled on this picture yet.',
    reveal: 'Show its layer',
    edit: 'Edit',
    again: 'Another',
    reuse: 'Same again elsewhere',
    delete: 'Delete',
    of: (action: string, name: string) => `${action}: ${name}`,
    madeBy: (engine: string, seed: number) => `${engine} · seed ${seed}`,
    markNext: 'Mark where the same should be done.',
    outdated: 'Made for the picture that was here before.',
    outdatedNotice: (count: number) =>
      count === 1
        ? 'This layer shows another picture now. One fill was made for the one before.'
        : `This layer shows another picture now. ${count} fills were made for the one before.`,
    refill: 'Run again',
  },
  keepEdited: { legend: 'The fill that is edited', replace: 'Replace it', keep: 'Keep it below' },
  split: 'Compare side by side',
  splitAt: 'How much of the original is shown',
  /** On the left of the line. */
  splitSide: 'Original',

  several: {
    title: 'The same on several layers',
    selected: (count: number) => `${count} layers are selected.`,
    open: 'Same on all…',
    way: 'Where it lies on each of them',
    ways: { place: 'Same place', shape: 'Shapes', look: 'Same look' },
    looking: 'Looking at the layers…',
    notFound: 'Nothing to mark was found here.',
    run: (task: string, count: number): string =>
      count === 1 ? `${task} on 1 layer` : `${task} on ${count} layers`,
    done: 'Done',
    cancelled: 'Cancelled.',
    ended: (done: number, count: number) => `Done on ${done} of ${count} layers`,
  },
  guide: {
    title: 'How it works',
    steps: [
      {
        title: '1. Mark what should go',
        text: 'Paint over it. Or take the arrow, and click the thing or drag a box round it.',
      },
      {
        title: '2. Press Remove',
        text: 'It is filled from what lies around it, on this computer: nothing is sent anywhere. Fill puts something else there, and Expand makes the picture larger.',
      },
      {
        title: '3. It is a layer of its own',
        text: 'Your picture is never changed. Undo takes the new layer away; Edit fill on that layer brings all of this back.',
      },
    ],
    next: 'Next',
    done: 'Start',
    skip: 'Skip',
    again: 'How it works…',
  },
  keys: {
    title: 'Keys',
    open: 'Keys…',
    list: [
      ['V  P  E  L  R', 'Click, brush, eraser, lasso, rectangle'],
      ['[  ]', 'Smaller and larger brush'],
      ['Shift', 'A straight line; one thing more, by click or scribble'],
      ['Alt', 'Takes away while it is held'],
      ['Tab', 'Another guess at what was clicked'],
      ['Enter', 'Remove, Fill or Expand; then Place'],
      ['← →', 'The result before, the next result'],
      ['B', 'The original while it is held'],
      ['Esc', 'Cancel, close, go back'],
      ['Ctrl Z  ⇧ Ctrl Z', 'Undo, redo (⌘ on a Mac)'],
      ['Space', 'Drag the picture while it is held'],
      ['+  −  0', 'Zoom in, out, to fit'],
      ['?', 'This list'],
    ],
  },
  language: 'Language',
  languageOfSystem: 'As the system',
  largeHole: 'Large areas come out better with a downloaded model.',

  settings: 'Settings',
  placeAtOnce: 'Place at once',
  placeAtOnceHint: 'Undo takes it back.',
  separateLayers: 'A new layer for each fill',
  separateLayersHint: 'Instead of one layer for all.',
  alwaysFinished: 'Finished copy',
  alwaysFinishedHint: 'The whole picture with the fill in it; the original is hidden beneath.',

  /** The page that shows Infill without Figma. */
  playground: {
    title: 'Infill playground',
    privacy: 'Everything here stays on this computer.',
    openPicture: 'Open picture',
    undo: 'Undo',
    downloadPicture: 'Download picture',
    openInfill: 'Open Infill',
    closeInfill: 'Close Infill',
    window: 'Plugin window',
    picture: 'Picture',
    layers: 'Layers',
    show: (name: string) => `Show ${name}`,
    edit: (name: string) => `Edit ${name}`,
    download: (name: string) => `Download ${name}`,
    delete: (name: string) => `Delete ${name}`,
    drop: 'Drop a picture here, or paste one.',
    dropNext: 'Then paint over what should go, in the window beside.',
    code: 'Pairing code for the plugin in Figma:',
    codeEnds: 'It is good for five minutes; load this page again for a new one.',
    noCompanion: 'This page needs Infill’s companion, which serves it. Start it with',
    thenOpen: 'and open the address that it prints.',
    made: { remove: 'removed', fill: 'filled', expand: 'expanded', shape: 'shaped' },
    nothingOpen: 'Drop a picture on the page, paste one, or choose a file.',
    otherPicture:
      'The page shows another picture now. Undo on the page until the earlier one is back, then try again.',
    fillGone: 'This fill was deleted. Undo on the page brings it back.',
    otherType: 'Taken over as PNG: Infill fills PNG and JPEG pictures. An animation gives its first frame.',
    turned: 'Taken over as PNG, the right way up: the file itself lies turned.',
    unreadable: (name: string) =>
      `This browser cannot open “${name}” as a picture. It may be damaged, or of another kind; save it as PNG or JPEG and open that.`,
    tooLarge: (name: string, width: number, height: number) =>
      `“${name}” has ${width} × ${height} pixels, more than Infill or this browser can work on. Make it smaller and open it again.`,
    internal: (error: string) => `Something went wrong on this page: ${error}`,
  },

  sourceChanged: {
    remove: 'The layer shows another picture now. Look at your marks, then remove again.',
    fill: 'The layer shows another picture now. Look at your marks, then fill again.',
    shape: 'The layer shows another picture now. Look at your marks, then fill again.',
    expand: 'The layer shows another picture now. Look at it, then expand again.',
  },
  resumedFailed: 'The fill that was running could not be found again.',
  finishFirst: 'Finish this fill first.',
  connectionLost: 'The connection to the companion was lost. Try again.',
  cancelledElsewhere: 'The fill was cancelled from another window.',
  internal: 'Something went wrong in Infill. Close it and open it again; nothing in your file was changed.',
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  return `${Math.ceil(seconds / 60)} min`
}

export type Strings = typeof english
