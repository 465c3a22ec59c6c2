// Whose names are these? Each dialect's files, in every wrapping that people put around them, and what is no generator.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type HostTensor, type HostTensors, hostTensor } from '../../dist/graph/host-tensor.js';
import type { Fact } from '../../dist/graph/stored-tensor.js';
import type { Dialect } from '../../dist/model/dialects/dialect.js';
import { findNetwork } from '../../dist/model/dialects/find.js';
import { recogniseStranger } from '../../dist/model/dialects/strangers.js';
import { DIALECTS, readNetwork } from '../../dist/model/dialects/table.js';
import { translate } from '../../dist/model/dialects/translate.js';
import { asNvidiaStyleGan1, asNvidiaStyleGan2, renamed, smallStyleGan1, smallStyleGan2 } from '../weights/networks.js';

const SG1 = smallStyleGan1();
const SG2 = smallStyleGan2();
const one = hostTensor([1], Float32Array.of(1));

interface Options {
  readonly facts?: Readonly<Record<string, Fact>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

function fileOf(tensors: HostTensors, { facts = {}, metadata = {} }: Options = {}) {
  const stored = new Map(
    [...tensors].map(([name, tensor]) => [name, { ...tensor, read: () => structuredClone(tensor) }]),
  );
  return { tensors: stored, facts: new Map(Object.entries(facts)), metadata };
}

/** A file's network in our own names, with what was found. */
function read(tensors: HostTensors, options: Options = {}, dialects: readonly Dialect[] = DIALECTS) {
  const found = findNetwork(fileOf(tensors, options), dialects);
  assert.ok(found, 'a network was found');
  const { tensors: stored, ...rest } = translate('faces.pt', found.dialect, found.network);
  const ours = new Map([...stored].map(([name, tensor]) => [name, tensor.read()]));
  return { ...rest, dialect: found.dialect.name, notes: found.notes, tensors: ours };
}

function refuses(action: () => unknown, expected: RegExp): void {
  assert.throws(action, (error: Error) => {
    assert.match(error.message, /^faces\.pt: /);
    assert.match(error.message, expected);
    return true;
  });
}

const within = (prefix: string, tensors: HostTensors) => renamed(tensors, (name) => prefix + name);
const joined = (...all: readonly HostTensors[]) => new Map(all.flatMap((tensors) => [...tensors]));
/** In the order of their names, for comparison. */
const sorted = (tensors: HostTensors) => [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));

/** Without what files of PULSE and lernapparat do not have. */
const bare = renamed(SG1, (name) => (name === 'mapping.w_avg' ? undefined : name));
const pulse = renamed(SG1, (name) => (name.startsWith('synthesis.') ? name.slice('synthesis.'.length) : undefined));
const lernapparat = renamed(bare, (name) => `g_${name}`.replace('.noise.weight', '.top_epi.noise.weight'));

function asGenforce1(tensors: HostTensors): Map<string, HostTensor> {
  const names: [RegExp, string][] = [
    [/^synthesis\.blocks\.4x4\.(const|bias)$/, 'synthesis.layer0.$1'],
    [/^synthesis\.blocks\.4x4\.conv\./, 'synthesis.layer1.'],
    [/^synthesis\.blocks\.8x8\.conv0_up\./, 'synthesis.layer2.'],
    [/^synthesis\.blocks\.8x8\.conv1\./, 'synthesis.layer3.'],
    [/^synthesis\.blocks\.4x4\.epi1\./, 'synthesis.layer0.'],
    [/^synthesis\.blocks\.4x4\.epi2\./, 'synthesis.layer1.'],
    [/^synthesis\.blocks\.8x8\.epi1\./, 'synthesis.layer2.'],
    [/^synthesis\.blocks\.8x8\.epi2\./, 'synthesis.layer3.'],
    [/noise\.weight$/, 'apply_noise.weight'],
    [/style_mod\.lin\./, 'style.'],
    [/torgb/, 'output1'],
    [/mapping\.w_avg/, 'truncation.w_avg'],
  ];
  const theirs = renamed(tensors, (name) => names.reduce((text, [from, to]) => text.replace(from, to), name));
  return theirs
    .set('synthesis.output0.bias', hostTensor([3], new Float32Array(3)))
    .set('synthesis.lod', hostTensor([], Float32Array.of(0)));
}

