#include "program.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace facewright {

namespace {

/** Pictures run beside each other only while their workspaces stay below this: 256 MiB. */
constexpr int64_t kMostTogetherFloats = int64_t(1) << 26;
/** Pictures that a thread takes together have so much for their arenas, well below its second cache: 256 KiB. */
constexpr int64_t kMostGroupFloats = int64_t(1) << 16;
/** More than any network here needs: a terabyte. */
constexpr int64_t kMostFloats = int64_t(1) << 38;

/** Buffers begin at a cache line. */
int64_t aligned(int64_t floats) { return (floats + 15) / 16 * 16; }

void alone(void* scratch, int64_t tasks, Task task, void* argument) {
  for (int64_t index = 0; index < tasks; index++) task(argument, index, static_cast<float*>(scratch));
}

/** Threads of a pool, with the scratch of each. */
struct Crew {
  Pool& pool;
  float* const* scratch;
  int size;
};

void together(void* crew, int64_t tasks, Task task, void* argument) {
  const Crew& c = *static_cast<Crew*>(crew);
  c.pool.run(tasks, task, argument, c.scratch, c.size);
}

}  // namespace

float* Frame::at(int64_t buffer) const {
  if (buffer < 0) return nullptr;
  const Buffer& b = program.buffers_[buffer];
  if (b.kind == Buffer::Kind::constant) return b.constant->values.data();
  if (b.kind == Buffer::Kind::temporary) return arena + program.offsets_[b.slot];
  return program.kept_[buffer].data() + picture * b.size;
}

Program::Program(const Kernels& kernels, std::shared_ptr<Pool> pool, bool yielding, int64_t batch,
                 std::vector<Buffer> buffers, std::vector<int64_t> slots, const std::vector<StepSpec>& steps)
    : pool_(std::move(pool)), yielding_(yielding), batch_(batch), buffers_(std::move(buffers)), work_(steps.size()) {
  if (batch < 1 || batch > (1 << 24)) throw std::invalid_argument("a batch is out of range");
  int64_t arena = 0;
  for (const int64_t slot : slots) {
    if (slot < 0 || slot > kMostFloats) throw std::invalid_argument("the size of a slot is out of range");
    offsets_.push_back(arena);
    arena += aligned(slot);
    if (arena > kMostFloats) throw std::bad_alloc();
  }
  for (const Buffer& b : buffers_) {
    if (b.size < 1 || b.size > kMostFloats / batch) throw std::invalid_argument("the size of a buffer is out of range");
    if (b.kind == Buffer::Kind::temporary && (b.slot < 0 || b.slot >= int64_t(slots.size()) || slots[b.slot] < b.size)) {
      throw std::invalid_argument("a buffer does not fit into its slot");
    }
    if (b.kind == Buffer::Kind::constant && (!b.constant || b.constant->values.count() < b.size)) {
      throw std::invalid_argument("a constant has too few values");
    }
  }
  Memory most{0, 0, 0};
  for (const StepSpec& spec : steps) {
    steps_.push_back(makeStep(kernels, spec, buffers_));
    const Memory& memory = steps_.back().memory;
    most.scratch = std::max(most.scratch, memory.scratch);
    most.shared = std::max(most.shared, memory.shared);
    most.partial = std::max(most.partial, memory.partial);
  }
  for (const Buffer& b : buffers_) {
    const bool kept = b.kind == Buffer::Kind::kept;
    kept_.emplace_back(kept ? batch * b.size : 0);
    if (kept) std::fill_n(kept_.back().data(), batch * b.size, 0.0f);
    bytes_ += kept_.back().count() * int64_t(sizeof(float));
  }
  const int64_t threads = pool_->threads(), shared = most.shared + most.partial;
  // A line of the cache apart from a power of two: else the same place of all pictures falls into one set of the cache.
  arena_ = arena + 16;
  chooseTogether(arena, arena + shared);
  for (const Step& step : steps_) {
    if (group_ == 1) break;
    many_.push_back(step.many ? step.many() : Many{});
    most.scratch = std::max(most.scratch, many_.back().scratch);
  }
  for (int64_t space = 0; space < (together_ > 0 ? threads : 1); space++) {
    spaces_.push_back({Floats(group_ * arena_), Floats(most.shared), Floats(most.partial)});
    // Padding lanes must be finite: what is never written is zero.
    std::fill_n(spaces_.back().arena.data(), group_ * arena_, 0.0f);
    bytes_ += (group_ * arena_ + shared) * int64_t(sizeof(float));
  }
  for (int64_t thread = 0; thread < threads; thread++) {
    scratch_.emplace_back(std::max<int64_t>(16, most.scratch));
    scratchPointers_.push_back(scratch_.back().data());
    bytes_ += scratch_.back().count() * int64_t(sizeof(float));
  }
}

