// What does not keep a contract, in words for its author.

import { readDeclarations } from '../../engine/webgpu/declarations.js';
import type { Kernel } from '../../engine/webgpu/kernels.js';
import { listed } from '../../words.js';
import type { Contract } from './contract.js';
import type { OwnText } from './own-kernel.js';

/**
 * What a kernel and its contract do not agree on, as sentences; nothing if all is well.
 *
 * @param kernel the text with its libraries
 * @param saysGroups whether it says how many workgroups are launched
 */
export function contractFaults(own: OwnText, kernel: Kernel, contract: Contract, saysGroups: boolean): string[] {
  const faults = [...bindingFaults(own, kernel, contract), ...overrideFaults(own, kernel, contract, saysGroups)];
  if (contract.saysGroups && !saysGroups) {
    faults.push(
      `${own.file} does not say how many workgroups are launched; add a line such as //! groups ceil(W / 8) * H, OUT`,
    );
  }
  if (kernel.declarations.workgroup.join('') === '') {
    faults.push(`${own.file} has no @compute @workgroup_size(…) fn main(…)`);
  }
  return faults;
}

function bindingFaults({ file }: OwnText, { code, declarations }: Kernel, contract: Contract): string[] {
  const names = contract.declarations.bindings.map(({ name }) => name);
  const uncommented = code.replace(/\/\/.*$/gm, '');
  return [
    ...contract.declarations.bindings.flatMap(({ name, access }) => {
      const own = declarations.bindings.find((one) => one.name === name);
      const line = `@group(0) @binding(…) var<storage, ${access}> ${name}: …`;
      if (!own) return [`${file} does not declare the binding ${name}, which ${contract.name} has: ${line}`];
      if (own.access !== access) return [`${file} declares ${name} as ${own.access}; ${contract.name} has ${line}`];
      const uses = uncommented.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;
      return uses > 1 ? [] : [`${file} declares the binding ${name} and never uses it, as ${contract.name} has to`];
    }),
    ...declarations.bindings
      .filter(({ name }) => !names.includes(name))
      .map(
        ({ name }) =>
          `${file} declares a binding ${name}, which is not given; ${contract.name} has ${listed(names, 'and')}`,
      ),
  ];
}

function overrideFaults(
  { file, text, set }: OwnText,
  { declarations: { overrides, derived } }: Kernel,
  contract: Contract,
  saysGroups: boolean,
): string[] {
  const given = [...new Set([...contract.declarations.overrides, ...contract.optional])];
  const declared = readDeclarations(text);
  const own = [...declared.overrides, ...declared.derived].filter((name) => !given.includes(name));
  // How a kernel is cut is its own affair, if it says for itself what is launched.
  const isOwnCut = (name: string) => name === 'WORKGROUP' && saysGroups;
  const faults: string[] = [];
  for (const name of contract.declarations.overrides) {
    if (overrides.includes(name) || contract.optional.includes(name) || isOwnCut(name)) continue;
    faults.push(
      derived.includes(name)
        ? `${file} gives the override ${name} a value, which the workbench gives: leave the value out`
        : `${file} does not declare the override ${name}, by which ${contract.name} is told what to do (facewright bench contract ${contract.name} says what)`,
    );
  }
  const without = overrides.filter((name) => !given.includes(name) && !Object.hasOwn(set, name));
  if (without.length > 0) {
    const several = without.length > 1;
    faults.push(
      `${file} declares the override${several ? 's' : ''} ${listed(without, 'and')}, which ${several ? 'have' : 'has'} no value: ` +
        `--set ${without[0]}=… gives one, or the text; the workbench gives ${listed(given, 'and')}`,
    );
  }
  for (const [name, value] of Object.entries(set)) {
    if (given.includes(name)) {
      if (isOwnCut(name)) continue;
      const unless = name === 'WORKGROUP' ? ', unless //! groups says how many workgroups there are' : '';
      faults.push(`--set ${name}=${value}: ${name} is given by the workbench${unless}`);
    } else if (!own.includes(name)) {
      const others = own.length > 0 ? `there is ${listed(own, 'and')}` : 'it has none of its own';
      faults.push(`--set ${name}=${value}: ${file} has no override ${name}; ${others}`);
    }
  }
  return faults;
}
