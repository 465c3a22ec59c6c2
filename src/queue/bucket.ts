// A bucket of S3, or of anything that speaks as S3 does: objects by name.

import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { makeFolder, temporaryIn } from '../node/whole-file.js';
import { loadPeers } from './peer.js';
import { type BucketAddress, StoreError } from './store.js';

/** Tries of a request: the last of them some twenty seconds after the first. */
const TRIES = 8;
/** Objects that are named in one answer. */
const PAGE = 1000;

type Commands = typeof import('@aws-sdk/client-s3');

/** What errors of S3 have. */
interface S3Error extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly code?: string;
}

/**
 * Not `Bucket`: TypeScript 7.0.2 renames a class within itself where that has private names, and takes the SDK's properties of that
 * name along (`{ Bucket: bucket }` is emitted as `{ _a: bucket }`).
 */
export class S3Bucket {
  readonly #client: S3Client;
  readonly #commands: Commands;
  readonly #address: BucketAddress;

  private constructor(commands: Commands, client: S3Client, address: BucketAddress) {
    this.#commands = commands;
    this.#client = client;
    this.#address = address;
  }

  /**
   * Opens a bucket with the credentials, the region and the endpoint that the environment and ~/.aws name.
   *
   * @throws FacewrightError where the package is missing; StoreError when there is no such bucket, or we are not let in
   */
  static async open(address: BucketAddress): Promise<S3Bucket> {
    const commands = await loadPeers(
      `s3://${address.bucket}`,
      ['@aws-sdk/client-s3'],
      () => import('@aws-sdk/client-s3'),
    );
    // It says on stderr which versions of Node its later versions will want, which is not our users' matter.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const bucket = new S3Bucket(commands, new commands.S3Client(settingsOf(process.env)), address);
    for await (const _ of bucket.list('', 1)) break;
    return bucket;
  }

  /** As it may be printed. */
  get shown(): string {
    return `s3://${this.#address.bucket}/${this.#address.prefix}`.replace(/\/$/, '');
  }

  /** An object; undefined where there is none. */
  async get(name: string): Promise<Buffer | undefined> {
    return this.#told(name, async () => {
      const { Body } = await this.#client.send(new this.#commands.GetObjectCommand(this.#at(name)));
      return Buffer.from(await Body!.transformToByteArray());
    });
  }

  /** Fetches an object to a path, whole or not at all. @returns false where there is none */
  async getTo(name: string, path: string): Promise<boolean> {
    const temporary = temporaryIn(dirname(path));
    try {
      const there = await this.#told(name, async () => {
        const { Body } = await this.#client.send(new this.#commands.GetObjectCommand(this.#at(name)));
        await makeFolder(dirname(path));
        await pipeline(Body as Readable, createWriteStream(temporary));
        await rename(temporary, path);
        return true;
      });
      return there ?? false;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async has(name: string): Promise<boolean> {
    const there = await this.#told(name, async () => {
      await this.#client.send(new this.#commands.HeadObjectCommand(this.#at(name)));
      return true;
    });
    return there ?? false;
  }

  /** Puts an object in the place of one that may be there. */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#told(name, () =>
      this.#client.send(new this.#commands.PutObjectCommand({ ...this.#at(name), Body: bytes })),
    );
  }

  /** Puts an object where there is none. @param content bytes, or the path of a file @returns false where there was one */
  async putOnce(name: string, content: Uint8Array | string): Promise<boolean> {
    return (await this.#told(name, () => this.#putOnce(name, content))) ?? false;
  }

  async #putOnce(name: string, content: Uint8Array | string): Promise<boolean> {
    const body =
      typeof content === 'string'
        ? { Body: createReadStream(content), ContentLength: (await stat(content)).size }
        : { Body: content };
    for (let tries = 1; ; tries++) {
      try {
        await this.#client.send(new this.#commands.PutObjectCommand({ ...this.#at(name), ...body, IfNoneMatch: '*' }));
        return true;
      } catch (error) {
        const status = (error as S3Error).$metadata?.httpStatusCode;
        if (status === 412) return false;
        // Somebody else puts it at this moment, and may fail.
        if (status !== 409 || tries === TRIES || typeof content === 'string') throw error;
      }
    }
  }

  /** The names of all objects that begin so, some at a time. */
  async *list(beginning: string, most = PAGE): AsyncGenerator<string[], void, undefined> {
    const { bucket, prefix } = this.#address;
    let next: string | undefined;
    do {
      const input = {
        Bucket: bucket,
        Prefix: prefix + beginning,
        MaxKeys: most,
        ...(next === undefined ? {} : { ContinuationToken: next }),
      };
      const page = await this.#told(beginning, () => this.#client.send(new this.#commands.ListObjectsV2Command(input)));
      if (page === undefined) return;
      yield (page.Contents ?? []).map(({ Key }) => Key!.slice(prefix.length));
      next = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (next !== undefined);
  }

  close(): void {
    this.#client.destroy();
  }

  #at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#address.bucket, Key: this.#address.prefix + name };
  }

  /** @returns undefined where there is no such object @throws StoreError that says why it cannot be used */
  async #told<T>(name: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      const { $metadata, name: kind } = error as S3Error;
      if ($metadata?.httpStatusCode === 404 && kind !== 'NoSuchBucket') return undefined;
      throw new StoreError(this.#sentence(name, error as S3Error), { cause: error });
    }
  }

  #sentence(name: string, { $metadata, name: kind, message, code }: S3Error): string {
    const { shown } = this;
    const status = $metadata?.httpStatusCode;
    if (kind === 'NoSuchBucket') return `${shown}: there is no such bucket; make it, or choose another --out`;
    if (status === 401 || status === 403 || kind === 'CredentialsProviderError') {
      return `${shown}: lets nobody in with these credentials (${kind}); set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE`;
    }
    const why = status === undefined ? (code ?? message.split('\n', 1)[0]) : `${status} ${kind}`;
    return `${shown}: does not take or give ${name || 'anything'} (${why}, ${TRIES} times); what was done is kept, and the same command goes on from there`;
  }
}

/** What the environment says of a server that is not Amazon's: such are asked by path, and any region will do. */
function settingsOf(environment: NodeJS.ProcessEnv): S3ClientConfig {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION } = environment;
  const common: S3ClientConfig = {
    maxAttempts: TRIES,
    // Servers other than Amazon's refuse checksums that they do not know.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
  const region = AWS_REGION ?? AWS_DEFAULT_REGION;
  if ((AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL) === undefined)
    return region === undefined ? common : { ...common, region };
  return { ...common, region: region ?? 'us-east-1', forcePathStyle: true };
}
