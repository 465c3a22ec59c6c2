/** Small networks in the files that people have: random numbers in our names, written as somebody else's code does. */

import { randomStyleGan1 } from '../../dist/bench/random-weights.js';
import type { HostTensor, HostTensors } from '../../dist/graph/host-tensor.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { permuted, plus, type StoredTensor, turned } from '../../dist/graph/stored-tensor.js';
import { normals } from '../random.js';
import { bytesOf, dict, storage, tensor, torchLegacy, torchZip } from './assemble.js';
import { Call, dictOf, Global, pickled, Tuple, type Value } from './python.js';

const D = 8;

function random(name: string, ...shape: number[]): HostTensor<'f32'> {
  return hostTensor(
    shape,
    Float32Array.from(
      normals(
        name,
        shape.reduce((a, b) => a * b, 1),
      ),
    ),
  );
}

/** A StyleGAN1 of 8 px in our own names, mapping network and mean of w included. */
export function smallStyleGan1(): Map<string, HostTensor<'f32'>> {
  const tensors = randomStyleGan1(8, { fmapBase: 16, fmapMax: 4, latentSize: D });
  for (let layer = 0; layer < 8; layer++) {
    tensors.set(`mapping.dense${layer}.weight`, random(`dense ${layer}`, D, D));
    tensors.set(`mapping.dense${layer}.bias`, random(`dense ${layer} bias`, D));
  }
  return tensors.set('mapping.w_avg', random('w_avg', D));
}

/** A StyleGAN2 of 8 px in our own names. */
export function smallStyleGan2({ classes = 0 } = {}): Map<string, HostTensor<'f32'>> {
  const tensors = new Map<string, HostTensor<'f32'>>();
  const add = (name: string, ...shape: number[]) => tensors.set(name, random(name, ...shape));
  const layer = (name: string, into: number, out: number, side: number) => {
    add(`${name}.weight`, out, into, side, side);
    add(`${name}.bias`, out);
    if (side > 1) add(`${name}.noise_strength`);
    add(`${name}.affine.weight`, into, D);
    add(`${name}.affine.bias`, into);
  };
  add('synthesis.b4.const', 4, 4, 4);
  layer('synthesis.b4.conv1', 4, 4, 3);
  layer('synthesis.b4.torgb', 4, 3, 1);
  layer('synthesis.b8.conv0', 4, 3, 3);
  layer('synthesis.b8.conv1', 3, 3, 3);
  layer('synthesis.b8.torgb', 3, 3, 1);
  for (let i = 0; i < 2; i++) {
    add(`mapping.fc${i}.weight`, D, i === 0 && classes > 0 ? 2 * D : D);
    add(`mapping.fc${i}.bias`, D);
  }
  if (classes > 0) {
    add('mapping.embed.weight', D, classes);
    add('mapping.embed.bias', D);
  }
  add('mapping.w_avg', D);
  return tensors;
}

/** The same tensors under other names; those without one are left out. */
export function renamed(tensors: HostTensors, rename: (name: string) => string | undefined): Map<string, HostTensor> {
  const result = new Map<string, HostTensor>();
  for (const [name, value] of tensors) {
    const other = rename(name);
    if (other !== undefined) result.set(other, value);
  }
  return result;
}

/* PyTorch's state dicts. */

const STORAGES = { f32: 'Float', f16: 'Half', bf16: 'BFloat16' } as const;

function bytesOfTensor({ data }: HostTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
}

/** Dicts within dicts, down to tensors. */
export interface Tree {
  readonly [name: string]: Tree | HostTensors | HostTensor | Uint8Array;
}

/** The opcodes of a tree, with its storages. */
function stateDict(tree: Tree | HostTensors, storages: Record<string, Uint8Array>): Uint8Array {
  const entries = tree instanceof Map ? [...tree] : Object.entries(tree);
  const written = entries.map(([name, value]): [string, Uint8Array] => {
    if (value instanceof Uint8Array) return [name, value];
    if (!(value instanceof Map) && 'dtype' in value) {
      const key = String(Object.keys(storages).length);
      const { shape, dtype, data } = value as HostTensor;
      storages[key] = bytesOfTensor(value as HostTensor);
      const type = STORAGES[dtype];
      return [name, tensor({ key, type, count: data.length, shape, strides: stridesOf(shape) })];
    }
    return [name, stateDict(value as Tree, storages)];
  });
  return dict(Object.fromEntries(written));
}

/** A file of torch.save; `unchecked` is a zip archive without checksums, so that damage reaches the readers behind. */
export function torchFile(tree: Tree | HostTensors, container: 'zip' | 'unchecked' | 'legacy' = 'zip'): Uint8Array {
  const storages: Record<string, Uint8Array> = {};
  const object = stateDict(tree, storages);
  if (container === 'legacy') return torchLegacy(object, storages);
  return torchZip(object, storages, {}, container === 'unchecked' ? { crc: 0 } : {});
}

/* NVIDIA's pickles. */

