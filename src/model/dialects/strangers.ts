import type { Named } from './dialect.js';

/** Networks that are known by what is in their files, and that facewright does not draw. */
const STRANGERS: readonly (readonly [what: string, tensor: RegExp])[] = [
  ['a StyleGAN-XL', /(?:^|\.)mapping\.embed_proj\./],
  [
    'a StyleGAN3 (stylegan3-t or stylegan3-r)',
    /(?:^|\.)synthesis\.(?:input\.(?:freqs|phases|transform)|L\d+_\d+_\d+\.)/,
  ],
  ['a ProGAN, which has no styles', /(?:^|\.)4x4\/Dense\/weight$/],
  ['a StyleGAN1 of style-based-gan-pytorch', /(?:^|\.)progression\.\d+\.conv1?\./],
  ['a StyleGAN2 of BasicSR or facexlib', /(?:^|\.)(?:style_convs?\.?\d*|constant_input|stylegan_decoder)\./],
  [
    'a Stable Diffusion checkpoint',
    /(?:^|\.)(?:model\.diffusion_model|first_stage_model|down_blocks|cond_stage_model)\./,
  ],
  ['a ResNet', /(?:^|\.)layer1\.0\.conv1\.weight$/],
  ['a VGG or another image classifier', /(?:^|\.)features\.0\.weight$/],
  ['a transformer', /(?:^|\.)(?:self_attn|attention|attn)\./],
  [
    'a discriminator without its generator',
    /(?:^|[./])(?:b4\.out\.weight|FromRGB\w*\/weight|fromrgb\w*\.weight|final_linear\.\d+\.weight)$/i,
  ],
];

/** What kind of network a file holds that nobody's dialect is, if that can be told. */
export function recogniseStranger({ tensors, facts }: Named): string | undefined {
  // Its generator is a StyleGAN3's with more on top, and said so by its class alone.
  if ([...facts.values()].includes('SuperresGenerator')) return 'a StyleGAN-XL';
  for (const [what, pattern] of STRANGERS) {
    for (const name of tensors.keys()) if (pattern.test(name)) return what;
  }
  return undefined;
}
