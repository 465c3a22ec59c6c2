// The generators of a server, by name.

import { FacewrightError } from '../errors.js';
import type { Generator } from '../model/generator.js';
import { listed, quoted } from '../words.js';

export class Generators {
  readonly #byName: ReadonlyMap<string, Generator>;

  /** @throws FacewrightError where two have the same name, or there is none */
  constructor(private readonly all: readonly Generator[]) {
    this.#byName = new Map(all.map((generator) => [generator.info.name, generator]));
    if (all.length === 0) throw new FacewrightError('a server needs a generator');
    if (this.#byName.size === all.length) return;
    const names = all.map(({ info }) => info.name);
    const twice = names.find((name, i) => names.indexOf(name) !== i)!;
    throw new FacewrightError(`two generators are called ${quoted(twice)}; give one of the files another name`);
  }

  /** The one of that name; the first where none is asked for. @throws FacewrightError where there is none */
  get(name: string | undefined): Generator {
    if (name === undefined) return this.all[0];
    const found = this.#byName.get(name);
    if (found !== undefined) return found;
    const names = [...this.#byName.keys()].map(quoted);
    throw new FacewrightError(
      `model ${quoted(name)}: is not here; there ${names.length > 1 ? 'are' : 'is'} ${listed(names, 'and')}`,
    );
  }
}