const DTYPE = new Call(
  new Global('numpy', 'dtype'),
  new Tuple('f4', false, true),
  new Tuple(3, '<', null, null, null, -1, -1, 0),
);

/** An array; one without axes is a scalar, as TensorFlow gives it. */
export function numpyArray(value: HostTensor, { core = 'core', fortran = false, dtype = DTYPE as Value } = {}): Value {
  const { shape } = value;
  if (shape.length === 0) {
    return new Call(new Global(`numpy.${core}.multiarray`, 'scalar'), new Tuple(dtype, bytesOfTensor(value)));
  }
  return new Call(
    new Global(`numpy.${core}.multiarray`, '_reconstruct'),
    new Tuple(new Global('numpy', 'ndarray'), new Tuple(0), bytesOf('b')),
    new Tuple(1, new Tuple(...shape), dtype, fortran, bytesOfTensor(value)),
  );
}

function stored(value: HostTensor): StoredTensor {
  return { ...value, read: () => ({ ...value, data: value.data.slice() }) as HostTensor };
}

/** [out, in, k, k] as [k, k, in, out], and [out, in] as [in, out]. */
function toTensorFlow(value: HostTensor): HostTensor {
  const axes = value.shape.length === 4 ? [2, 3, 1, 0] : [1, 0];
  return permuted(stored(value), axes).read();
}

function dnnlib(name: string, variables: HostTensors, more: Readonly<Record<string, Value>> = {}): Call {
  const state = dictOf({
    version: 4,
    name,
    static_kwargs: dictOf({}),
    components: dictOf({}),
    build_module_src: 'raise SystemExit("never run")',
    build_func_name: name,
    variables: [...variables].map(([key, value]) => new Tuple(key, numpyArray(value))),
    ...more,
  });
  return new Call(new Global('dnnlib.tflib.network', 'Network'), new Tuple(), state, 'new');
}

/** The variables of a network whose names begin with a component's, without that. */
function component(variables: HostTensors, name: string): HostTensors {
  return renamed(variables, (key) => (key.startsWith(`${name}.`) ? key.slice(name.length + 1) : undefined));
}

/** (G, D, Gs), of which only Gs is a whole network. */
export function dnnlibFile(
  variables: HostTensors,
  protocol = 4,
  options: Readonly<Record<string, Value>> = {},
): Uint8Array {
  const parts = ['synthesis', 'mapping'] as const;
  const components = dictOf(
    Object.fromEntries(parts.map((part) => [part, dnnlib(`G_${part}`, component(variables, part))])),
  );
  const own = renamed(variables, (name) => (/^(synthesis|mapping)\./.test(name) ? undefined : name));
  const gs = dnnlib('Gs', own, { components, static_kwargs: dictOf(options) });
  const d = dnnlib('D', new Map([['4x4/Dense1/weight', random('D', 2, 2)]]));
  return pickled(new Tuple(dnnlib('G', new Map()), d, gs), protocol);
}

const SG1_TF = { const: 'Const', conv: 'Conv', conv0_up: 'Conv0_up', conv1: 'Conv1' };

/** NVIDIA's names and layouts of a StyleGAN1. */
export function asNvidiaStyleGan1(tensors: HostTensors): Map<string, HostTensor> {
  const result = new Map<string, HostTensor>();
  for (const [name, value] of tensors) {
    const layer = /^synthesis\.blocks\.(\d+x\d+)\.(?:(const|bias)$|(conv\w*)\.(weight|bias)$|epi([12])\.(.*))/.exec(
      name,
    );
    if (layer) {
      const [, size, first, role, part, epilogue, rest] = layer;
      const small = size === '4x4';
      const from =
        role ?? (first ? 'const' : epilogue === '1' ? (small ? 'const' : 'conv0_up') : small ? 'conv' : 'conv1');
      const at = `synthesis.${size}/${SG1_TF[from as keyof typeof SG1_TF]}/`;
      if (first) result.set(at + first, value);
      else if (part) result.set(at + part, part === 'weight' ? toTensorFlow(value) : value);
      else if (rest === 'noise.weight') result.set(`${at}Noise/weight`, value);
      else if (rest === 'style_mod.lin.bias') result.set(`${at}StyleMod/bias`, value);
      else result.set(`${at}StyleMod/weight`, toTensorFlow(value));
      continue;
    }
    const dense = /^mapping\.dense(\d)\.(weight|bias)$/.exec(name);
    if (dense) result.set(`mapping.Dense${dense[1]}/${dense[2]}`, dense[2] === 'weight' ? toTensorFlow(value) : value);
    if (name === 'mapping.w_avg') result.set('dlatent_avg', value);
    if (name === 'synthesis.torgb.weight') result.set('synthesis.ToRGB_lod0/weight', toTensorFlow(value));
    if (name === 'synthesis.torgb.bias') result.set('synthesis.ToRGB_lod0/bias', value);
  }
  result.set('lod', hostTensor([], Float32Array.of(0)));
  result.set('synthesis.lod', hostTensor([], Float32Array.of(0)));
  result.set('synthesis.noise0', random('noise', 1, 1, 4, 4));
  result.set('synthesis.ToRGB_lod1/weight', random('lod1', 1, 1, 4, 3));
  result.set('synthesis.ToRGB_lod1/bias', random('lod1 bias', 3));
  return result;
}

