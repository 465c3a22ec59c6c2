/**
 * NumPy's format for one array (NEP 1): `\x93NUMPY`, two bytes of version, the length of a header (16 bits in version 1, 32
 * in 2 and 3), the header, which is a Python dict such as `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`,
 * then the numbers without gaps.
 */

import { float32Values, type HostTensor, hostTensor } from '../graph/host-tensor.js';
import { storedArray } from './array.js';
import { ByteReader } from './bytes.js';
import { ELEMENT_TYPES, type ElementType, elementCount } from './elements.js';
import { FETCH_AGAIN, quoted } from './words.js';

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** NumPy itself reads no longer one unless it is told to. */
const LONGEST_HEADER_BYTES = 10_000;
/** Headers are padded so that the numbers begin at a multiple of it. */
const ALIGNMENT_BYTES = 64;
const FLOAT_TYPES: Readonly<Record<string, ElementType>> = {
  f2: ELEMENT_TYPES.F16,
  f4: ELEMENT_TYPES.F32,
  f8: ELEMENT_TYPES.F64,
};

/** What a header says. */
interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** Whether bytes begin like an array of NumPy's. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Reads an array of floating-point numbers of 16, 32 or 64 bits, in either byte order and either order of axes.
 *
 * @param bytes of the whole file
 * @param source what errors begin with
 * @returns its numbers as float32, rounded to nearest, row-major
 * @throws FacewrightError when the bytes are damaged, or the array holds something else; nothing of it is ever run
 */
export function parseNpy(bytes: Uint8Array, source: string): HostTensor<'f32'> {
  const reader: ByteReader = new ByteReader(bytes, source);
  if (!isNpy(bytes)) reader.fail(`not an array of NumPy's; ${FETCH_AGAIN}`);
  reader.take(MAGIC.length);
  const version = reader.u8();
  reader.u8(); // the minor version
  if (version < 1 || version > 3) {
    reader.fail(`an array in version ${version} of NumPy's format; facewright reads 1 to 3`);
  }
  const length = version === 1 ? reader.u16() : reader.u32();
  if (length > Math.min(reader.remaining, LONGEST_HEADER_BYTES)) {
    reader.fail(`the header of its array would have ${length} bytes, in a file of ${bytes.length}; ${FETCH_AGAIN}`);
  }
  const header = parseHeader(reader.utf8(length), reader);
  const type = elementType(header.descr, reader);
  const count = elementCount(header.shape);
  if (count === undefined) return reader.fail(`its array has no proper shape; ${FETCH_AGAIN}`);
  const data = reader.take(reader.remaining);
  if (data.length !== count * type.bytes) {
    reader.fail(
      `its array has ${data.length} bytes where its shape and type need ${count * type.bytes}; ${FETCH_AGAIN}`,
    );
  }
  const { descr, fortran, shape } = header;
  const layout = { element: type, shape, bigEndian: descr.startsWith('>'), fortran };
  return hostTensor(shape, float32Values(storedArray(layout, () => new Uint8Array(data)).read()));
}

/** A key and its value in the dict: text, a truth value, or a tuple of whole numbers (Python 2 wrote them as 512L). */
const PAIR = /\s*(['"])(\w+)\1\s*:\s*(?:(['"])([^'"\\]*)\3|(True|False)|\(([\d\sL,]*)\))\s*(,|(?=\}))/y;

function parseHeader(text: string, reader: ByteReader): Header {
  const strange = () => reader.fail(`the header of its array cannot be read: ${quoted(text.trim())}`);
  const dict = /^\{(.*)\}\s*$/s.exec(text);
  if (dict === null) return strange();
  if (/['"]descr['"]\s*:\s*\[/.test(text)) {
    return reader.fail('its array has fields (a structured type); facewright reads arrays of floating-point numbers');
  }
  const [descr, fortran, shape] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const body = text.trimEnd();
  PAIR.lastIndex = 1;
  let end = 1;
  for (let pair = PAIR.exec(body); pair !== null; pair = PAIR.exec(body)) {
    const [, , key, , string, truth, tuple] = pair;
    if (key === 'descr' && string !== undefined) descr.add(string);
    else if (key === 'fortran_order' && truth !== undefined) fortran.add(truth);
    else if (key === 'shape' && tuple !== undefined) shape.add(tuple);
    else return strange();
    end = PAIR.lastIndex;
  }
  const sides = shape.size === 1 ? tupleOf([...shape][0]) : undefined;
  const whole = body.slice(end).trim() === '}' && descr.size === 1 && fortran.size === 1;
  if (!whole || sides === undefined) return strange();
  return { descr: [...descr][0], fortran: fortran.has('True'), shape: sides };
}

/** The numbers of `2, 3` or `2,`; undefined for what is no tuple of Python's. */
function tupleOf(text: string): number[] | undefined {
  if (text.trim() === '') return [];
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length > 1 && parts.at(-1) === '') parts.pop();
  else if (parts.length === 1) return undefined;
  return parts.every((part) => /^\d+L?$/.test(part)) ? parts.map((part) => Number.parseInt(part, 10)) : undefined;
}

function elementType(descr: string, reader: ByteReader): ElementType {
  const [, order, name] = /^([<>=|]?)(.*)$/s.exec(descr)!;
  if (name.startsWith('O')) {
    return reader.fail('its array holds Python objects, which facewright never opens; save an array of numbers');
  }
  const known = order !== '|' && Object.hasOwn(FLOAT_TYPES, name) ? FLOAT_TYPES[name] : undefined;
  return (
    known ??
    reader.fail(`its array has the type ${quoted(descr)}; facewright reads ${Object.keys(FLOAT_TYPES).join(', ')}`)
  );
}

/** An array as NumPy's `save` writes it (version 1, `<f4`, row-major), in parts: header, then the tensor's own memory. */
export function encodeNpy({ shape, data }: HostTensor<'f32'>): [header: Uint8Array, numbers: Uint8Array] {
  const sides = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': ${sides}, }`;
  const before = MAGIC.length + 4;
  const whole = Math.ceil((before + dict.length + 1) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const header = Buffer.alloc(whole, ' ');
  header.set(MAGIC, 0);
  header.writeUInt8(1, MAGIC.length);
  header.writeUInt8(0, MAGIC.length + 1);
  header.writeUInt16LE(whole - before, MAGIC.length + 2);
  header.write(dict, before, 'latin1');
  header.writeUInt8(0x0a, whole - 1);
  return [header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}
