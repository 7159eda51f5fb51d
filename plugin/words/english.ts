/** Every sentence of the sandbox. Another language is another object of this shape (`Words` in `../words.ts`). */
export const english = {
  selection: {
    nothing: 'Nothing is selected. Select the picture you want to erase something from.',
    text: 'This is a text layer. Select the picture behind it, or the frame around both.',
    noAccess:
      'Infill changes the file, which this mode does not allow. Switch to Design mode with edit access.',
    video: 'This layer plays a video. Infill works on still pictures: select one of those.',
    locked: (name: string) => `“${name}” is locked. Unlock it first.`,
    lockedIn: (name: string, locked: string) =>
      `“${name}” lies in “${locked}”, which is locked. Unlock that first.`,
    empty: (name: string) =>
      `“${name}” shows nothing: it is hidden, empty, or outside its frame. Select a layer that can be seen.`,
    tooLarge: (name: string) =>
      `“${name}” is too large to be worked on as one picture. Select a frame or picture inside it.`,
    unsupported: (name: string) =>
      `“${name}” is nothing that Infill can fill. Select a picture, a frame or a group.`,
  },
  expansion: {
    noPicture: (name: string) =>
      `“${name}” has no picture of its own that could be continued. It is filled as a whole.`,
    turned: (name: string) =>
      `“${name}” is turned and drawn from several parts, so its edges cannot be continued. Expand the picture inside it.`,
    seeThrough: (name: string) =>
      `“${name}” is half-transparent and drawn from several parts. Expand the picture inside it.`,
    frame: (name: string) =>
      `“${name}” is a frame that has the picture itself, and nothing in a frame reaches beyond it. Put the picture on a layer of its own to expand it.`,
    notRectangle: (name: string) =>
      `“${name}” is not a rectangle, so it has no edges that a picture could be continued at. Expand the picture before it is cut out.`,
    repeated: (name: string) =>
      `“${name}” repeats its picture by itself: make the layer larger, and it goes on.`,
    turnedInLayer: (name: string) =>
      `The picture of “${name}” is turned inside its layer. Turn the layer instead, then expand it.`,
  },
  shapeOnRepeated: (name: string) =>
    `“${name}” repeats its picture, so a shape has no one place on it. Paint over what should go.`,
  picture: {
    missing: (name: string) => `The picture of “${name}” is missing from this file.`,
    turnedByCamera:
      'The camera stored this photo turned. Infill works on it as the layer shows it, so parts cropped away are left out.',
    tooManyPixels: (width: number, height: number, most: number) =>
      `The picture has ${width} × ${height} pixels, more than the ${most} a side that Figma takes back. Infill works on it as the layer shows it.`,
    drawnSmaller: (percent: number, most: number) =>
      `The layer is larger than the ${most} pixels a side that Figma takes back: the fill is made at ${percent} % of its size.`,
  },
  gone: {
    layer: 'This layer is no longer there. Select the picture you want to work on.',
    source: 'The picture that this fill was made for is no longer there.',
    target: 'The layer this fill was made for is no longer there.',
    fill: 'This fill is no longer there, or no longer one of Infill.',
    fillPicture: 'The picture of this fill is missing from the file.',
  },
  place: {
    above: (name: string) =>
      `The fill will lie above “${name}”, because Figma lets nothing be added inside it.`,
    inComponent: 'This belongs to a main component: the fill will show in all its instances.',
    tooLarge: (most: number) =>
      `Figma takes pictures of at most ${most} pixels a side, and the fill is larger. Scale the picture down and fill again.`,
    inMiddleInstead: (reason: string) => `${reason} The fill can still be placed in the middle of the view.`,
    otherPicture: (name: string) =>
      `“${name}” shows another picture than the one this fill was made for. Open it again, or place the fill anyway.`,
    otherSize: (name: string) =>
      `“${name}” has another size or crop than the one it was expanded from. Expand it again, or place it anyway.`,
    clipped: (name: string) => `“${name}” clips its content, so not all of the expanded picture is seen.`,
    inMiddle: 'The layer is gone, so the fill lies in the middle of the view.',
  },
  /** Of the layers that are made. */
  names: {
    remove: 'Infill – removed',
    fill: 'Infill – filled',
    expand: 'Infill – expanded',
    shape: 'Infill – shape',
  },
  edit: 'Reopens the picture, the mask and the settings of this fill',
  readOnly:
    'This file can be looked at but not changed. Open it with edit access, in Design mode, to place a fill.',
  storageFull: (reason: string) => `Figma could not keep this on your machine (${reason}).`,
  internal: (message: string) =>
    `Something went wrong inside Infill (${message}). Nothing was changed; please report it with this text.`,
}

export type Words = typeof english
