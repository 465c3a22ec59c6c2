import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Engine } from '../engine/engine.js';
import type { StoragePrecision } from '../engine/webgpu/assemble.js';
import { createWebGpuEngine } from '../engine/webgpu/engine.js';
import type { HostWatch } from '../engine/webgpu/host-spans.js';
import { FEATURES, requestDevice } from '../engine/webgpu/request-device.js';
import {
  MATRIX_FEATURE,
  type MatrixAdapter,
  type SubgroupMatrices,
  subgroupMatrices,
} from '../engine/webgpu/subgroup-matrices.js';
import type { TunedMachine } from '../engine/webgpu/tuned.js';
import type { MeasuredChoices } from '../engine/webgpu/variants.js';
import { FacewrightError } from '../errors.js';
import { gpuMemory } from './gpu-memory.js';
import { installedVersion, readShaders } from './paths.js';
import { describeTuned, kernelHashes, type TunedDescription, tunedChoices } from './tuned.js';

/** An adapter that Dawn has found, and whether facewright can use it. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly driver: string;
  /** vulkan, metal, d3d12, … */
  readonly backend: string;
  /** A program on the processor, no GPU. */
  readonly software: boolean;
  readonly usable: boolean;
  /** Why it is not usable. */
  readonly why?: string;
  /** The features that matter to facewright and are there. */
  readonly features: readonly string[];
  /** The limits that matter to facewright. */
  readonly limits: Readonly<Record<string, number>>;
  /** What `facewright tune` has found on it; absent where it never ran. */
  readonly tuned?: TunedDescription;
}

/** What `facewright doctor` reports. */
export interface AdapterReport {
  readonly adapters: readonly AdapterDescription[];
  /** The index of the one that is used unless another is asked for. */
  readonly chosen?: number;
  /** What to do when there is none. */
  readonly problem?: string;
}

/** Which adapter, and how. */
export interface WebGpuRequest {
  /** Part of an adapter's name, as `facewright doctor` prints it; by default a GPU before a software adapter. */
  readonly adapter?: string;
  /** Only a real GPU, and no program that plays one. */
  readonly hardware?: boolean;
  /** `f16` keeps maps and the weights of convolutions in half; by default `f32`. */
  readonly precision?: StoragePrecision;
  /** Which kernels were measured to be fastest; by default what `facewright tune` has found on this adapter, if anything. */
  readonly measured?: MeasuredChoices;
  /** false: what `facewright tune` has found is left alone, and those kernels run that suit the adapter. */
  readonly tuned?: boolean;
  /** Told of an entry of `facewright tune` that does not run here, and of subgroup matrices that do not work. */
  readonly onMessage?: (text: string) => void;
  /** The most bytes of one binding; by default the adapter's limit. */
  readonly bindingLimit?: number;
  /** Told what the processor does in runs, profiles and reads. */
  readonly watch?: HostWatch;
  /** For tests: subgroup matrices in plain loops, with subgroups of 32. */
  readonly emulatedMatrices?: boolean;
  /** Timestamps as the device has them, not rounded to 65.5 µs: for the workbench, which times single kernels. */
  readonly exactClock?: boolean;
  /**
   * What a kernel reads or writes beyond a buffer is moved to the buffer's end, on every driver: some would drop it, and then
   * nobody sees it.
   */
  readonly clamped?: boolean;
}

/** A device of an adapter, and what is known of it. */
export interface OpenedGpu {
  readonly device: GPUDevice;
  readonly info: GpuInfo;
  /** Where f16 was asked for, and the adapter has them. */
  readonly matrices?: SubgroupMatrices;
}

/** What an opened adapter is called. */
export interface GpuInfo {
  readonly adapter: string;
  /** The driver and its version, where known. */
  readonly driver: string;
  /** vulkan, metal, d3d12, … */
  readonly backend: string;
  /** A program on the processor, no GPU. */
  readonly software: boolean;
  /** Bytes of memory that the GPU has, where the system tells. */
  readonly memory?: number;
}

/** Features that `doctor` names. */
const SHOWN_FEATURES = ['subgroups', 'timestamp-query', 'shader-f16', MATRIX_FEATURE];
const SHOWN_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const;
/** Backends in the order of preference; Dawn's null backend computes nothing and is never used. */
const BACKENDS = ['metal', 'd3d12', 'vulkan', 'd3d11', 'opengl', 'opengles'];
/** What Dawn does unless it is told not to: rounding timestamps, and leaving accesses beyond a buffer to a driver that drops them. */
const ROUNDED_CLOCK = 'timestamp_quantization';
const DROPPED_ACCESSES = 'vulkan_use_buffer_robust_access_2';
/** What Dawn does only if it is told to: `shader-f16` on NVIDIA's Vulkan driver, which it hides for failures of its own tests. */
const NVIDIA_F16 = 'vulkan_enable_f16_on_nvidia';
const SHOW_F16 = `enable-dawn-features=${NVIDIA_F16}`;
/** And features that are not WebGPU's yet, such as subgroup matrices. */
const EXPERIMENTS = 'allow_unsafe_apis';
/** Dawn's flag for an adapter that cannot exist: its error lists those that do. */
const NO_SUCH_ADAPTER = 'adapter=facewright lists adapters';