/** How pictures run beside each other. No result depends on it: tiles and the order of sums follow from the shape. */
void Program::chooseTogether(int64_t arena, int64_t each) {
  const int64_t threads = pool_->threads();
  const bool many = std::any_of(steps_.begin(), steps_.end(), [](const Step& step) { return bool(step.many); });
  // Weights that several pictures are multiplied with at once are read once for all of them.
  if (many && arena <= kMostGroupFloats / 2) {
    const int64_t fitting = kMostGroupFloats / std::max<int64_t>(arena, 1);
    group_ = std::max<int64_t>(1, std::min({kMostAtOnce, fitting, batch_ / threads}));
  }
  // A thread for each picture needs no waiting at the end of every kernel, and finds its maps in its own cache.
  if (group_ > 1) together_ = batch_;
  else if (threads > 1 && batch_ >= threads && each <= kMostTogetherFloats / threads) together_ = batch_ / threads * threads;
}

/** All steps of several pictures, each step for all of them. */
void Program::runGroup(int64_t first, int64_t count, const Workspace& space, const Run& run, const Scalars& scalars) {
  std::vector<Frame> frames;
  frames.reserve(count);
  for (int64_t i = 0; i < count; i++) {
    frames.push_back({*this, run, space.arena.data() + i * arena_, first + i, scalars});
  }
  for (size_t index = 0; index < steps_.size(); index++) {
    if (cancelled_.load(std::memory_order_relaxed)) return;
    if (many_[index].run) many_[index].run(frames.data(), count);
    else
      for (const Frame& frame : frames) steps_[index].run(frame);
  }
}

bool Program::runPicture(int64_t picture, const Workspace& space, const Run& run, const Scalars& scalars) {
  const Frame frame{*this, run, space.arena.data(), picture, scalars};
  for (const Step& step : steps_) {
    if (cancelled_.load(std::memory_order_relaxed)) return false;
    step.run(frame);
  }
  return true;
}

/** A picture that all threads work on, or as many as are worth having. */
bool Program::runTogether(int64_t picture, const Scalars& scalars, double* seconds) {
  const Workspace& space = spaces_[0];
  CrewSize& size = pool_->crewSize();
  Crew crew{*pool_, scratchPointers_.data(), pool_->threads()};
  const Run run{facewright::together, &crew, space.shared.data(), space.partial.data()};
  const Frame frame{*this, run, space.arena.data(), picture, scalars};
  auto began = std::chrono::steady_clock::now();
  for (size_t index = 0; index < steps_.size(); index++) {
    if (cancelled_.load(std::memory_order_relaxed)) return false;
    if (yielding_) crew.size = size.threads();
    steps_[index].run(frame);
    const auto ended = std::chrono::steady_clock::now();
    const double took = std::chrono::duration<double>(ended - began).count();
    began = ended;
    if (seconds) seconds[index] += took;
    if (yielding_) size.ran(took, work_[index]);
  }
  return true;
}

/** Pictures that run beside each other. */
struct Program::Whole {
  Program& program;
  const Scalars& scalars;
};

void Program::wholeTask(void* argument, int64_t group, float* scratch) {
  const Whole& whole = *static_cast<Whole*>(argument);
  Program& program = whole.program;
  // The thread's place in the pool is told by its scratch.
  const auto& pointers = program.scratchPointers_;
  const size_t thread = std::find(pointers.begin(), pointers.end(), scratch) - pointers.begin();
  const Workspace& space = program.spaces_[thread];
  const Run run{alone, scratch, space.shared.data(), space.partial.data()};
  const int64_t first = group * program.group_, count = std::min(program.group_, program.together_ - first);
  if (count > 1) program.runGroup(first, count, space, run, whole.scalars);
  else program.runPicture(first, space, run, whole.scalars);
}

bool Program::run(const Scalars& scalars, double* seconds) {
  const auto turn = pool_->turn();
  const int64_t together = seconds ? 0 : together_;
  if (together > 0) {
    Whole whole{*this, scalars};
    pool_->run((together + group_ - 1) / group_, wholeTask, &whole, scratchPointers_.data(), pool_->threads());
  }
  for (int64_t picture = together; picture < batch_; picture++) {
    if (!runTogether(picture, scalars, seconds)) return false;
  }
  return !cancelled_.load();
}

}  // namespace facewright
