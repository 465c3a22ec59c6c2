// A graph made ready to run: buffers, and the steps that read and write them.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "memory.h"
#include "pack.h"
#include "pool.h"

namespace facewright {

/** Where the values of a buffer live. Sizes are per picture. */
struct Buffer {
  enum class Kind {
    /** Inputs, states and outputs: for each picture, from run to run. */
    kept,
    /** In a slot of the memory that one picture's steps share; any number of buffers to a slot. */
    temporary,
    constant,
  };
  Kind kind;
  int64_t size;
  /** temporary: the slot. */
  int64_t slot = 0;
  std::shared_ptr<const Constant> constant;
};

/** Named fields of a step: buffers by their index, whole numbers, others, and names out of tables.h. */
struct Fields {
  std::map<std::string, int64_t> buffers;
  std::map<std::string, int64_t> sizes;
  std::map<std::string, double> values;
  std::map<std::string, std::string> names;
};

/** One step as JavaScript describes it. */
struct StepSpec {
  std::string kernel;
  Fields fields;
  /** How the kernel reads a blocked map, and what becomes of the one that it makes; each has a `form` among its names. */
  std::optional<Fields> read, write;
};

/** Numbers that change from run to run (graph/ops.ts, RunScalars). */
struct Scalars {
  float rate, rootCorrection, step;
};

class Program;

/** One picture on its way through the steps. */
struct Frame {
  const Program& program;
  Run run;
  float* arena;
  int64_t picture;
  Scalars scalars;
  float* at(int64_t buffer) const;
};

/** A step that runs for several pictures at once. */
struct Many {
  std::function<void(const Frame*, int64_t)> run;
  /** Floats of scratch that each thread needs. */
  int64_t scratch = 0;
};

/** A step ready to run, with the memory that its kernel wants beside its buffers. */
struct Step {
  std::function<void(const Frame&)> run;
  Memory memory{0, 0, 0};
  /** Makes ready to run for several pictures at once, to the bit the same, where that is faster. */
  std::function<Many()> many{};
};

/** Most pictures that a step is run for at once. */
constexpr int64_t kMostAtOnce = 48;

/**
 * Makes a step, and checks that every buffer holds what the kernel will read or write.
 * @throws std::invalid_argument
 */
Step makeStep(const Kernels& kernels, const StepSpec& spec, const std::vector<Buffer>& buffers);

class Program {
 public:
  /**
   * @param yielding takes fewer threads of the pool than it has where the machine is busy
   * @throws std::invalid_argument when something does not fit, std::bad_alloc
   */
  Program(const Kernels& kernels, std::shared_ptr<Pool> pool, bool yielding, int64_t batch, std::vector<Buffer> buffers,
          std::vector<int64_t> slots, const std::vector<StepSpec>& steps);

  /** Bytes that it holds, constants not included. */
  int64_t bytes() const { return bytes_; }
  int64_t batch() const { return batch_; }
  const std::vector<Buffer>& buffers() const { return buffers_; }
  size_t steps() const { return steps_.size(); }

  /** The values of a kept buffer, [batch, size]. */
  float* kept(int64_t buffer) const { return kept_[buffer].data(); }

  /**
   * Runs all steps for all pictures, when it is its turn in the pool. Not to be called from two threads at once.
   * @param seconds where given, has the seconds of each step added to it
   * @returns false when `cancel` stopped it: kept buffers then hold anything
   */
  bool run(const Scalars& scalars, double* seconds);

  /** Stops the run that is under way, at the end of the kernel that runs; from any thread. */
  void cancel() { cancelled_ = true; }
  /** Lets runs go on after `cancel`. */
  void resume() { cancelled_ = false; }

 private:
  friend struct Frame;
  /** What one picture's steps need at a time. */
  struct Workspace {
    Floats arena, shared, partial;
  };
  struct Whole;
  static void wholeTask(void* argument, int64_t group, float* scratch);
  void runGroup(int64_t first, int64_t count, const Workspace& space, const Run& run, const Scalars& scalars);
  void chooseTogether(int64_t arena, int64_t each);
  bool runPicture(int64_t picture, const Workspace& space, const Run& run, const Scalars& scalars);
  bool runTogether(int64_t picture, const Scalars& scalars, double* seconds);

  std::shared_ptr<Pool> pool_;
  bool yielding_;
  int64_t batch_, bytes_ = 0;
  /** Pictures, from the first, that run beside each other, a thread for each or each few; the rest have all threads. */
  int64_t together_ = 0;
  /** How many of them a thread takes step by step, each in an arena of its own, and how far these lie apart. */
  int64_t group_ = 1, arena_ = 0;
  std::vector<Buffer> buffers_;
  std::vector<Step> steps_;
  /** Of each step, where it is all threads' together. */
  std::vector<Effort> work_;
  /** For each step, if pictures are taken together; `run` is empty where that is no faster. */
  std::vector<Many> many_;
  std::vector<Floats> kept_;
  std::vector<int64_t> offsets_;
  std::vector<Workspace> spaces_;
  std::vector<Floats> scratch_;
  std::vector<float*> scratchPointers_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace facewright