/** NVIDIA's TensorFlow names and layouts of a StyleGAN2. */
export function asNvidiaStyleGan2(tensors: HostTensors): Map<string, HostTensor> {
  const result = new Map<string, HostTensor>();
  for (const [name, value] of tensors) {
    const layer = /^synthesis\.b(\d+)\.(conv0|conv1|torgb)\.(.*)$/.exec(name);
    if (layer) {
      const [, size, role, part] = layer;
      const own = role === 'torgb' ? 'ToRGB' : role === 'conv0' ? 'Conv0_up' : size === '4' ? 'Conv' : 'Conv1';
      const at = `synthesis.${size}x${size}/${own}/`;
      if (part === 'affine.weight') result.set(`${at}mod_weight`, toTensorFlow(value));
      else if (part === 'affine.bias') result.set(`${at}mod_bias`, plus(stored(value), -1).read());
      else if (part !== 'weight') result.set(at + part, value);
      else result.set(`${at}weight`, toTensorFlow(role === 'conv0' ? turned(stored(value)).read() : value));
    }
    const dense = /^mapping\.(fc(\d)|embed)\.(weight|bias)$/.exec(name);
    if (dense) {
      const own = dense[2] === undefined ? 'LabelEmbed' : `Dense${dense[2]}`;
      result.set(`mapping.${own}/${dense[3]}`, dense[3] === 'weight' ? toTensorFlow(value) : value);
    }
    if (name === 'mapping.w_avg') result.set('dlatent_avg', value);
    if (name === 'synthesis.b4.const')
      result.set('synthesis.4x4/Const/const', { ...value, shape: [1, ...value.shape] });
  }
  return result.set('synthesis.noise0', random('noise', 1, 1, 4, 4));
}

/** An object of torch_utils.persistence. */
function persistent(className: string, state: Readonly<Record<string, Value>>): Call {
  const meta = dictOf({
    type: 'class',
    version: 6,
    module_src: 'raise SystemExit("never run")',
    class_name: className,
    state: dictOf(state),
  });
  return new Call(new Global('torch_utils.persistence', '_reconstruct_persistent_obj'), new Tuple(meta));
}

const ORDERED = () => new Call(new Global('collections', 'OrderedDict'), new Tuple());

/** A tensor with its storage nested in bytes, as a plain pickle of PyTorch's has it. */
export function torchValue(value: HostTensor): Value {
  const { shape, dtype, data } = value;
  const object = storage({ type: STORAGES[dtype], count: data.length });
  const nested = torchLegacy(object, { 0: bytesOfTensor(value) }, dtype === 'f32' ? 4 : 2);
  const loaded = new Call(new Global('torch.storage', '_load_from_bytes'), new Tuple(nested));
  return new Call(
    new Global('torch._utils', '_rebuild_tensor_v2'),
    new Tuple(loaded, 0, new Tuple(...shape), new Tuple(...stridesOf(shape)), false, ORDERED()),
  );
}

/** stylegan2-ada-pytorch's pickle: {G, D, G_ema, training_set_kwargs}; by default G is empty and D small. */
export function adaFile(
  tensors: HostTensors,
  protocol = 4,
  {
    clamp = null as Value,
    G = new Map() as HostTensors,
    D = new Map([['b4.out.weight', random('D', 2, 2)]]) as HostTensors,
  } = {},
): Uint8Array {
  const root = dictOf({
    G: module('', G, clamp),
    D: module('', D, clamp),
    G_ema: module('', tensors, clamp),
    training_set_kwargs: new Call(new Global('dnnlib.util', 'EasyDict'), new Tuple(), undefined, 'new'),
  });
  return pickled(root, protocol);
}

/** A module with those of the tensors that lie below a prefix; its convolutions say a conv_clamp. */
function module(prefix: string, tensors: HostTensors, clamp: Value): Call {
  const own: Record<string, Value> = {};
  const children = new Set<string>();
  for (const [name, value] of tensors) {
    if (!name.startsWith(prefix)) continue;
    const [first, ...rest] = name.slice(prefix.length).split('.');
    if (rest.length > 0) children.add(first!);
    else own[first!] = parameter(value);
  }
  const modules = [...children].map((child): [string, Value] => [child, module(`${prefix}${child}.`, tensors, clamp)]);
  return persistent(prefix === '' ? 'Generator' : 'Module', {
    training: false,
    _parameters: dictOf(own),
    _buffers: ORDERED(),
    _non_persistent_buffers_set: new Set<Value>(),
    _modules: dictOf(Object.fromEntries(modules)),
    ...(/(conv[01]|torgb)\.$/.test(prefix) ? { conv_clamp: clamp } : {}),
  });
}

function parameter(value: HostTensor): Call {
  return new Call(new Global('torch._utils', '_rebuild_parameter'), new Tuple(torchValue(value), true, ORDERED()));
}
