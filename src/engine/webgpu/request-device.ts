/** Features that are used where they exist. */
export const FEATURES: readonly string[] = ['subgroups', 'shader-f16', 'timestamp-query'];

/**
 * A device with all that the adapter allows: WebGPU's defaults (256 invocations, 128 MiB per binding) are too small.
 *
 * @param features those that are asked for where the adapter has them
 */
export async function requestDevice(adapter: GPUAdapter, features = FEATURES): Promise<GPUDevice> {
  const requiredLimits: Record<string, number> = {};
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') requiredLimits[name] = value;
  }
  return adapter.requestDevice({
    requiredFeatures: features.filter((feature) => adapter.features.has(feature)) as GPUFeatureName[],
    requiredLimits,
  });
}
