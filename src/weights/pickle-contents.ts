/** From a tree of pickled values to named tensors and facts. */

import type { Fact, StoredTensor } from '../graph/stored-tensor.js';
import { quoted } from '../words.js';
import { NumpyArray, NumpyScalar } from './numpy.js';
import { DnnlibNetwork, PersistentObject } from './nvidia.js';
import { PickleDict, PickleTuple } from './pickle-values.js';
import { attributesOf } from './python-globals.js';
import { TorchTensor } from './torch-tensor.js';
import { OPENS } from './words.js';

/** Deeper than any network: a checkpoint's dict, its network, four levels of modules, their options. */
const DEEPEST = 12;
/** Far more than any network's tensors; a small pickle could otherwise name the same dict in itself without end. */
const MOST_NAMES = 100_000;
const LONGEST_NAME = 1024;
/** Longer lists are of numbers that were noted in training, or of an optimiser's; no network is in them. */
const LONGEST_LIST = 64;

/** What a pickle holds, by names that are joined by dots: a dict's keys, a list's places, a module's children. */
export interface PickleContents {
  readonly tensors: Map<string, StoredTensor>;
  readonly facts: Map<string, Fact>;
}

/**
 * The tensors and facts in a pickled value. A persistent module's parameters, buffers and children, and a dnnlib network's
 * variables and components, stand directly under its own name; entries that are neither tensors nor facts are left out.
 *
 * @param fail throws an error about the file
 * @throws FacewrightError when two tensors have one name, or there are more than 100,000 entries
 */
export function contentsOf(root: unknown, fail: (message: string) => never): PickleContents {
  const walk = new Walk(fail);
  walk.visit(root, '', 0);
  return { tensors: walk.tensors, facts: walk.facts };
}

/** Joins names; the root has none. */
function below(prefix: string, key: string | number): string {
  return prefix === '' ? String(key) : `${prefix}.${key}`;
}

class Walk {
  readonly tensors = new Map<string, StoredTensor>();
  readonly facts = new Map<string, Fact>();
  #visits = 0;

  constructor(private readonly fail: (message: string) => never) {}

  visit(value: unknown, name: string, depth: number): void {
    if (++this.#visits > MOST_NAMES) this.fail(`has more than ${MOST_NAMES} entries; ${OPENS}`);
    if (name.length > LONGEST_NAME) this.fail(`names something with ${name.length} characters; ${OPENS}`);
    if (value instanceof TorchTensor) this.#tensor(name, value);
    else if (value instanceof NumpyArray) {
      if (value.tensor) this.#tensor(name, value.tensor);
    } else if (value instanceof NumpyScalar) this.facts.set(name, value.fact);
    else if (isFact(value)) this.facts.set(name, value);
    else if (depth < DEEPEST) this.#inside(value, name, depth + 1);
  }

  #inside(value: unknown, name: string, depth: number): void {
    if (value instanceof PickleDict) this.#dict(value, name, depth);
    else if (value instanceof PickleTuple) this.#list(value.items, name, depth);
    else if (Array.isArray(value)) this.#list(value, name, depth);
    else if (value instanceof DnnlibNetwork) this.#dnnlib(value, name, depth);
    else if (value instanceof PersistentObject) this.#persistent(value, name, depth);
    else {
      const attributes = attributesOf(value);
      if (attributes) this.#dict(attributes, name, depth);
    }
  }

  #dict(dict: PickleDict, prefix: string, depth: number): void {
    for (const [key, value] of dict) this.visit(value, below(prefix, String(key)), depth);
  }

  #list(items: readonly unknown[], prefix: string, depth: number): void {
    if (items.length > LONGEST_LIST) return;
    for (const [index, item] of items.entries()) this.visit(item, below(prefix, index), depth);
  }

  #dnnlib(network: DnnlibNetwork, prefix: string, depth: number): void {
    for (const [key, value] of network.state) {
      if (key === 'components') this.visit(value, prefix, depth);
      else if (key !== 'variables' && key !== 'build_module_src') this.visit(value, below(prefix, String(key)), depth);
    }
    for (const [name, value] of network.variables()) {
      // Of a variable without axes TensorFlow gives a scalar.
      if (value instanceof NumpyScalar) this.#tensor(below(prefix, name), value.tensor);
      else this.visit(value, below(prefix, name), depth);
    }
  }

  #persistent({ className, state }: PersistentObject, prefix: string, depth: number): void {
    this.visit(className, below(prefix, 'class_name'), depth);
    for (const [key, value] of state) {
      const inPlace = key === '_parameters' || key === '_buffers' || key === '_modules';
      this.visit(value, inPlace ? prefix : below(prefix, String(key)), depth);
    }
  }

  #tensor(name: string, tensor: StoredTensor): void {
    if (this.tensors.has(name)) this.fail(`names two tensors ${quoted(name)}`);
    this.tensors.set(name, tensor);
  }
}

function isFact(value: unknown): value is Fact {
  if (typeof value === 'string') return value.length <= LONGEST_NAME;
  return value === null || typeof value === 'number' || typeof value === 'boolean';
}
