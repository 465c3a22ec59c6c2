/**
 * facewright/bench: the workbench, as `facewright bench` uses it. It measures and compiles; what it finds is data, and the functions
 * that end in `Text`, `Table` or `Lines` make of it what the command prints.
 *
 * @packageDocumentation
 */

export {
  type Comparison,
  compareReports,
  type Failures,
  failuresOf,
  type KernelRatio,
  type NamedReport,
  type Ratio,
  type Verdict,
} from './compare/compare.js';
export { type CompareTextOptions, compareText } from './compare/compare-text.js';
export { parseKernelsReport, readKernelsReport } from './compare/read-report.js';
export type { IsaFigures } from './isa/figures.js';
export { type Gate, type GateKernel, type GateOutcome, gateText, holdAgainst, makeGate, readGate } from './isa/gate.js';
export {
  type IsaKernel,
  type IsaReport,
  type IsaRequest,
  type IsaResult,
  isaReport,
} from './isa/isa-report.js';
export { gateOutcomeText, isaTable, listingsText } from './isa/isa-text.js';
export { type BenchDevice, openBenchDevice } from './kernels/bench-device.js';
export { boundOf } from './kernels/bound.js';
export { type KernelCase, type StepKernels, stepKernels } from './kernels/cases.js';
export { measureCeilings } from './kernels/ceilings.js';
export type {
  Bound,
  Ceilings,
  KernelFigures,
  KernelsReport,
  ReportHead,
  SkippedKernel,
  Timing,
} from './kernels/kernels-report.js';
export { kernelsText, samplesCsv } from './kernels/kernels-text.js';
export {
  type KernelsEvent,
  type KernelsRequest,
  measureKernels,
  type Oracle,
  openOracle,
} from './kernels/measure-kernels.js';
export { type Prepared, type PrepareOptions, prepare } from './kernels/prepare.js';
export { kernelFilter } from './kernels/select.js';
export { type RatioInterval, ratioInterval } from './kernels/statistics.js';
export { type TimeOptions, timeInTurn, timeLaunches } from './kernels/time.js';
export { type Measurement, measure as measureStep } from './measure.js';
export { roofline } from './roofline/roofline.js';
export { measureSearches, type SearchesOptions, type SearchesResult } from './search.js';
export { type BenchModel, type BenchShape, benchModel, benchShapes, searchStep } from './search-step.js';
export { summarise, summaryText, type TraceSummary } from './trace/summary.js';
export { type TraceFile, traceFile } from './trace/trace-events.js';
export { type HostStep, type StepTrace, traceStep } from './trace/trace-step.js';
export { type Contract, contractNames, contractOf } from './try/contract.js';
export { contractText } from './try/contract-text.js';
export { TryBench, type TryEvent, type TryOptions, type TryReport, type TryRequest } from './try/try-kernel.js';
export { type Explanation, explain, type Question, readQuestion, type Why } from './tune/explain.js';
export type { Fault } from './tune/find-rival.js';
export type { CaseMeter, TuneBench } from './tune/meter.js';
export { exportTuned, importTuned } from './tune/transfer.js';
export { type TuneEvent, type TuneOptions, type TuneSummary, tune } from './tune/tune.js';
export { tuneBench } from './tune/tune-bench.js';
export { type TuneCase, tuneCases } from './tune/tune-cases.js';