test('the entries of the table agree with themselves', () => {
  for (const { name, kind } of DIALECTS) {
    assert.is(DIALECTS.filter((other) => other.name === name && other.kind === kind).length, 1, `${name} ${kind}`);
  }
  const files = DIALECTS.flatMap(({ file, companions = [] }) =>
    file ? [...companions.map((one) => one.file), file] : [],
  );
  assert.equal(files, [...files].sort(), 'the digest of several files is that of their order');
});

test('a StyleGAN1 in each dialect becomes the same tensors, with the epsilon of its kind', () => {
  const cases: [dialect: string, tensors: HostTensors, expected: HostTensors, epsilon: string][] = [
    ['facewright', SG1, SG1, '1e-5'],
    ['PULSE', pulse, within('synthesis.', pulse), '1e-5'],
    ['lernapparat', lernapparat, bare, '1e-5'],
    ["NVIDIA's StyleGAN1", asNvidiaStyleGan1(SG1), SG1, '1e-8'],
    ['genforce', asGenforce1(SG1), SG1, '1e-8'],
  ];
  for (const [dialect, theirs, expected, epsilon] of cases) {
    const found = read(theirs);
    assert.is(found.dialect, dialect);
    assert.equal(found.metadata, { kind: 'stylegan1', norm_epsilon: epsilon });
    assert.equal(sorted(found.tensors), sorted(expected), dialect);
    assert.equal(found.notes, []);
    const network = readNetwork('faces.pt', { kind: 'stylegan1', ...found });
    assert.is(network.resolution, 8);
    assert.is(network.normEpsilon, Number(epsilon));
  }
});

test('a StyleGAN2 in each dialect becomes the same tensors', () => {
  const buffers = new Map([['synthesis.b8.conv0.noise_const', one]]);
  assert.equal(sorted(read(joined(SG2, buffers)).tensors), sorted(SG2));
  assert.is(read(SG2).dialect, 'StyleGAN2-ADA');
  const ours = read(SG2, { metadata: { kind: 'stylegan2', conv_clamp: '256', licence: 'MIT' } });
  assert.is(ours.dialect, 'facewright');
  assert.equal(ours.metadata, { kind: 'stylegan2', conv_clamp: '256', licence: 'MIT' });
  const nvidia = read(asNvidiaStyleGan2(SG2));
  assert.is(nvidia.dialect, "NVIDIA's StyleGAN2");
  // A bias less 1 plus 1 is rounded twice.
  for (const [name, tensor] of nvidia.tensors) {
    const close = tensor.data.every((value, at) => Math.abs(value - SG2.get(name)!.data[at]!) < 1e-6);
    assert.ok(close, name);
  }
  assert.equal(
    read(asNvidiaStyleGan2(smallStyleGan2({ classes: 3 }))).tensors.get('mapping.embed.weight')?.shape,
    [8, 3],
  );
});

test('conv_clamp is what all layers have', () => {
  const layers = ['b4.conv1', 'b8.conv1', 'b8.torgb'];
  const facts = (values: readonly Fact[]) =>
    Object.fromEntries(layers.map((layer, at) => [`synthesis.${layer}.conv_clamp`, values[at]!]));
  assert.is(read(SG2, { facts: facts([256, 256, 256]) }).metadata.conv_clamp, '256');
  assert.is(read(SG2, { facts: facts([null, null, null]) }).metadata.conv_clamp, undefined);
  refuses(() => read(SG2, { facts: facts([256, 256, 4]) }), /clamped at different values/);
  assert.is(read(asNvidiaStyleGan2(SG2), { facts: { 'static_kwargs.conv_clamp': 256 } }).metadata.conv_clamp, '256');
});

