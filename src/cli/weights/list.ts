// facewright weights list: the generators that owners offer, and what of them is here.

import type { ArgumentsCamelCase } from 'yargs';
import { type FoundFile, type ListedOffer, listWeights, type WeightsList } from '../../index.js';
import { byteCount } from '../../words.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';
import { table } from '../shared/table.js';

export async function listCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const found = await listWeights(words.text('cache'));
  console.result(words.flag('json') ? JSON.stringify(listJson(found), null, 2) : listText(found));
  return exitCode.done;
}

function listJson({ folder, offers, others }: WeightsList): object {
  const offered = offers.map(({ offer: { files, ...offer }, path, bytes }) => ({
    ...offer,
    urls: files.map(({ url }) => url),
    path: bytes === undefined ? null : path,
    bytes: bytes ?? null,
  }));
  return { folder, offers: offered, others };
}

/** What belongs to one page and licence stands together, with a star before what is here. */
export function listText({ folder, offers, others }: WeightsList): string {
  const groups = new Map<string, ListedOffer[]>();
  for (const listed of offers) {
    const { licence, page, note } = listed.offer;
    const head = `${page}\n  licence: ${licence}${note === undefined ? '' : `; ${note}`}`;
    groups.set(head, [...(groups.get(head) ?? []), listed]);
  }
  const rows = offers.map(row);
  const lines = table(
    ['', 'name', 'network', 'px', 'size', 'pictures'].map((title, i) => ({ title, right: i === 3 || i === 4 })),
    rows,
  ).split('\n');
  const lineOf = new Map(offers.map((listed, i) => [listed, lines[i + 1]]));
  const parts = [...groups].map(([head, members]) =>
    [head, ...members.map((listed) => lineOf.get(listed)!)].join('\n'),
  );
  return [lines[0], ...parts, tellOthers(folder, others)].join('\n\n');
}

function row({ offer, bytes }: ListedOffer): string[] {
  const known = offer.files.every((file) => file.bytes !== undefined)
    ? offer.files.reduce((sum, file) => sum + file.bytes!, 0)
    : 0;
  const size = bytes ?? known;
  const network = offer.kind === 'stylegan1' ? 'StyleGAN1' : 'StyleGAN2';
  return [
    bytes === undefined ? ' ' : '*',
    offer.name,
    network,
    String(offer.resolution),
    size === 0 ? '' : byteCount(size),
    offer.title,
  ];
}

function tellOthers(folder: string, others: readonly FoundFile[]): string {
  const fetched = others.map(({ path, bytes }) => `  ${byteCount(bytes).padStart(8)}  ${path}`);
  const head = fetched.length === 0 ? [] : ['fetched by address:', ...fetched, ''];
  return [...head, `* is here: comes along, or was fetched to ${folder}`].join('\n');
}
