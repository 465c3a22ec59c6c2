// The user's own landmarks, instead of detection: a JSON file.
//
//   [[x, y], …]                          one face, of the one picture
//   [[[x, y], …], …]                     several faces of it
//   {"photo.jpg": either of these, …}    for many pictures, by their name or path
//
// A face is 5 points (eyes, nose, corners of the mouth) or dlib's 68, in pixels of the upright picture.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { FacewrightError } from '../errors.js';
import { type Landmarks, landmarksOf, type Point } from './landmarks.js';

export interface LandmarksFile {
  /** The faces of a picture, and of what they are made; undefined when the file does not name it. */
  facesOf(path: string): { readonly landmarks: readonly Landmarks[]; readonly source: unknown } | undefined;
}

/** Reads the file. @throws FacewrightError that says what is wrong where */
export async function readLandmarks(file: string, pictures: readonly string[]): Promise<LandmarksFile> {
  const content = parse(file, await read(file));
  if (Array.isArray(content)) {
    if (pictures.length !== 1) {
      throw new FacewrightError(
        `--landmarks ${file}: is a list for one picture, and there are ${pictures.length}; ` +
          'write an object with the points by each picture\'s name: {"photo.jpg": […]}',
      );
    }
    const landmarks = readFaces(content, `--landmarks ${file}`);
    return { facesOf: () => ({ landmarks, source: content }) };
  }
  if (content === null || typeof content !== 'object') {
    throw new FacewrightError(
      `--landmarks ${file}: must hold a list of points, or lists of points by the pictures' names`,
    );
  }
  const entries = Object.entries(content).map(([name, value]) => {
    if (!Array.isArray(value)) throw new FacewrightError(`--landmarks ${file}: ${name}: must be a list of points`);
    return [name, { landmarks: readFaces(value, `--landmarks ${file}: ${name}`), source: value as unknown }] as const;
  });
  const byName = new Map(entries);
  const missing = pictures.find((path) => !byName.has(path) && !byName.has(basename(path)));
  if (missing !== undefined) {
    throw new FacewrightError(`--landmarks ${file}: has no points for ${missing}; add them, or leave the picture out`);
  }
  return { facesOf: (path) => byName.get(path) ?? byName.get(basename(path)) };
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new FacewrightError(`--landmarks ${file}: cannot be read (${error.code}); check the path`);
  });
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FacewrightError(`--landmarks ${file}: is not JSON (${(error as Error).message})`);
  }
}

/** One face or several. */
function readFaces(value: readonly unknown[], where: string): Landmarks[] {
  const single = Array.isArray(value[0]) && typeof value[0][0] === 'number';
  const faces = single ? [value] : value;
  return faces.map((face, i) => {
    if (!Array.isArray(face)) throw new FacewrightError(`${where}: face ${i} must be a list of points`);
    try {
      return landmarksOf(face as Point[]);
    } catch (error) {
      if (!(error instanceof FacewrightError)) throw error;
      throw new FacewrightError(`${where}: ${single ? '' : `face ${i}: `}${error.message}`);
    }
  });
}
