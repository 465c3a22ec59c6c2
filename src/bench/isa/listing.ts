// What RADV prints of a pipeline it has compiled (RADV_DEBUG=shaderstats,shaders): the instructions, read from either of the
// two forms in which it lists them, and the figures of the compiler.

import { FacewrightError } from '../../errors.js';

/** An instruction, or a half of one that is issued for two (VOPD: `v_dual_fmac_f32 … :: v_dual_mul_f32 …`). */
export interface Operation {
  /** `v_fmac_f32_e32` */
  readonly name: string;
  /** What is written comes first, as in AMD's own notation: `v43`, `s[4:5]`, `0x190`, `BB12`. */
  readonly args: readonly string[];
}

/** An instruction that is issued. */
export interface Instruction {
  /** One, or the two of a dual issue. */
  readonly operations: readonly Operation[];
}

/** A pipeline's code, as it is laid out. */
export interface Listing {
  readonly instructions: readonly Instruction[];
  /** The first instruction of each block that is branched to, by its name. */
  readonly labels: ReadonlyMap<string, number>;
}

/** All that is told of a pipeline. */
export interface CompiledPipeline {
  readonly listing: Listing;
  /** The same as text, as RADV prints it. */
  readonly text: string;
  /** The compiler's figures by name: `VGPRs`, `LDS size`, `Subgroups per SIMD`, … */
  readonly statistics: ReadonlyMap<string, number>;
  /** Invocations of a workgroup, and of a wave of them. */
  readonly workgroup: number;
  readonly wave: 32 | 64;
}

const LISTING = 'disasm:\n';
const STATISTICS = '\n*** SHADER STATS ***\n';
/** Stands first where RADV has no disassembler for the GPU (LLVM's), and lists the compiler's last form instead. */
const LAST_FORM = /^After lowering to hw instructions:\n/m;

/**
 * Reads what was printed while one pipeline was compiled.
 *
 * @throws FacewrightError where there is no listing, or no figures
 */
export function readCompiled(printed: string): CompiledPipeline {
  const start = printed.lastIndexOf(LISTING);
  const end = printed.indexOf(STATISTICS, Math.max(start, 0));
  if (start < 0 || end < 0) {
    throw new FacewrightError(
      'Mesa printed no listing of a pipeline: its RADV is older than 24, or built without RADV_DEBUG',
    );
  }
  const text = printed.slice(start + LISTING.length, end).replace(/\s*Compute Shader:?\s*$/, '\n');
  const sizes = /^workgroup_size: (\d+), (\d+), (\d+)/m.exec(printed);
  return {
    listing: readListing(text),
    text,
    statistics: new Map(
      [...printed.slice(end).matchAll(/^([A-Z][\w -]*): (\d+)$/gm)].map(([, name, value]) => [name, Number(value)]),
    ),
    workgroup: sizes === null ? 1 : Number(sizes[1]) * Number(sizes[2]) * Number(sizes[3]),
    wave: waveOf(text),
  };
}

/** Instructions and labels of a listing in either form. */
export function readListing(text: string): Listing {
  const readLine = LAST_FORM.test(text) ? readLastForm : readDisassembly;
  const instructions: Instruction[] = [];
  const labels = new Map<string, number>();
  for (const line of text.split('\n')) {
    const label = /^(BB\d+):?\s*$/.exec(line);
    if (label !== null) labels.set(label[1], instructions.length);
    const repeated = /^\t\(then repeated (\d+) times\)/.exec(line);
    if (repeated !== null) {
      const last = instructions[instructions.length - 1];
      for (let k = 0; k < Number(repeated[1]); k++) instructions.push(last);
    }
    const instruction = /^\t[^(/]/.test(line) ? readLine(line.trim()) : undefined;
    if (instruction !== undefined) instructions.push(instruction);
  }
  return { instructions, labels };
}

/** `v_fmac_f32_e32 v43, v73, v81    ; 565713a5` */
function readDisassembly(line: string): Instruction {
  const halves = line.replace(/\s*;.*$/, '').split(' :: ');
  return { operations: halves.map(readOperation) };
}

function readOperation(text: string): Operation {
  const [, name, rest] = /^(\S+)\s*(.*)$/.exec(text.trim()) ?? [undefined, text, ''];
  return { name, args: rest === '' ? [] : rest.split(/,\s*/) };
}

/** What is written beside the result: conditions, and the mask of lanes, which have no place among the arguments. */
const IMPLICIT = new Set(['src_scc', 'exec']);

/** ` s1: %4:s[3],  s1: %1447:scc = s_lshl_b32 (is16bit)%1:s[3], 6`: written = name read. */
function readLastForm(line: string): Instruction {
  const [, written, rest] = /^(?:(.*?) = )?([a-z].*)$/.exec(line) ?? [undefined, undefined, line];
  const results = (written ?? '')
    .split(/,\s*/)
    .map((result) => plainOperand(result.replace(/^\s*[sv]\d+b?:\s*/, '')))
    .filter((result) => result !== '' && !IMPLICIT.has(result));
  const operations = rest.split(' :: ').map((text) => {
    const { name, args } = readOperation(text);
    return { name, args: args.map(plainOperand) };
  });
  // Of a dual issue each half writes one.
  return {
    operations: operations.map(({ name, args }, half) => ({
      name,
      args: [...(operations.length === 1 ? results : results.slice(half, half + 1)), ...args],
    })),
  };
}

/** `(is16bit)%1:s[3]`, `%0:s[4-5]`, `imm:719` and `block:BB6` as the disassembler writes them: `s3`, `s[4:5]`, `719`, `BB6`. */
function plainOperand(text: string): string {
  return text
    .replace(/\((?:\w+)\)/g, '')
    .replace(/%\d+:/, '')
    .replace(/^(?:imm|block):/, '')
    .replace(/^scc$/, 'src_scc')
    .replace(/^([sv])\[(\d+)\]/, '$1$2')
    .replace(/^([sv])\[(\d+)-(\d+)\]/, '$1[$2:$3]')
    .trim();
}

/**
 * Invocations of a wave, by the registers that hold a bit for each: two of them (`exec`, `vcc`), or one (`exec_lo`). RADV
 * compiles compute shaders for waves of 64 unless told otherwise; so where no lane is ever masked, it is taken for that.
 */
function waveOf(text: string): 32 | 64 {
  const lastForm = LAST_FORM.test(text);
  const long = lastForm ? /\bs2: %\d+:(?:exec|vcc)\b/ : /\b(?:exec|vcc)\b/;
  const short = lastForm ? /\bs1: %\d+:(?:exec|vcc)\b/ : /\b(?:exec_lo|vcc_lo)\b/;
  return !long.test(text) && short.test(text) ? 32 : 64;
}