/**
 * Instances of Dawn by their flags, kept until the process ends: one that is collected while its adapters or devices are
 * in use takes the process with it (webgpu 0.6.2: "std::system_error: Invalid argument", or a hang).
 */
const instances = new Map<string, GPU>();

/** npm `webgpu`, loaded when first needed: loading it starts Dawn. */
async function loadDawn(): Promise<(flags: string[]) => GPU> {
  // Mesa prints a warning where this is not set.
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  try {
    const { create } = await import('webgpu');
    return (flags) => {
      const key = flags.join('\n');
      const instance = instances.get(key) ?? create(flags);
      instances.set(key, instance);
      return instance;
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new FacewrightError(
      `WebGPU could not be loaded on ${process.platform}-${process.arch} (${reason}); run npm install again, or install its system libraries`,
    );
  }
}

/** Names and backends of all adapters, best first, from the words of Dawn's error. */
async function listAdapters(create: (flags: string[]) => GPU): Promise<{ backend: string; name: string }[]> {
  let text = '';
  try {
    await create([NO_SUCH_ADAPTER]).requestAdapter();
  } catch (error) {
    text = error instanceof Error ? error.message : String(error);
  }
  const found = [...text.matchAll(/backend: '([^']*)', name: '(.*)'/g)].map(([, backend, name]) => ({ backend, name }));
  const rank = ({ backend, name }: { backend: string; name: string }) =>
    (isSoftware(name) ? 100 : 0) + BACKENDS.indexOf(backend);
  return found.filter(({ backend }) => BACKENDS.includes(backend)).sort((a, b) => rank(a) - rank(b));
}

/** Devices that Linux shows where there is a GPU: render nodes, NVIDIA's (Jetson's too), AMD's, WSL's, Mali's, Adreno's. */
const GPU_DEVICES = /^(nvidia|nvgpu|nvhost-gpu|dxg|kfd|mali|kgsl)/;

/** Whether a GPU may be there. Loading Dawn only to hear that there is none takes time, and Dawn warns of lavapipe. */
export function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  return namesIn('/dev/dri').length > 0 || namesIn('/dev').some((name) => GPU_DEVICES.test(name));
}

function isSoftware(name: string): boolean {
  return /llvmpipe|lavapipe|swiftshader|software|basic render|warp/i.test(name);
}

/**
 * Opens the WebGPU engine on the best adapter, or on the one that is asked for.
 *
 * @throws FacewrightError when there is none, saying what to install or which there are
 */
export async function openWebGpu(request: WebGpuRequest = {}): Promise<Engine> {
  const shaders = await readShaders();
  const { bindingLimit, watch, onMessage, precision } = request;
  return firstThatOpens(request, async ({ device, info, matrices: offered }, openAgain) => {
    const { backend: _, ...named } = info;
    const { measured } = request;
    const choices =
      measured !== undefined || request.tuned === false
        ? { measured }
        : await tunedChoices(tunedMachine(info), kernelHashes(shaders), onMessage);
    const matrices = request.emulatedMatrices ? { lanes: 32, emulated: true } : offered;
    return createWebGpuEngine(device, {
      shaders,
      ...choices,
      precision,
      matrices,
      bindingLimit,
      watch,
      onMessage,
      openAgain,
      info: named,
    });
  });
}

/** What entries of `facewright tune` on an adapter hold for. */
export function tunedMachine({ adapter, driver, backend }: Omit<GpuInfo, 'software'>): TunedMachine {
  return { adapter, driver, backend, dawn: installedVersion('webgpu') ?? 'unknown' };
}

/**
 * Opens a device of the best adapter, or of the one that is asked for, without an engine on it. Who opens it destroys it.
 *
 * @throws FacewrightError when there is none, saying what to install or which there are
 */
export function openGpu(
  request: Pick<WebGpuRequest, 'adapter' | 'hardware' | 'precision' | 'exactClock' | 'clamped'> = {},
): Promise<OpenedGpu> {
  return firstThatOpens(request, async (opened) => opened);
}

/**
 * What `use` makes of a device of the first adapter with which that works; it is given a way to open another of the same adapter too.
 */
