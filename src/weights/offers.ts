/**
 * Generators that their owners offer on the web: what they are, where they lie, and under which licence. Addresses are those of
 * the owners' pages (`page`); lengths and digests stand where several people have written the same ones down.
 */

/** One file of a generator. */
export interface OfferedFile {
  /** What it is called where several make a generator: the names that the reader looks for. */
  readonly file?: string;
  readonly url: string;
  readonly bytes?: number;
  /** In hex. */
  readonly sha256?: string;
}

export interface WeightsOffer {
  /** What it is called in commands. */
  readonly name: string;
  readonly title: string;
  readonly kind: 'stylegan1' | 'stylegan2';
  /** The side of its pictures in pixels. */
  readonly resolution: number;
  /** None where the owner offers it on a page only, or it comes along. */
  readonly files: readonly OfferedFile[];
  readonly licence: string;
  /** Where its owner offers it, and says under which terms. */
  readonly page: string;
  readonly note?: string;
}

const NVIDIA_NC = 'NVIDIA Source Code License-NC (research and evaluation only)';
const CC_BY_NC = 'CC-BY-NC-4.0';

const drive = (id: string, file?: string): OfferedFile => ({
  url: `https://drive.google.com/uc?export=download&id=${id}`,
  ...(file === undefined ? {} : { file }),
});

/** NVIDIA's networks of the papers' own code. */
const cdn = (path: string) => ({ url: `https://nvlabs-fi-cdn.nvidia.com/${path}` });
const ada = (file: string) => cdn(`stylegan2-ada-pytorch/pretrained/${file}`);
const sourceNet = (file: string) => ada(`transfer-learning-source-nets/${file}`);

/** NVIDIA's StyleGAN2 networks for the code of StyleGAN3. */
const ngc = (file: string) => ({
  url: `https://api.ngc.nvidia.com/v2/models/nvidia/research/stylegan2/versions/1/files/${file}`,
});

const share = (link: string) => ({
  url: `https://mycuhk-my.sharepoint.com/:u:/g/personal/1155082926_link_cuhk_edu_hk/${link}&download=1`,
});

const STYLEGAN1 = { kind: 'stylegan1', licence: CC_BY_NC, page: 'https://github.com/NVlabs/stylegan' } as const;
const STYLEGAN2 = { kind: 'stylegan2', licence: NVIDIA_NC, page: 'https://github.com/NVlabs/stylegan2' } as const;
const ADA = { ...STYLEGAN2, page: 'https://github.com/NVlabs/stylegan2-ada-pytorch' } as const;
const NGC = { ...STYLEGAN2, page: 'https://github.com/NVlabs/stylegan3' } as const;
const GENFORCE_PAGE = 'https://github.com/genforce/genforce/blob/master/MODEL_ZOO.md';
/** Of the pages that hold NVIDIA's network in another form, and those that trained one. */
const GENFORCE = { ...STYLEGAN1, page: GENFORCE_PAGE } as const;
const GENFORCE_OWN = { ...GENFORCE, licence: 'MIT' } as const;

/** The name of the generator that comes along. */
export const SHIPPED = 'demo';

const DEMO: WeightsOffer = {
  name: SHIPPED,
  title: 'drawn portraits; comes along with facewright',
  kind: 'stylegan1',
  resolution: 128,
  files: [],
  licence: 'CC0-1.0',
  page: 'https://creativecommons.org/publicdomain/zero/1.0/',
};

