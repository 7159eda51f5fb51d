import type { Words } from './english.ts'

/** Simplified Chinese. */
export const chinese: Words = {
  selection: {
    nothing: '没有选中任何内容。请选择要去除内容的图片。',
    text: '这是文字图层。请选择它后面的图片，或包含两者的画框。',
    noAccess: 'Infill 需要修改文件，而当前模式不允许。请切换到有编辑权限的设计模式。',
    video: '此图层播放的是视频。Infill 只处理静态图片：请选择图片。',
    locked: (name: string) => `“${name}”已锁定。请先解锁。`,
    lockedIn: (name: string, locked: string) => `“${name}”位于已锁定的“${locked}”中。请先解锁后者。`,
    empty: (name: string) => `“${name}”没有显示任何内容：它被隐藏、为空，或在画框之外。请选择可见的图层。`,
    tooLarge: (name: string) => `“${name}”太大，无法作为一张图片处理。请选择其中的画框或图片。`,
    unsupported: (name: string) => `Infill 无法填充“${name}”。请选择图片、画框或编组。`,
  },
  expansion: {
    noPicture: (name: string) => `“${name}”自身没有可延伸的图片。它会被整体填充。`,
    turned: (name: string) => `“${name}”经过旋转且由多个部分组成，其边缘无法延伸。请扩展其中的图片。`,
    seeThrough: (name: string) => `“${name}”是半透明的，且由多个部分组成。请扩展其中的图片。`,
    frame: (name: string) =>
      `“${name}”是自身带图片的画框，而画框中的内容无法超出画框。请将图片放到单独的图层上再扩展。`,
    notRectangle: (name: string) => `“${name}”不是矩形，没有可供延伸的边缘。请在裁剪之前扩展图片。`,
    repeated: (name: string) => `“${name}”会自行平铺图片：放大图层即可延续。`,
    turnedInLayer: (name: string) => `“${name}”的图片在图层内旋转过。请改为旋转图层，然后再扩展。`,
  },
  shapeOnRepeated: (name: string) =>
    `“${name}”平铺了图片，形状在其上没有唯一的位置。请直接涂抹要去除的内容。`,
  picture: {
    missing: (name: string) => `此文件中缺少“${name}”的图片。`,
    turnedByCamera: '相机以旋转的方式保存了这张照片。Infill 按图层显示的样子处理，因此不包含被裁掉的部分。',
    tooManyPixels: (width: number, height: number, most: number) =>
      `图片为 ${width} × ${height} 像素，超过了 Figma 接受的每边 ${most} 像素。Infill 按图层显示的样子处理。`,
    drawnSmaller: (percent: number, most: number) =>
      `图层超过了 Figma 接受的每边 ${most} 像素：填充按其尺寸的 ${percent}% 制作。`,
  },
  gone: {
    layer: '此图层已不存在。请选择要处理的图片。',
    source: '此填充所对应的图片已不存在。',
    target: '此填充所对应的图层已不存在。',
    fill: '此填充已不存在，或不再属于 Infill。',
    fillPicture: '文件中缺少此填充的图片。',
  },
  place: {
    above: (name: string) => `填充将位于“${name}”上方，因为 Figma 不允许在其中添加内容。`,
    inComponent: '这属于一个主组件：填充会显示在它的所有实例中。',
    tooLarge: (most: number) =>
      `Figma 接受的图片每边最多 ${most} 像素，而填充结果更大。请缩小图片后重新填充。`,
    inMiddleInstead: (reason: string) => `${reason}仍可将填充放在视图中央。`,
    otherPicture: (name: string) => `“${name}”显示的图片与制作此填充时的不同。请重新打开它，或仍然放置填充。`,
    otherSize: (name: string) => `“${name}”的尺寸或裁剪与扩展时的不同。请重新扩展，或仍然放置。`,
    clipped: (name: string) => `“${name}”会裁剪其内容，因此扩展后的图片不会完整显示。`,
    inMiddle: '图层已不存在，因此填充位于视图中央。',
  },
  names: {
    remove: 'Infill – 已去除',
    fill: 'Infill – 已填充',
    expand: 'Infill – 已扩展',
    shape: 'Infill – 形状',
  },
  edit: '重新打开此填充的图片、蒙版和设置',
  readOnly: '此文件只能查看，不能修改。请以编辑权限在设计模式中打开，再放置填充。',
  storageFull: (reason: string) => `Figma 无法在您的电脑上保存此内容（${reason}）。`,
  internal: (message: string) => `Infill 内部出了问题（${message}）。没有任何改动；请附上此文字进行反馈。`,
}
