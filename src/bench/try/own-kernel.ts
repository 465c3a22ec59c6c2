// An author's kernel: its text, and how it is launched in place of one of the engine's.

import { basename } from 'node:path';
import { librariesOf, type ShaderTexts } from '../../engine/webgpu/assemble.js';
import type { Dispatch } from '../../engine/webgpu/dispatch.js';
import { type Kernel, Kernels } from '../../engine/webgpu/kernels.js';
import { FacewrightError } from '../../errors.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { nearest } from '../../nearest.js';
import { listed } from '../../words.js';
import type { Contract } from './contract.js';
import { contractFaults } from './contract-faults.js';
import { type GroupsExpression, parseGroups, type Values } from './groups.js';

/** A kernel to be tried, as its author gives it. */
export interface OwnText {
  /** The file that it was read from. */
  readonly file: string;
  readonly text: string;
  /** Values for overrides of its own (`--set`). */
  readonly set: Values;
}

/** An author's kernel under a contract. */
export interface OwnKernel extends OwnText {
  readonly contract: Contract;
  /** What it is called among `kernels`; no kernel of the engine has such a name. */
  readonly name: string;
  /** The engine's kernels, and this one. */
  readonly kernels: Kernels;
  readonly assembled: Kernel;
  /** What does not keep the contract, as sentences; where there are any it cannot be launched. */
  readonly faults: readonly string[];
  /**
   * The launch that takes the place of one of the engine's; undefined where the contract is of another kernel.
   *
   * @throws FacewrightError when the workgroups that it asks for are none
   */
  readonly launch: (op: ProgramOp, dispatch: Dispatch) => Dispatch | undefined;
}

const GROUPS = /^\/\/! groups\b(.*)$/;
/** An override with a number for its value. */
const VALUED = /\boverride\s+(\w+)\s*:\s*\w+\s*=\s*(-?[\d.]+(?:e-?\d+)?|true|false)[uif]?\s*;/g;

/**
 * Puts an author's kernel under a contract.
 *
 * @throws FacewrightError when it names a library that is not there, or its `//! groups` cannot be read
 */
export function readOwnKernel(own: OwnText, contract: Contract, shaders: ShaderTexts): OwnKernel {
  const name = `try/${basename(own.file).replace(/\.wgsl$/, '')}`;
  checkLibraries(own, shaders);
  const kernels = new Kernels({ ...shaders, [name]: own.text });
  const assembled = kernels.get(name);
  const groups = groupsOf(own);
  const known = valuesIn(assembled.code);
  return {
    ...own,
    contract,
    name,
    kernels,
    assembled,
    faults: contractFaults(own, assembled, contract, groups !== undefined),
    launch: (op, dispatch) => {
      const given = contract.launch(op, dispatch);
      if (!given) return undefined;
      const { overrides, derived } = assembled.declarations;
      const declared = Object.entries(given.overrides).filter(([override]) => overrides.includes(override));
      const changed = Object.entries(own.set).filter(([override]) => [...overrides, ...derived].includes(override));
      return {
        ...given,
        kernel: name,
        overrides: { ...Object.fromEntries(declared), ...Object.fromEntries(changed) },
        groups: groups ? groups.of({ ...given.overrides, ...known, ...own.set }) : given.groups,
      };
    },
  };
}

function checkLibraries({ file, text }: OwnText, shaders: ShaderTexts): void {
  const libraries = Object.keys(shaders).flatMap((name) => /^lib\/(?!prelude-)(.*)$/.exec(name)?.[1] ?? []);
  const unknown = librariesOf(text).find((library) => !libraries.includes(library));
  if (unknown === undefined) return;
  const meant = nearest(unknown, libraries);
  throw new FacewrightError(
    `${file}, line 1: there is no library ${unknown} in shaders/lib; ` +
      (meant === undefined ? `there are ${listed(libraries, 'and')}` : `did you mean ${meant}?`),
  );
}

/** The workgroups that a text asks for, with `//! groups`. */
function groupsOf({ file, text }: OwnText): GroupsExpression | undefined {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => GROUPS.test(line));
  return at < 0 ? undefined : parseGroups(GROUPS.exec(lines[at])![1], `${file}, line ${at + 1}`);
}

/** Overrides whose value is a number in the text. */
function valuesIn(code: string): Values {
  const numbers = [...code.replace(/\/\/.*$/gm, '').matchAll(VALUED)].map(([, name, value]) => [
    name,
    value === 'true' ? 1 : value === 'false' ? 0 : Number(value),
  ]);
  return Object.fromEntries(numbers);
}