const STYLEGAN1_OFFERS: readonly WeightsOffer[] = [
  {
    ...STYLEGAN1,
    name: 'pulse',
    title: "FFHQ faces: PULSE's two files",
    resolution: 1024,
    files: [
      drive('1TCViX1YpQyRsklTVYEJwdbmK91vklCo8', 'synthesis.pt'),
      drive('14R6iHGf5iuVx3DMNsACAl7eBr7Vdpd0k', 'mapping.pt'),
    ],
    page: 'https://github.com/adamian98/pulse',
    note: "the page names no licence of its own: NVIDIA's is that of the network within",
  },
  {
    ...STYLEGAN1,
    name: 'stylegan1-ffhq',
    title: 'FFHQ faces',
    resolution: 1024,
    files: [drive('1MEGjdvVpUsu1jB4zrXZN7Y4kBBOzizDQ')],
  },
  {
    ...STYLEGAN1,
    name: 'stylegan1-celebahq',
    title: 'CelebA-HQ faces',
    resolution: 1024,
    files: [drive('1MGqJl28pN4t7SAtSrPdSRJSQJqahkzUf')],
  },
  {
    ...STYLEGAN1,
    name: 'stylegan1-cats',
    title: 'LSUN cats',
    resolution: 256,
    files: [drive('1MQywl0FNt6lHu8E_EUqnRbviagS7fbiJ')],
  },
  {
    ...STYLEGAN1,
    name: 'stylegan1-cars',
    title: 'LSUN cars, 512 x 384 within a square',
    resolution: 512,
    files: [drive('1MJ6iCfNtMIRicihwRorsM3b7mmtmK9c3')],
  },
  {
    ...STYLEGAN1,
    name: 'stylegan1-bedrooms',
    title: 'LSUN bedrooms',
    resolution: 256,
    files: [drive('1MOSKeGF0FJcivpBI7s63V9YHloUTORiF')],
  },
  {
    ...STYLEGAN1,
    name: 'lernapparat-ffhq',
    title: "FFHQ faces: NVIDIA's network for PyTorch",
    resolution: 1024,
    files: [
      {
        url: 'https://github.com/lernapparat/lernapparat/releases/download/v2019-02-01/karras2019stylegan-ffhq-1024x1024.for_g_all.pt',
      },
    ],
    page: 'https://github.com/lernapparat/lernapparat',
  },
  {
    ...GENFORCE,
    name: 'genforce-stylegan1-ffhq',
    title: "FFHQ faces: NVIDIA's network for PyTorch",
    resolution: 1024,
    files: [share('EdfMxgb0hU9BoXwiR3dqYDEBowCSEF1IcsW3n4kwfoZ9OQ?e=VwIV58')],
  },
  {
    ...GENFORCE,
    name: 'genforce-stylegan1-celebahq',
    title: "CelebA-HQ faces: NVIDIA's network for PyTorch",
    resolution: 1024,
    files: [share('EcCdXHddE7FOvyfmqeOyc9ABqVuWh8PQYFnV6JM1CXvFig?e=1nUYZ5')],
  },
  {
    ...GENFORCE_OWN,
    name: 'genforce-stylegan1-ffhq-512',
    title: 'FFHQ faces',
    resolution: 512,
    files: [share('EZYrrwOiEgVOg-PfGv7QTegBzFQ9yq2v7o1WxNq5JJ9KNA?e=SZU8PI')],
  },
  {
    ...GENFORCE_OWN,
    name: 'genforce-stylegan1-ffhq-256',
    title: 'FFHQ faces',
    resolution: 256,
    files: [share('ES-NAUCC2qdHg87BftvlBiQBVpbJ8-005Q4TNr5KrOxQEw?e=00AnWt')],
  },
];

/** Of the paper's own code, in PyTorch's files and in TensorFlow's. */
const STYLEGAN2_OFFERS: readonly WeightsOffer[] = [
  {
    ...ADA,
    name: 'ada-ffhq',
    title: 'FFHQ faces',
    resolution: 1024,
    files: [
      {
        ...ada('ffhq.pkl'),
        bytes: 381_624_121,
        sha256: 'a205a346e86a9ddaae702e118097d014b7b8bd719491396a162cca438f2f524c',
      },
    ],
  },
  {
    ...ADA,
    name: 'ada-ffhq-512',
    title: 'FFHQ faces',
    resolution: 512,
    files: [sourceNet('ffhq-res512-mirror-stylegan2-noaug.pkl')],
  },
  {
    ...ADA,
    name: 'ada-ffhq-256',
    title: 'FFHQ faces',
    resolution: 256,
    files: [sourceNet('ffhq-res256-mirror-paper256-noaug.pkl')],
  },
  {
    ...ADA,
    name: 'ada-celebahq-256',
    title: 'CelebA-HQ faces',
    resolution: 256,
    files: [sourceNet('celebahq-res256-mirror-paper256-kimg100000-ada-target0.5.pkl')],
  },
  {
    ...ADA,
    name: 'ada-metfaces',
    title: 'faces of paintings (MetFaces)',
    resolution: 1024,
    files: [ada('metfaces.pkl')],
  },
  { ...ADA, name: 'ada-afhqcat', title: 'cats (AFHQ)', resolution: 512, files: [ada('afhqcat.pkl')] },
  { ...ADA, name: 'ada-afhqdog', title: 'dogs (AFHQ)', resolution: 512, files: [ada('afhqdog.pkl')] },
  { ...ADA, name: 'ada-afhqwild', title: 'wild animals (AFHQ)', resolution: 512, files: [ada('afhqwild.pkl')] },
  {
    ...ADA,
    name: 'ada-lsundog-256',
    title: 'LSUN dogs',
    resolution: 256,
    files: [sourceNet('lsundog-res256-paper256-kimg100000-noaug.pkl')],
  },
  { ...ADA, name: 'ada-brecahad', title: 'tissue (BreCaHAD)', resolution: 512, files: [ada('brecahad.pkl')] },
  { ...ADA, name: 'ada-cifar10', title: 'CIFAR-10, of ten classes', resolution: 32, files: [ada('cifar10.pkl')] },
  {
    ...STYLEGAN2,
    name: 'stylegan2-ffhq',
    title: 'FFHQ faces, for TensorFlow',
    resolution: 1024,
    files: [
      {
        ...cdn('stylegan2/networks/stylegan2-ffhq-config-f.pkl'),
        bytes: 381_673_535,
        sha256: 'adf127ea7bb8a7788c8bdeda3c9937f7310b669b09ecf799ca53a631ff46948d',
      },
    ],
  },
  {
    ...STYLEGAN2,
    name: 'stylegan2-cat',
    title: 'LSUN cats, for TensorFlow',
    resolution: 256,
    files: [cdn('stylegan2/networks/stylegan2-cat-config-f.pkl')],
  },
];