test('wrappers are seen through, and the averaged network is taken', () => {
  const cases: [tensors: HostTensors, notes: readonly string[]][] = [
    [within('state_dict.', SG1), []],
    [within('module.', SG1), []],
    [within('state_dict.module.', SG1), []],
    [within('g_ema.', SG1), []],
    [within('params_ema.module.', SG1), []],
    [
      joined(
        within(
          'generator.',
          renamed(SG1, (name) => name),
        ),
        within('generator_smooth.', SG1),
        within('discriminator.', SG1),
      ),
      ['took generator_smooth, the averaged network; the file also holds generator and discriminator'],
    ],
    [
      joined(
        within('g.', SG1),
        within('d.', new Map([['convs.0.weight', one]])),
        within('g_ema.', SG1),
        within('g_optim.state.0.', new Map([['exp_avg', one]])),
      ),
      ['took g_ema, the averaged network; the file also holds g, d and g_optim'],
    ],
    [joined(within('a.', SG1), within('b.', SG1)), ['took a, the first of several networks; the file also holds b']],
    [joined(within('D.', SG1), within('G.', SG1)), ['took G, the first of several networks; the file also holds D']],
  ];
  for (const [tensors, notes] of cases) {
    const found = read(tensors);
    assert.equal(found.notes, notes);
    assert.equal(sorted(found.tensors), sorted(SG1));
  }
  const zeros = renamed(SG1, (name) => name);
  for (const [name, { shape, data }] of zeros) zeros.set(name, hostTensor(shape, new Float32Array(data.length)));
  const averaged = read(joined(within('0.', zeros), within('2.', SG1)), { facts: { '0.name': 'G', '2.name': 'Gs' } });
  assert.equal(averaged.notes, ['took Gs, the averaged network; the file also holds G']);
  assert.equal(sorted(averaged.tensors), sorted(SG1));
});

/** rosinality's names and layouts. */
function asRosinality(tensors: HostTensors): Map<string, HostTensor> {
  const layers: Readonly<Record<string, string>> = {
    'b4.conv1': 'conv1',
    'b8.conv0': 'convs.0',
    'b8.conv1': 'convs.1',
  };
  const result = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors) {
    const wrapped = { ...tensor, shape: [1, ...tensor.shape] };
    const [, layer, part] = /^synthesis\.(b\d+\.\w+)\.?(.*)$/.exec(name) ?? [];
    const dense = /^mapping\.fc(\d)\.(.*)$/.exec(name);
    if (dense) result.set(`style.${Number(dense[1]) + 1}.${dense[2]}`, tensor);
    if (layer === undefined) continue;
    const own = layers[layer] ?? (layer === 'b4.torgb' ? 'to_rgb1' : 'to_rgbs.0');
    if (layer === 'b4.const') result.set('input.input', wrapped);
    else if (part === 'weight') result.set(`${own}.conv.weight`, wrapped);
    else if (part === 'noise_strength') result.set(`${own}.noise.weight`, wrapped);
    else if (part.startsWith('affine')) result.set(`${own}.conv.${part.replace('affine', 'modulation')}`, tensor);
    else if (layer.endsWith('torgb')) result.set(`${own}.bias`, { ...tensor, shape: [1, 3, 1, 1] });
    else result.set(`${own}.activate.bias`, tensor);
  }
  return result;
}

test("rosinality's mean of w lies beside the network, or beside its wrapper", () => {
  const mean = new Map([['latent_avg', SG2.get('mapping.w_avg')!]]);
  for (const prefix of ['', 'g_ema.', 'state_dict.decoder.']) {
    const found = read(joined(within(prefix, asRosinality(SG2)), mean));
    assert.is(found.dialect, 'rosinality');
    assert.equal(found.metadata, { kind: 'stylegan2' });
    assert.equal(sorted(found.tensors), sorted(SG2));
    assert.equal(found.notes, []);
  }
  const half: HostTensors = new Map(
    [...SG2].map(([name, { shape, data }]) => [
      name,
      { shape, dtype: 'f16', data: Uint16Array.from(data, () => 0x3c00) },
    ]),
  );
  assert.is(read(asRosinality(half)).tensors.get('synthesis.b8.conv0.weight')?.dtype, 'f16');
});

