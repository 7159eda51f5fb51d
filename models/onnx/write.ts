import type { StoredTensor } from '../checkpoint.ts'
import {
  type Attributes,
  type Constant,
  dataTypes,
  type GraphDefinition,
  GraphError,
  type Node,
  type Shape,
  type Tensor,
  type Weight,
} from './graph.ts'

/** ONNX operator set 21 in the file format IR version 10 (ONNX 1.16): ONNX Runtime 1.18 and later. */
export const opset = 21
export const irVersion = 10

/**
 * An ONNX model in protobuf, its weights as external data in the checkpoint's own files.
 *
 * @param folder What the session is given as `session.model_external_initializers_file_folder_path`: an absolute
 *   folder above all weight files. ONNX Runtime opens nothing outside it.
 * @throws GraphError where a weight file lies elsewhere.
 */
export function writeModel(graph: GraphDefinition, folder: string): Uint8Array {
  // ModelProto. Here and below, fields have the numbers of onnx.proto.
  return message(
    integer(1, irVersion),
    text(2, 'infill'), // producer_name
    bytes(7, graphProto(graph, folder)),
    bytes(8, message(text(1, ''), integer(2, opset))), // opset_import: the standard domain
    bytes(8, message(text(1, 'com.microsoft'), integer(2, 1))), // ONNX Runtime's own operators
  )
}

function graphProto(
  { nodes, constants, weights, inputs, outputs }: GraphDefinition,
  folder: string,
): Uint8Array {
  return message(
    ...nodes.map((node) => bytes(1, nodeProto(node))),
    text(2, 'graph'),
    ...[...constants.values()].map((constant) => bytes(5, constantProto(constant))),
    ...[...weights.values()].map((weight) => bytes(5, weightProto(weight, folder))),
    ...inputs.map((input) => bytes(11, valueInfoProto(input))),
    ...outputs.map((output) => bytes(12, valueInfoProto(output))),
  )
}

function nodeProto({ inputs, outputs, name, op, attributes }: Node): Uint8Array {
  const dot = op.lastIndexOf('.')
  return message(
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, name),
    text(4, op.slice(dot + 1)),
    text(7, op.slice(0, Math.max(dot, 0))), // domain
    ...Object.entries(attributes).map(([key, value]) => bytes(5, attributeProto(key, value))),
  )
}

function attributeProto(name: string, value: Attributes[string]): Uint8Array {
  const type = (number: number) => integer(20, number)
  if (typeof value === 'string') return message(text(1, name), text(4, value), type(3))
  if (typeof value === 'number') return message(text(1, name), integer(3, value), type(2))
  if ('float' in value) return message(text(1, name), float(2, value.float), type(1))
  return message(text(1, name), ...value.map((item) => integer(8, item)), type(7))
}

function constantProto(constant: Constant): Uint8Array {
  const { buffer, byteOffset, byteLength } = constant.data
  return message(tensorHead(constant), bytes(9, new Uint8Array(buffer, byteOffset, byteLength))) // raw_data
}

function weightProto(weight: Weight, folder: string): Uint8Array {
  const { stored } = weight
  const entry = (key: string, value: string) => bytes(13, message(text(1, key), text(2, value))) // external_data
  return message(
    tensorHead(weight),
    entry('location', locationWithin(folder, stored)),
    entry('offset', String(stored.offset)),
    entry('length', String(stored.byteLength)),
    integer(14, 1), // data_location: EXTERNAL
  )
}

/** The fields of TensorProto that come before the numbers. */
function tensorHead({ name, dtype, shape }: Tensor): Uint8Array {
  return message(...shape.map((size) => integer(1, size)), integer(2, dataTypes[dtype]), text(8, name))
}

function valueInfoProto({ name, dtype, shape }: Tensor): Uint8Array {
  const tensorType = message(integer(1, dataTypes[dtype]), bytes(2, shapeProto(shape)))
  return message(text(1, name), bytes(2, message(bytes(1, tensorType))))
}

function shapeProto(shape: Shape): Uint8Array {
  return message(...shape.map((size) => bytes(1, message(integer(1, size)))))
}

/** A location is relative: ONNX Runtime refuses absolute paths. */
function locationWithin(folder: string, { file }: StoredTensor): string {
  const bare = folder.replace(/[\\/]$/, '')
  const rest = file.slice(bare.length)
  if (!file.startsWith(bare) || !/^[\\/]/.test(rest)) {
    throw new GraphError(`Expected weight files within ${folder} but received ${file}.`)
  }
  return rest.slice(1)
}

/* Protobuf's wire format: https://protobuf.dev/programming-guides/encoding */

function message(...fields: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(fields.reduce((length, field) => length + field.length, 0))
  let at = 0
  for (const field of fields) {
    joined.set(field, at)
    at += field.length
  }
  return joined
}

function integer(field: number, value: number): Uint8Array {
  return message(tag(field, 0), varint(value))
}

function float(field: number, value: number): Uint8Array {
  const bits = new Uint8Array(4)
  new DataView(bits.buffer).setFloat32(0, value, true)
  return message(tag(field, 5), bits)
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value))
}

/** In every runtime; TypeScript knows it only as a part of the DOM or of Node. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array }

function bytes(field: number, value: Uint8Array): Uint8Array {
  return message(tag(field, 2), varint(value.length), value)
}

function tag(field: number, wireType: number): Uint8Array {
  return varint((field << 3) | wireType)
}

/** Seven bits a byte, the lowest first; a negative number as its 64-bit two's complement. */
function varint(value: number): Uint8Array {
  const groups: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 0x7fn) {
    groups.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  groups.push(Number(rest))
  return Uint8Array.from(groups)
}
