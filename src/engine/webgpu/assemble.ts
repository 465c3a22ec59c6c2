/** The texts of shaders/, by path below it without `.wgsl`: `blur`, `lib/sum`. */
export type ShaderTexts = Readonly<Record<string, string>>;

/** A storage type that has a prelude in shaders/lib. */
export type StoragePrecision = 'f32' | 'f16';

/**
 * What the bindings of a kernel that are declared as `Stored`, `Stored4` hold: `stored`, which is also what `Stored` means in the
 * kernel's text and thus what it writes; but those named in `others`, which it only reads, the other of the two.
 */
export interface KernelStorage {
  readonly stored: StoragePrecision;
  readonly others: readonly string[];
}

/** Nothing is in half. */
export const ALL_F32: KernelStorage = { stored: 'f32', others: [] };

/** A kernel with all that it uses, as the compiler gets it. */
export interface KernelText {
  readonly code: string;
  /** The file, as a path below shaders/, and the line in it, of a line of `code` (both counted from 1). */
  readonly locate: (line: number) => { readonly file: string; readonly line: number };
}

/** The first line of a kernel that uses libraries of shaders/lib: `//! use sum, map-read`. */
const USE = /^\/\/! use (.*)$/;
/** Directives have to stand before everything else in a module. */
const DIRECTIVE = /^\s*(enable|requires|diagnostic)\b/;

/**
 * The text of a kernel: the prelude of its storage type, the libraries that its first line names, and its file, each whole and
 * in that order, with the directives of all of them moved to the top.
 *
 * @throws Error when the kernel, or a library that it names, is not there
 */
export function assembleKernel(shaders: ShaderTexts, kernel: string, storage: KernelStorage = ALL_F32): KernelText {
  const own = textOf(shaders, kernel);
  const readsHalf = storage.stored === 'f32' && storage.others.length > 0;
  const libraries = [`prelude-${storage.stored}`, ...(readsHalf ? ['prelude-reads-f16'] : []), ...librariesOf(own)];
  const names = libraries.map((name) => `lib/${name}`);
  const parts = [...names, kernel].map((name) => ({
    file: `${name}.wgsl`,
    lines: (name === kernel ? withOthers(own, storage) : textOf(shaders, name)).split('\n'),
  }));
  const places = parts.flatMap(({ file, lines }) => lines.map((text, index) => ({ file, line: index + 1, text })));
  const sorted = [
    ...places.filter(({ text }) => DIRECTIVE.test(text)),
    ...places.filter(({ text }) => !DIRECTIVE.test(text)),
  ];
  return {
    code: sorted.map(({ text }) => text).join('\n'),
    locate: (line) => {
      const { file, line: own } = sorted[Math.min(Math.max(line, 1), sorted.length) - 1];
      return { file, line: own };
    },
  };
}

/** A kernel's text with the types of its bindings written out where they are not what `Stored` stands for. No line moves. */
function withOthers(text: string, { stored, others }: KernelStorage): string {
  const other = stored === 'f32' ? 'f16' : 'f32';
  return others.reduce(
    (code, name) =>
      code.replace(new RegExp(`(var<storage, read> ${name}: array<)Stored(\\d?)>`), (_, start, width) =>
        width === '' ? `${start}${other}>` : `${start}vec${width}<${other}>>`,
      ),
    text,
  );
}

/** The libraries that a kernel's first line names. */
export function librariesOf(text: string): string[] {
  const names = USE.exec(text.split('\n', 1)[0])?.[1].split(',') ?? [];
  return names.map((name) => name.trim());
}

function textOf(shaders: ShaderTexts, name: string): string {
  const text = shaders[name];
  if (text === undefined) throw new Error(`there is no shaders/${name}.wgsl`);
  return text;
}