async function firstThatOpens<T>(
  request: WebGpuRequest,
  use: (opened: OpenedGpu, openAgain: () => Promise<GPUDevice>) => Promise<T>,
): Promise<T> {
  const create = await loadDawn();
  const all = await listAdapters(create);
  const wanted = request.adapter?.toLowerCase();
  const named = all.filter(({ name }) => wanted === undefined || name.toLowerCase().includes(wanted));
  const real = named.filter(({ name }) => !isSoftware(name));
  // Who asks for half on a GPU that has none hears so, and is not given a program that has it, at a hundredth of the speed.
  const candidates = request.hardware || (request.precision === 'f16' && real.length > 0) ? real : named;
  if (candidates.length === 0) {
    const names = all.map(({ name }) => name).join('; ');
    throw new FacewrightError(
      wanted !== undefined && all.length > 0
        ? `--adapter ${request.adapter}: no adapter has that in its name; there are: ${names}`
        : noAdapter(),
    );
  }
  let failure: unknown;
  for (const candidate of candidates) {
    try {
      const open = () => openAdapter(create, candidate, request);
      return await use(await open(), async () => (await open()).device);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** A device on one adapter, or why not. */
async function openAdapter(
  create: (flags: string[]) => GPU,
  listed: { backend: string; name: string },
  { precision, exactClock = false, clamped = false }: Pick<WebGpuRequest, 'precision' | 'exactClock' | 'clamped'>,
): Promise<OpenedGpu> {
  const off = [...(exactClock ? [ROUNDED_CLOCK] : []), ...(clamped ? [DROPPED_ACCESSES] : [])];
  const adapter = await requestAdapter(create, listed, [
    ...(precision === 'f16' ? [`enable-dawn-features=${NVIDIA_F16},${EXPERIMENTS}`] : []),
    ...(off.length > 0 ? [`disable-dawn-features=${off}`] : []),
  ]);
  if (!adapter) {
    throw new FacewrightError(`${listed.name}: its driver is too old or broken; ${whatToInstall()}`);
  }
  const software = isSoftware(listed.name);
  const matrices = precision === 'f16' ? subgroupMatrices(adapter as unknown as MatrixAdapter) : undefined;
  const [device, memory] = await Promise.all([
    requestDevice(adapter, matrices ? [...FEATURES, MATRIX_FEATURE] : FEATURES),
    software ? undefined : gpuMemory(listed.name),
  ]);
  return {
    device,
    ...(matrices && { matrices }),
    info: {
      adapter: listed.name,
      driver: driverOf(adapter, listed.name),
      backend: listed.backend,
      software,
      ...(memory !== undefined && { memory }),
    },
  };
}

/** All adapters, with what matters about them. Tries a device on each. */
export async function describeAdapters(): Promise<AdapterReport> {
  let create: (flags: string[]) => GPU;
  try {
    create = await loadDawn();
  } catch (error) {
    return { adapters: [], problem: error instanceof Error ? error.message : String(error) };
  }
  const adapters: AdapterDescription[] = [];
  for (const listed of await listAdapters(create)) adapters.push(await describe(create, listed));
  const chosen = adapters.findIndex(({ usable }) => usable);
  if (chosen < 0) return { adapters, problem: noAdapter() };
  return { adapters, chosen };
}

async function describe(
  create: (flags: string[]) => GPU,
  listed: { backend: string; name: string },
): Promise<AdapterDescription> {
  const adapter = await requestAdapter(create, listed, [SHOW_F16]);
  const driver = adapter ? driverOf(adapter, listed.name) : '';
  const shaders = await readShaders();
  const tuned = await describeTuned(
    tunedMachine({ adapter: listed.name, driver, backend: listed.backend }),
    kernelHashes(shaders),
  );
  const base = {
    vendor: adapter?.info.vendor ?? '',
    architecture: adapter?.info.architecture ?? '',
    device: adapter?.info.device ?? '',
    description: listed.name,
    driver,
    backend: listed.backend,
    software: isSoftware(listed.name),
    features: adapter ? SHOWN_FEATURES.filter((feature) => adapter.features.has(feature as GPUFeatureName)) : [],
    limits: adapter ? Object.fromEntries(SHOWN_LIMITS.map((limit) => [limit, adapter.limits[limit]])) : {},
    ...(tuned && { tuned }),
  };
  if (!adapter) return { ...base, usable: false, why: `its driver is too old or broken; ${whatToInstall()}` };
  try {
    const engine = await createWebGpuEngine(await requestDevice(adapter), { shaders });
    engine.close();
    return { ...base, usable: true };
  } catch (error) {
    return { ...base, usable: false, why: error instanceof Error ? error.message : String(error) };
  }
}

async function requestAdapter(
  create: (flags: string[]) => GPU,
  { backend, name }: { backend: string; name: string },
  flags: readonly string[] = [],
): Promise<GPUAdapter | null> {
  try {
    return await create([`backend=${backend}`, `adapter=${name}`, ...flags]).requestAdapter({
      powerPreference: 'high-performance',
    });
  } catch {
    return null;
  }
}

/** Dawn's description is "name: driver version" or only the driver. */
function driverOf(adapter: GPUAdapter, name: string): string {
  const { description } = adapter.info;
  const text = description.replace(/^[^:]*: /, '');
  return text === name ? '' : text;
}

function noAdapter(): string {
  return `no GPU adapter was found; ${whatToInstall()}`;
}

function whatToInstall(): string {
  if (process.platform !== 'linux') return 'update the graphics driver';
  return 'install the Vulkan driver of the GPU, or for a computer without one Mesa 24 or later (package mesa-vulkan-drivers; on Debian 12: apt install -t bookworm-backports mesa-vulkan-drivers)';
}