/** Of StyleGAN3's code, and other people's. */
const OTHER_STYLEGAN2_OFFERS: readonly WeightsOffer[] = [
  { ...NGC, name: 'ngc-ffhq', title: 'FFHQ faces', resolution: 1024, files: [ngc('stylegan2-ffhq-1024x1024.pkl')] },
  { ...NGC, name: 'ngc-ffhq-512', title: 'FFHQ faces', resolution: 512, files: [ngc('stylegan2-ffhq-512x512.pkl')] },
  { ...NGC, name: 'ngc-ffhq-256', title: 'FFHQ faces', resolution: 256, files: [ngc('stylegan2-ffhq-256x256.pkl')] },
  {
    ...NGC,
    name: 'ngc-ffhqu',
    title: 'FFHQ faces, unaligned',
    resolution: 1024,
    files: [ngc('stylegan2-ffhqu-1024x1024.pkl')],
  },
  {
    ...NGC,
    name: 'ngc-ffhqu-256',
    title: 'FFHQ faces, unaligned',
    resolution: 256,
    files: [ngc('stylegan2-ffhqu-256x256.pkl')],
  },
  {
    ...NGC,
    name: 'ngc-celebahq-256',
    title: 'CelebA-HQ faces',
    resolution: 256,
    files: [ngc('stylegan2-celebahq-256x256.pkl')],
  },
  {
    ...NGC,
    name: 'ngc-metfaces',
    title: 'faces of paintings (MetFaces)',
    resolution: 1024,
    files: [ngc('stylegan2-metfaces-1024x1024.pkl')],
  },
  {
    ...NGC,
    name: 'ngc-afhqv2',
    title: 'animals (AFHQ v2)',
    resolution: 512,
    files: [ngc('stylegan2-afhqv2-512x512.pkl')],
  },
  {
    ...GENFORCE,
    kind: 'stylegan2',
    licence: NVIDIA_NC,
    name: 'genforce-stylegan2-ffhq',
    title: "FFHQ faces: NVIDIA's network for PyTorch",
    resolution: 1024,
    files: [share('EX0DNWiBvl5FuOQTF4oMPBYBNSalcxTK0AbLwBn9Y3vfgg?e=Q0sZit')],
  },
  {
    name: 'rosinality-ffhq-256',
    title: 'FFHQ faces',
    kind: 'stylegan2',
    resolution: 256,
    files: [drive('1PQutd-JboOCOZqmd95XWxWrO8gGEvRcO')],
    licence: 'unknown',
    page: 'https://github.com/rosinality/stylegan2-pytorch',
    note: 'the page names no licence of the weights',
  },
];

/** All of them, the one that comes along first. */
export const OFFERS: readonly WeightsOffer[] = [
  DEMO,
  ...STYLEGAN1_OFFERS,
  ...STYLEGAN2_OFFERS,
  ...OTHER_STYLEGAN2_OFFERS,
];
