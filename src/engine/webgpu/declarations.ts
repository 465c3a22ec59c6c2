import type { Dispatch } from './dispatch.js';

/** A `@group(0) @binding(k) var<storage, …>` of a kernel. */
export interface BindingDeclaration {
  readonly name: string;
  readonly binding: number;
  readonly access: 'read' | 'read_write';
  /** Whether it is declared as `Stored` or `Stored4`: what the engine stores maps and weights in. */
  readonly stored: boolean;
}

/** What a kernel's text declares: all that a dispatch has to agree with. */
export interface Declarations {
  readonly bindings: readonly BindingDeclaration[];
  /** The overrides that a dispatch gives a value. */
  readonly overrides: readonly string[];
  /** Overrides that the kernel works out of others. */
  readonly derived: readonly string[];
  /** The arguments of @workgroup_size: overrides or numbers. */
  readonly workgroup: readonly string[];
}

const BINDING = /@group\(0\)\s*@binding\((\d+)\)\s*var<storage,\s*(read|read_write)>\s*(\w+)\s*:\s*(?:array<)?(\w+)/g;
const OVERRIDE = /\boverride\s+(\w+)\s*:\s*\w+\s*(=)?/g;
const WORKGROUP = /@workgroup_size\(([^)]*)\)/;

/** Reads the declarations of a kernel (with its libraries: `assemble.ts`). */
export function readDeclarations(code: string): Declarations {
  const text = code.replace(/\/\/.*$/gm, '');
  const overrides = [...text.matchAll(OVERRIDE)].map(([, name, equals]) => ({ name, derived: equals !== undefined }));
  return {
    bindings: [...text.matchAll(BINDING)].map(([, binding, access, name, type]) => ({
      name,
      binding: Number(binding),
      access: access as BindingDeclaration['access'],
      stored: /^Stored\d?$/.test(type),
    })),
    overrides: overrides.filter(({ derived }) => !derived).map(({ name }) => name),
    derived: overrides.filter(({ derived }) => derived).map(({ name }) => name),
    workgroup: (WORKGROUP.exec(text)?.[1] ?? '').split(',').map((size) => size.trim()),
  };
}

/**
 * What a dispatch and its kernel do not agree on, as sentences; nothing if all is well. An override that has a value may be given
 * another.
 */
export function disagreements(dispatch: Dispatch, { bindings, overrides, derived }: Declarations): string[] {
  return [
    ...compare(
      'binding',
      Object.keys(dispatch.bindings),
      bindings.map(({ name }) => name),
    ),
    ...compare('override', Object.keys(dispatch.overrides), overrides, derived),
  ].map((fault) => `${dispatch.kernel}: ${fault}`);
}

/** @param possible what may be given, beside what has to be */
function compare(
  what: string,
  given: readonly string[],
  declared: readonly string[],
  possible: readonly string[] = [],
): string[] {
  return [
    ...declared.filter((name) => !given.includes(name)).map((name) => `the ${what} ${name} is not given`),
    ...given
      .filter((name) => !declared.includes(name) && !possible.includes(name))
      .map((name) => `there is no ${what} ${name}`),
  ];
}
