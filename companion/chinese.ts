import type { ErrorCode } from './protocol.ts'

/** An English sentence, and the Chinese one with the same parts. Parts that are sentences themselves have their own line. */
export type Sentence = readonly [english: RegExp, chinese: string]

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

/** What only one case has: a sentence as it is made, and the same in Chinese. Others stand behind their code's sentence. */
export const details: readonly Sentence[] = [
  [
    /^There is too little memory for the fill, even when (.+)\. Close .*$/,
    '内存不足，无法完成填充，已经尝试过：$1。请关闭其他程序，或减小标记的范围。',
  ],
  [/^There was too little memory .*$/, '内存不足，无法完成填充。请关闭其他程序，或减小标记的范围。'],
  [
    /^The system ran out of memory, .*$/,
    '系统内存耗尽，结束了正在进行的填充。请关闭其他程序，或减小标记的范围。',
  ],
  [
    /^(.+) needs about (.+) of memory for this fill, and (.+) are free\. .*$/,
    '这次填充中 $1 约需要 $2 内存，而只有 $3 可用。请关闭其他程序。',
  ],
  [
    /^(.+) has too little memory for (.+) pixels\. .*$/,
    '$1 处理 $2 像素所需的内存不足。请关闭其他程序，或减小标记的范围。',
  ],
  [
    /^(.+) continues a picture by at most (\d+) % of its side, and (\d+) % are asked for (.+)\.$/,
    '$1最多将图片延伸其边长的 $2%，而$4要求 $3%。',
  ],
  [/^on the left$/, '左侧'],
  [/^on the right$/, '右侧'],
  [/^at the top$/, '上方'],
  [/^at the bottom$/, '下方'],
  [
    /^What is marked and what must not be copied from cover .*$/,
    '标记与不取样的区域合起来覆盖了整张图片，没有可供参考的内容。请留出一部分。',
  ],
  [/^With (.+) steps a strength of (.+) leaves .*$/, '步数为 $1、强度为 $2 时无事可做。请加大其中之一。'],
  [
    /^LCM makes at most (\d+) steps, .* fewer than (\d+)\.$/,
    'LCM 最多 $1 步，4 到 8 步就够了。请选择少于 $2 的步数。',
  ],
  [/^PNDM begins .* more than (\d+)\.$/, 'PNDM 至少需要 4 步。请选择多于 $1 的步数。'],
  [
    /^The preset few-steps is for model 1\.5\. .*$/,
    '“极少步数”预设用于 1.5 版。请选择该版本，或换一个预设。',
  ],
  [
    /^(.+) could not be downloaded: (.+)\. Check .*$/,
    '无法下载 $1（$2）。请检查网络后重试；会从中断处继续。',
  ],
  [
    /^Another Infill \(process (\d+)\) is busy .* delete (.+)\.$/,
    '另一个 Infill（进程 $1）正在处理这个模型。请等它结束；如果它并未在运行，请删除 $2。',
  ],
  [/^(.+) was uninstalled before .*$/, '$1 在下载完成之前被删除了。'],
  [
    /^(.+) are needed for the download, but only (.+) are free on the disk of (.+)\. Make .*$/,
    '下载需要 $1，而 $3 所在的磁盘只有 $2 可用。请腾出空间后重试。',
  ],
  [
    /^The disk is full: (.+) could not be written .*$/,
    '磁盘已满，无法继续写入 $1。请腾出空间后重试；会从中断处继续。',
  ],
  [/^There is no engine "(.+)"\. Choose .*$/, '没有名为“$1”的引擎。请选择“自动”。'],
  [/^Nothing here can select by this\. .*$/, '这里无法这样选取。请直接涂抹要填充的内容。'],
  [
    /^Something went wrong inside the companion \(error (\w+)\)\. .*$/,
    '本机服务内部出了问题（编号 $1）。请重试；如再次发生，请附上日志中该编号的内容进行反馈。',
  ],
  [/^Make that margin smaller\. .*$/, '请减小该边距。更大的边距需要能延伸图片的模型。'],
  [/^Choose Quick fill.*$/, '请选用“快速填充”，它不需要模型。运行 infill doctor 可了解详情。'],
  [/^If it happens again, the log says more.*$/, '如再次发生，日志中有更多说明；“快速填充”不依赖它。'],
  [/^Repair the model, .*$/, '请修复该模型。'],
  [/^Install it in the window, .*$/, '请在窗口的“模型”中安装。'],
]

/** What to do, where neither the sentence nor the case says it. */
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

/** Whose names are words. All others are called the same everywhere. */
export const titles: Readonly<Record<string, string>> = {
  patchmatch: '快速填充',
  grabcut: '快速选取',
  flat: '平面选取',
  'lcm-lora-sd-1-5': '用于 Stable Diffusion 1.5 的 LCM-LoRA',
}

