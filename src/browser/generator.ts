import type { Engine } from '../engine/engine.js';
import { findGenerator } from '../find-generator.js';
import { Generator } from '../model/generator.js';
import { fitPrior } from '../pulse/fit-prior.js';
import { readModel } from '../read-model.js';
import { sourceOf } from '../weights/byte-source.js';
import { SAFETENSORS } from '../weights/safetensors.js';

/** What a generator is made with, beside its weights. */
export interface ReadGeneratorOptions {
  /** It stays open when the generator is closed. */
  readonly engine: Engine;
  /** What the file is called, without its extension. */
  readonly name: string;
  /** The class that a conditional generator draws, counted from 0: it has to be said there, and cannot be elsewhere. */
  readonly class?: number;
  /** What the owner of the weights says of their licence, where the file does not. */
  readonly licence?: string;
  /** How many latents the Gaussian is fitted to where the file comes without one; by default 20,000. The command takes a million. */
  readonly latents?: number;
  /** Told what share of that is done, 0 to 1. */
  readonly onFit?: (share: number) => void;
  /** Stops what takes long. */
  readonly signal?: AbortSignal;
}

/** So many that the mean and the spread are known to a hundredth, in seconds on a processor too. */
const FIT_LATENTS = 20_000;

/**
 * A generator from the bytes of a safetensors file, under our names or those of any dialect that facewright knows; other kinds are
 * turned into one by `facewright weights convert`. The bytes are read when a graph is compiled: leave them as they are.
 *
 * @throws FacewrightError that begins with the name, when the bytes are damaged, no safetensors file, or no generator
 *
 * @example
 * const generator = await readGenerator(new Uint8Array(await file.arrayBuffer()), { engine, name: file.name });
 */
export async function readGenerator(bytes: Uint8Array, options: ReadGeneratorOptions): Promise<Generator> {
  const { engine, name, signal, onFit, latents = FIT_LATENTS } = options;
  const contents = SAFETENSORS.read(sourceOf(bytes), name);
  const { dialect, tensors, metadata } = findGenerator(name, { ...contents, size: bytes.length });
  const sha256 = hexOf(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  const weights = { kind: dialect.kind, tensors, metadata, name, sha256 };
  const { network, info, fit } = readModel(weights, options);
  const generator = new Generator(engine, network, info, { fit, keepEngine: true });
  try {
    if (!fit && network.hasMapping) {
      generator.fit = await fitPrior(generator, latents, signal, (done) => onFit?.(done / latents));
    }
    return generator;
  } catch (error) {
    generator.close();
    throw error;
  }
}

function hexOf(digest: ArrayBuffer): string {
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
