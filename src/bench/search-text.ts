import { median } from './kernels/statistics.js';
import { aligned } from './report.js';
import type { SearchesResult } from './search.js';
import { percent, quantity } from './units.js';

/** Searches as a table: a line for each network. */
export function searchesTable(results: readonly SearchesResult[]): string {
  const heads = [
    'model',
    'engine',
    'faces',
    'batch',
    'steps',
    's/face',
    'faces/min',
    'a step',
    'JS thread busy',
    'opening',
    'compiling',
  ];
  const rows = results.map((result) => {
    const { model, engine, pictures, batch, steps, batchSeconds, busy, openSeconds, firstSeconds } = result;
    // The median batch: another program's moment does not count.
    const face = median(batchSeconds) / batch;
    return [
      model,
      engine.kind,
      String(pictures),
      String(batch),
      String(steps),
      face.toPrecision(3),
      (60 / face).toPrecision(3),
      quantity(median(batchSeconds) / steps, 's'),
      percent(busy),
      quantity(openSeconds, 's'),
      quantity(firstSeconds, 's'),
    ];
  });
  return aligned([heads, ...rows], 2);
}