const openRail = `您同意不将模型或其衍生品用于：
(a) 任何违反适用的国家、联邦、州、地方或国际法律法规的用途；
(b) 以任何方式剥削、伤害或企图剥削、伤害未成年人；
(c) 生成或传播可证实为虚假的信息和/或内容，意图伤害他人；
(d) 生成或传播可用于伤害个人的个人身份信息；
(e) 诽谤、贬低或以其他方式骚扰他人；
(f) 对个人合法权利产生不利影响，或者产生或变更有约束力、可强制执行之义务的全自动决策；
(g) 意图或实际上根据线上或线下的社会行为，或已知或预测的个人或性格特征，歧视或伤害个人或群体；
(h) 利用特定人群因年龄、社会、身体或精神特征而存在的弱点，实质性扭曲该人群中某人的行为，从而造成或可能造成此人或他人身体或心理的伤害；
(i) 意图或实际上根据受法律保护的特征或类别歧视个人或群体；
(j) 提供医疗建议和医疗结果解读；
(k) 生成或传播用于司法、执法、移民或庇护程序的信息，例如预测某人将实施欺诈或犯罪（如通过文本分析、推断文件中各项陈述之间的因果关系，以及任意而有针对性的使用）。
凡转交模型或让他人使用者，须一并传达这些条款。这里不对模型生成的内容做任何过滤。
以上为译文，以许可的英文原文为准。`

/** What a licence forbids, by the licence's name. */
export const restrictions: Readonly<Record<string, string>> = {
  'CreativeML Open RAIL-M': openRail,
  'CreativeML Open RAIL++-M': openRail,
}

/** What was done differently from what was asked: each of `notes.ts`. */
export const notes: readonly Sentence[] = [
  [/^The fill ends exactly at the mask, .*$/, '填充恰好止于蒙版边缘，因为再扩大就没有可供参考的内容了。'],
  [/^The picture was continued in (\d+) passes, .*$/, '图片分 $1 次延伸，每次都以前一次的结果为起点。'],
  [/^The fill was computed at (\d+) % of the picture.*$/, '填充是按图片尺寸的 $1% 计算的。'],
  [/^Part of the fill was computed at (\d+) % of .*$/, '部分填充是按图片尺寸的 $1% 计算的。'],
  [/^What is too long .* in (\d+) overlapping slices\.$/, '过长的部分分成 $1 个相互重叠的片段填充。'],
  [
    /^The fill was made at (.+) and refined at (.+), in (\d+) overlapping parts\.$/,
    '填充先以 $1 生成，再以 $2 分 $3 个相互重叠的部分细化。',
  ],
  [/^Fine detail was copied from .*, which (.+) found\.$/, '细节取自图片的其他部分，由“$1”找到。'],
  [/^The picture was reduced to 8 bits a channel\.$/, '图片已降为每通道 8 位。'],
  [/^The picture was converted from CMYK to sRGB\.$/, '图片已从 CMYK 转换为 sRGB。'],
  [/^Of the animation only the first frame was used\.$/, '动画只使用了第一帧。'],
  [/^Nothing around the mask could be used .*$/, '蒙版周围没有可用于起步的内容，填充从噪声开始（强度 1）。'],
  [/^(\S+|Core ML) was not used\. (.+)$/, '没有使用 $1。$2'],
  [/^Memory was short, so (.+)\.$/, '内存不足，因此$1。'],
  [/^The first result was no picture, so (.+)\.$/, '第一次的结果不可用，因此$1。'],
  [/^The graphics card failed, so (.+)\.$/, '显卡出现故障，因此$1。'],
]

/** Other ways to compute a fill, and what a device lacks: parts of the sentences above. */
export const parts: readonly Sentence[] = [
  [/^Quick fill$/, '快速填充'],
  [/^guidance was computed in two runs$/, '分两次计算引导'],
  [/^all else was unloaded$/, '卸载了其他所有内容'],
  [/^the picture was encoded and decoded in tiles$/, '将图片分块编码和解码'],
  [/^attention was computed in smaller slices$/, '将注意力分成更小的片段计算'],
  [/^the fill was computed at (\d+) % of its size$/, '按 $1% 的尺寸计算填充'],
  [/^it was computed in float32$/, '改用 float32 计算'],
  [/^the CPU computed the fill$/, '改由 CPU 计算填充'],
  [/^ONNX Runtime has no .* for this system\.$/, 'ONNX Runtime 在此系统上不提供它。'],
  [/^Its provider is not installed; .*$/, '尚未安装相应组件；如有 NVIDIA 显卡，可运行“infill gpu install”。'],
  [/^There is no graphics card that .* could use\.$/, '没有它可用的显卡。'],
  [/^The library (.+) is missing\..*$/, '缺少 $1 库。运行“infill gpu status”可了解如何获取。'],
  [/^.+ cannot be used: (.+)$/, '无法使用：$1'],
  [/^(?:ONNX Runtime for Node has no CUDA for Windows|There is no CUDA for) .*$/, '此系统没有 CUDA。'],
]