test('an incomplete and a surplus network say which tensors, in their own names', () => {
  const without = (...names: readonly string[]) =>
    new Map([...asNvidiaStyleGan1(SG1)].filter(([name]) => !names.includes(name)));
  refuses(
    () => read(within('2.', without('mapping.Dense3/bias'))),
    /an incomplete StyleGAN1 \(NVIDIA's StyleGAN1\) of 8 px: it lacks 1 tensor, 2\.mapping\.Dense3\/bias$/,
  );
  const five = [0, 1, 2, 3, 4].map((layer) => `mapping.Dense${layer}/weight`);
  refuses(
    () => read(without(...five)),
    /lacks 5 tensors, mapping\.Dense0\/weight, .*, mapping\.Dense2\/weight and 2 more/,
  );
  refuses(
    () =>
      read(
        within(
          'g_ema.',
          joined(
            SG2,
            new Map([
              ['synthesis.b8.extra.weight', one],
              ['mapping.fc9.bias', one],
            ]),
          ),
        ),
      ),
    /it has 2 tensors that none has, g_ema\.synthesis\.b8\.extra\.weight, g_ema\.mapping\.fc9\.bias$/,
  );
  refuses(() => read(joined(SG2, new Map([['synthesis.b2048.conv1.bias', one]]))), /largest block has 2048 px/);
  refuses(() => read(new Map([['g.input.input', one]])), /largest block has 4 px; expected 8, 16/);
});

test('what training leaves behind does not disturb', () => {
  const leftovers = new Map([
    ['epoch', one],
    ['optimizer.state.0.exp_avg', one],
    ['synthesis.noise3', one],
  ]);
  assert.equal(sorted(read(joined(asNvidiaStyleGan1(SG1), leftovers)).tensors), sorted(SG1));
});

test('parameters are those of the file, with the to-RGB layers that nobody needs', () => {
  const count = (tensors: HostTensors) => [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  const fixed = SG1.get('mapping.w_avg')!.data.length;
  assert.is(read(SG1).parameters, count(SG1) - fixed);
  assert.is(read(asNvidiaStyleGan1(SG1)).parameters, count(SG1) - fixed + 4 * 3 + 3);
});

test("FFHQ's StyleGAN1 has 26,219,627 parameters, all nine to-RGB layers and the mapping network included", () => {
  const shapes = new Map<string, number[]>();
  const layer = (name: string, into: number | undefined, out: number) => {
    if (into === undefined) shapes.set(`${name}/const`, [1, out, 4, 4]);
    else shapes.set(`${name}/weight`, [3, 3, into, out]);
    shapes.set(`${name}/bias`, [out]);
    shapes.set(`${name}/Noise/weight`, [out]);
    shapes.set(`${name}/StyleMod/weight`, [512, 2 * out]);
    shapes.set(`${name}/StyleMod/bias`, [2 * out]);
  };
  const channels = (size: number) => Math.min(512, 16384 / size);
  layer('synthesis.4x4/Const', undefined, 512);
  layer('synthesis.4x4/Conv', 512, 512);
  for (let size = 4; size <= 1024; size *= 2) {
    const block = `synthesis.${size}x${size}`;
    if (size > 4) {
      layer(`${block}/Conv0_up`, channels(size / 2), channels(size));
      layer(`${block}/Conv1`, channels(size), channels(size));
    }
    shapes.set(`synthesis.ToRGB_lod${Math.log2(1024 / size)}/weight`, [1, 1, channels(size), 3]);
    shapes.set(`synthesis.ToRGB_lod${Math.log2(1024 / size)}/bias`, [3]);
  }
  for (let dense = 0; dense < 8; dense++) {
    shapes.set(`mapping.Dense${dense}/weight`, [512, 512]).set(`mapping.Dense${dense}/bias`, [512]);
  }
  shapes.set('dlatent_avg', [512]);
  for (let map = 0; map < 18; map++) shapes.set(`synthesis.noise${map}`, [1, 1, 4 << (map >> 1), 4 << (map >> 1)]);
  // Nothing of it needs to be read.
  const read = () => {
    throw new Error('was read');
  };
  const tensors = new Map([...shapes].map(([name, shape]) => [name, { shape, dtype: 'f32' as const, read }]));
  const found = findNetwork({ tensors, facts: new Map(), metadata: {} }, DIALECTS)!;
  assert.is(translate('ffhq', found.dialect, found.network).parameters, 26_219_627);
});

test('StyleGAN2s that facewright cannot draw say why', () => {
  const tf = (facts: Readonly<Record<string, Fact>>) => () => read(asNvidiaStyleGan2(SG2), { facts });
  refuses(
    tf({ 'static_kwargs.architecture': 'resnet' }),
    /that cannot be drawn: its architecture is resnet; facewright draws/,
  );
  refuses(tf({ 'synthesis.static_kwargs.architecture': 'orig' }), /architecture is orig/);
  refuses(tf({ 'static_kwargs.mapping_lrmul': 1 }), /learning-rate multiplier of 1; facewright knows 0\.01/);
  refuses(
    tf({ 'static_kwargs.resample_kernel.0': 1, 'static_kwargs.resample_kernel.1': 1 }),
    /resample_kernel is \[1 1\]; facewright knows/,
  );
  refuses(tf({ 'static_kwargs.nonlinearity': 'relu' }), /activation is relu/);
  const noRgb = new Map([...asNvidiaStyleGan2(SG2)].filter(([name]) => !name.startsWith('synthesis.4x4/ToRGB')));
  refuses(() => read(noRgb), /architecture is resnet or orig/);
  refuses(() => read(joined(asNvidiaStyleGan2(SG2), new Map([['mapping.LabelConcat/weight', one]]))), /LabelConcat/);
  const ada = (facts: Readonly<Record<string, Fact>>) => () => read(SG2, { facts });
  refuses(ada({ 'synthesis.b8.architecture': 'resnet' }), /architecture is resnet/);
  refuses(ada({ 'synthesis.b8.conv1.activation': 'linear' }), /activation is linear/);
  refuses(ada({ 'mapping.fc0.bias_gain': 1 }), /multiplier of 1/);
  refuses(() => read(joined(SG2, new Map([['synthesis.b8.skip.weight', one]]))), /architecture is resnet/);
  const filter = hostTensor(
    [4, 4],
    Float32Array.from({ length: 16 }, () => 1 / 16),
  );
  refuses(
    () => read(joined(SG2, new Map([['synthesis.b8.resample_filter', filter]]))),
    /b8\.resample_filter is not \[1 3 3 1\]/,
  );
});

test('a StyleGAN1 that was still growing is refused', () => {
  const growing = asNvidiaStyleGan1(SG1).set('synthesis.lod', hostTensor([], Float32Array.of(2.5)));
  refuses(() => read(growing), /saved while it still grew \(lod 2\.5\)/);
});

test('what is no generator of ours is told by its name', () => {
  const cases: [name: string, expected: string | undefined][] = [
    ['G_ema.synthesis.input.freqs', 'a StyleGAN3 (stylegan3-t or stylegan3-r)'],
    ['synthesis.L0_36_512.weight', 'a StyleGAN3 (stylegan3-t or stylegan3-r)'],
    ['2.4x4/Dense/weight', 'a ProGAN, which has no styles'],
    ['D.b4.out.weight', 'a discriminator without its generator'],
    ['4x4/FromRGB/weight', 'a discriminator without its generator'],
    ['model.diffusion_model.input_blocks.0.0.weight', 'a Stable Diffusion checkpoint'],
    ['layer1.0.conv1.weight', 'a ResNet'],
    ['params_ema.style_convs.0.weight', 'a StyleGAN2 of BasicSR or facexlib'],
    ['x', undefined],
  ];
  for (const [name, expected] of cases) {
    assert.is(recogniseStranger(fileOf(new Map([[name, one]]))), expected, name);
    assert.is(findNetwork(fileOf(new Map([[name, one]])), DIALECTS), undefined, name);
  }
  const xl = fileOf(new Map([['G_ema.synthesis.input.freqs', one]]), {
    facts: { 'G_ema.class_name': 'SuperresGenerator' },
  });
  assert.is(recogniseStranger(xl), 'a StyleGAN-XL');
});

test('an epsilon that is none', () => {
  const metadata = { norm_epsilon: 'small' };
  assert.throws(
    () => readNetwork('x', { kind: 'stylegan1', tensors: SG1, metadata }),
    /^x: its norm_epsilon is "small"; expected a small number$/,
  );
});

test('a new dialect is one entry', () => {
  const ours = DIALECTS[0]!;
  const made: Dialect = {
    ...ours,
    name: 'made up',
    key: 'GENERATOR/const',
    resolution: () => 8,
    entries: (network, resolution) =>
      ours
        .entries(network, resolution)
        .map((entry) => ({ ...entry, theirs: entry.ours.replace('synthesis.blocks.4x4.', 'GENERATOR/') })),
  };
  const theirs = renamed(SG1, (name) => name.replace('synthesis.blocks.4x4.', 'GENERATOR/'));
  const found = read(theirs, {}, [...DIALECTS, made]);
  assert.is(found.dialect, 'made up');
  assert.ok(found.tensors.has('synthesis.blocks.4x4.const'));
});

test.run();
