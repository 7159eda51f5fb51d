import type { ErrorCode } from './protocol.ts'

/** What went wrong, in Simplified Chinese. */
export const failures: Readonly<Record<ErrorCode, string>> = {
  'message-malformed': '本机服务无法读取一条消息。请将插件与本机服务更新到同一版本。',
  'message-unknown': '本机服务不认识一条消息。请将插件与本机服务更新到同一版本。',
  'protocol-unsupported': '本机服务与插件的协议版本不同。请更新其中较旧的一个。',
  'not-paired': '此窗口尚未与本机服务配对。请输入本机服务显示的配对码。',
  'pair-wrong': '配对码不正确。请查看本机服务当前显示的配对码。',
  'pair-locked': '错误次数过多，配对已暂时锁定。请稍后重试，或运行“infill pair”获取新的配对码。',
  'option-invalid': '请求中有一个值不被接受。',
  'prompt-missing': '请用几个词说明那里应该有什么。',
  'task-unsupported': '这里没有引擎能完成这项任务。',
  'image-unreadable': '无法读取这张图片。请换用 PNG 或 JPEG。',
  'image-too-large': '这张图片的像素过多。请缩小后重试。',
  'image-unknown': '本机服务没有这张图片，或已将它遗忘。请重试。',
  'mask-unreadable': '没有收到可读取的蒙版。请标记要填充的内容。',
  'mask-size': '蒙版的大小与图片不符。',
  'mask-empty': '没有任何标记。请标记要填充的内容。',
  'mask-covers-all': '标记覆盖了整张图片，没有可供参考的内容。请留出一部分。',
  'engine-unknown': '没有这个引擎。',
  'model-missing': '所需的模型尚未安装。',
  'model-damaged': '模型已损坏，或没有给出可用的图片。',
  'model-unknown': '没有这个模型。',
  'licence-not-accepted': '下载前需要接受该模型的许可。',
  'download-failed': '下载失败。已下载的部分会保留，请重试以继续。',
  'disk-full': '磁盘空间不足。请腾出空间后重试。',
  'out-of-memory': '内存不足，更小的尺寸也已尝试过。请关闭其他程序，或减小标记的范围。',
  'device-lost': '显卡停止了响应。请重试。',
  'engine-stopped': '引擎已停止。请重试。',
  'queue-full': '等待的任务过多。请等一个任务结束，或取消一些。',
  'job-unknown': '本机服务没有这个任务，或其结果已不再保留。请重新开始。',
  'shutting-down': '本机服务正在停止。请重新启动后再试。',
  internal: '本机服务内部出了问题。请重试；如再次发生，请附上日志中该编号的内容进行反馈。',
}

/** What to do, where the sentence itself does not say it. */
export const hints: Readonly<Partial<Record<ErrorCode, string>>> = {
  'model-missing': '请在窗口的“模型”中安装。',
  'model-damaged': '请在窗口的“模型”中修复，或换用其他引擎。',
}

/** What a model is good for, by its id. */
export const purposes: Readonly<Record<string, string>> = {
  lama: '干净地去除照片中的物体，较大的物体也可以。',
  migan: '快速去除较小的物体，下载量小。',
  'stable-diffusion-2': '按文字填充，并将图片向外延伸。',
  'stable-diffusion-1-5': '按文字填充，下载量和内存需求小于第 2 版。',
  'powerpaint-v1': '去除、按文字填充、沿轮廓生成、向外延伸图片：一个模型完成所有任务。',
  'sam-2-1-tiny': '选出点击的物体，照片中也适用。',
  edgetam: '选出点击的物体，更快、下载量小，但不如前者可靠。',
  'lcm-lora-sd-1-5': '让 Stable Diffusion 1.5 只用四步完成填充，适合没有显卡的电脑。',
}

/** What was done differently from what was asked: a sentence as it is made, and the same in Chinese. */
export const notes: readonly (readonly [RegExp, string])[] = [
  [/^The fill ends exactly at the mask, .*$/, '填充恰好止于蒙版边缘，因为再扩大就没有可供参考的内容了。'],
  [/^The fill was computed at (\d+) % of .*$/, '填充是按图片尺寸的 $1% 计算的。'],
  [/^Part of the fill was computed at (\d+) % of .*$/, '部分填充是按图片尺寸的 $1% 计算的。'],
  [/^What is too long .* in (\d+) overlapping slices\.$/, '过长的部分分成 $1 个相互重叠的片段填充。'],
  [/^Fine detail was copied from other parts .*$/, '细节取自图片的其他部分。'],
  [/^The picture was reduced to 8 bits a channel\.$/, '图片已降为每通道 8 位。'],
  [/^The picture was converted from CMYK to sRGB\.$/, '图片已从 CMYK 转换为 sRGB。'],
  [/^Of the animation only the first frame was used\.$/, '动画只使用了第一帧。'],
  [/^Nothing around the mask could be used .*$/, '蒙版周围没有可用于起步的内容，填充从噪声开始（强度 1）。'],
  [/^(.+) was not used\. .*$/, '没有使用 $1。'],
  [/^Memory was short, so .*$/, '内存不足，已改用更省内存的方式计算。'],
  [/^The first result was no picture, so .*$/, '第一次的结果不可用，已换一种方式重新计算。'],
  [/^The graphics card failed, so .*$/, '显卡出现故障，已换一种方式重新计算。'],
]
