import type { GuardedDevice } from '../../engine/webgpu/device.js';
import type { OwnKernel } from './own-kernel.js';

/** What the compiler says against an author's kernel: file and line, its words, and the line with a mark below the place. */
export async function compileErrors(
  { device }: GuardedDevice,
  { file, name, assembled }: OwnKernel,
): Promise<string[]> {
  const { code, locate } = assembled;
  // A mistake in it is told below; here it would count as an error of the device.
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: name, code });
  const popped = device.popErrorScope();
  const { messages } = await module.getCompilationInfo();
  await popped;
  const lines = code.split('\n');
  return messages
    .filter(({ type }) => type === 'error')
    .map(({ message, lineNum, linePos }) => {
      const place = locate(lineNum);
      const where = place.file === `${name}.wgsl` ? file : `shaders/${place.file}`;
      const text = lines[Math.max(lineNum, 1) - 1] ?? '';
      const mark = `${text.slice(0, Math.max(linePos, 1) - 1).replace(/\S/g, ' ')}^`;
      return `${where}, line ${place.line}: ${message}\n  ${text}\n  ${mark}`;
    });
}
