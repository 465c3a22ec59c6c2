// The addon: programs for Node (node-addon-api), and the crop of crop-addon.cc. src/engine/native/addon.ts is its other
// side and states its types.

#include <napi.h>

#include "crop-addon.h"
#include "machine.h"
#include "node.h"
#include "peak.h"
#include "program.h"

namespace facewright {

namespace {

/** Kernels by the name of their instruction set, or the best. */
const Kernels& kernelsNamed(const std::string& name) {
  const auto usable = usableKernels();
  if (name.empty()) return *usable[0];
  for (const Kernels* kernels : usable)
    if (name == kernels->name) return *kernels;
  const Kernels* bfloat16 = bfloat16Kernels();
  if (bfloat16 && name == bfloat16->name) return *bfloat16;
  throw std::invalid_argument("this processor has no instruction set " + name);
}

std::shared_ptr<Pool> poolOf(const Napi::Value& value) {
  const int64_t threads = wholeNumber(value, "threads");
  if (threads < 1 || threads > 1024) throw std::invalid_argument("threads: expected 1 to 1024");
  return sharedPool(int(threads));
}

Napi::Float32Array floatArray(const Napi::Value& value, const char* what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
    throw std::invalid_argument(std::string(what) + ": expected a Float32Array");
  }
  return value.As<Napi::Float32Array>();
}

template <typename T, typename Convert>
std::map<std::string, T> entries(const Napi::Value& value, const char* what, Convert convert) {
  std::map<std::string, T> result;
  const Napi::Object from = object(value, what);
  const Napi::Array names = from.GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); i++) {
    const std::string name = names.Get(i).ToString();
    result[name] = convert(from.Get(name));
  }
  return result;
}

std::vector<int64_t> wholeNumbers(const Napi::Value& value, const char* what) {
  if (!value.IsArray()) throw std::invalid_argument(std::string(what) + ": expected an array");
  const Napi::Array array = value.As<Napi::Array>();
  std::vector<int64_t> result;
  for (uint32_t i = 0; i < array.Length(); i++) result.push_back(wholeNumber(array.Get(i), what));
  return result;
}

/**
 * Memory that JavaScript's garbage collector does not see, but should know of: it collects the sooner, for example the
 * weights as they were read, which are a hundred megabytes that nobody needs after packing.
 */
class Weight {
 public:
  void set(const Napi::Env& env, int64_t bytes) {
    Napi::MemoryManagement::AdjustExternalMemory(env, bytes - bytes_);
    bytes_ = bytes;
  }

 private:
  int64_t bytes_ = 0;
};

/** A packed constant, as JavaScript holds it. Programs hold what is inside as well. */
class ConstantHandle : public Napi::ObjectWrap<ConstantHandle> {
 public:
  static Napi::Function define(const Napi::Env& env) {
    return DefineClass(env, "Constant",
                       {InstanceMethod("pack", &ConstantHandle::pack), InstanceMethod("release", &ConstantHandle::release),
                        InstanceMethod("bytes", &ConstantHandle::bytes)});
  }
  explicit ConstantHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ConstantHandle>(info) {
    info.This().As<Napi::Object>().TypeTag(&tag);
  }
  /** What is inside a constant. @throws std::invalid_argument for any other object */
  static std::shared_ptr<const Constant> of(const Napi::Value& value) {
    const Napi::Object from = object(value, "a constant");
    if (!from.CheckTypeTag(&tag)) throw std::invalid_argument("a constant: expected a Constant");
    return Unwrap(from)->constant;
  }

  std::shared_ptr<const Constant> constant;

 private:
  class Packing : public PromiseWorker {
   public:
    Packing(const Napi::Env& env, ConstantHandle& handle, const Kernels& kernels, PackRequest request,
            const Napi::Float32Array& values)
        : PromiseWorker(env), handle_(handle), kernels_(kernels), request_(std::move(request)),
          self_(Napi::Persistent(handle.Value())), values_(values.Data(), values.Data() + values.ElementLength()) {}
    void work() override {
      made_ = std::make_shared<const Constant>(
          facewright::pack(kernels_, request_, values_.data(), int64_t(values_.size())));
      values_ = {};
    }
    Napi::Value result(const Napi::Env& env) override {
      if (handle_.released_) return env.Undefined();
      handle_.constant = std::move(made_);
      handle_.weight_.set(env, handle_.constant->values.count() * int64_t(sizeof(float)));
      return env.Undefined();
    }

   private:
    ConstantHandle& handle_;
    const Kernels& kernels_;
    PackRequest request_;
    Napi::ObjectReference self_;
    /** A copy: JavaScript may hand its array to another thread meanwhile. */
    std::vector<float> values_;
    std::shared_ptr<const Constant> made_;
  };

  /** pack(values, layout, sizes, isa): Promise<void> */
  Napi::Value pack(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      const Napi::Float32Array values = floatArray(info[0], "values");
      PackRequest request{info[1].ToString(), wholeNumbers(info[2], "sizes")};
      const Kernels& kernels = kernelsNamed(info[3].ToString());
      return (new Packing(info.Env(), *this, kernels, std::move(request), values))->start();
    });
  }
  void release(const Napi::CallbackInfo& info) {
    released_ = true;
    constant.reset();
    weight_.set(info.Env(), 0);
  }
  void Finalize(Napi::Env env) override { weight_.set(env, 0); }
  Napi::Value bytes(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), constant ? double(constant->values.count()) * sizeof(float) : 0);
  }

  /** Tells its objects from others that wrap something. */
  static constexpr napi_type_tag tag{0x66616365777269, 0x67687420636f6e};
  Weight weight_;
  bool released_ = false;
};

/** A program, as JavaScript holds it. One call at a time: src/engine/native/executable.ts sees to that. */
class ProgramHandle : public Napi::ObjectWrap<ProgramHandle> {
 public:
  static Napi::Function define(const Napi::Env& env) {
    return DefineClass(env, "Program",
                       {InstanceMethod("write", &ProgramHandle::write), InstanceMethod("read", &ProgramHandle::read),
                        InstanceMethod("run", &ProgramHandle::run), InstanceMethod("cancel", &ProgramHandle::cancel),
                        InstanceMethod("close", &ProgramHandle::close), InstanceMethod("bytes", &ProgramHandle::bytes)});
  }

  /** new Program({batch, threads, isa, buffers, slots, steps}) */
  explicit ProgramHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ProgramHandle>(info) {
    guarded(info.Env(), [&] {
      const Napi::Object spec = object(info[0], "spec");
      const Kernels& kernels = kernelsNamed(spec.Get("isa").ToString());
      program_ = std::make_shared<Program>(kernels, poolOf(spec.Get("threads")), wholeNumber(spec.Get("batch"), "batch"),
                                           buffersOf(spec.Get("buffers")), wholeNumbers(spec.Get("slots"), "slots"),
                                           stepsOf(spec.Get("steps")));
      weight_.set(info.Env(), program_->bytes());
    });
  }

 private:
  static std::vector<Buffer> buffersOf(const Napi::Value& value) {
    if (!value.IsArray()) throw std::invalid_argument("buffers: expected an array");
    const Napi::Array array = value.As<Napi::Array>();
    std::vector<Buffer> result;
    for (uint32_t i = 0; i < array.Length(); i++) {
      const Napi::Object from = object(array.Get(i), "a buffer");
      Buffer buffer{Buffer::Kind::kept, wholeNumber(from.Get("size"), "the size of a buffer"), 0, nullptr};
      if (from.Has("constant")) {
        buffer.kind = Buffer::Kind::constant;
        buffer.constant = ConstantHandle::of(from.Get("constant"));
      } else if (from.Has("slot")) {
        buffer.kind = Buffer::Kind::temporary;
        buffer.slot = wholeNumber(from.Get("slot"), "a slot");
      }
      result.push_back(std::move(buffer));
    }
    return result;
  }

  static std::vector<StepSpec> stepsOf(const Napi::Value& value) {
    if (!value.IsArray()) throw std::invalid_argument("steps: expected an array");
    const Napi::Array array = value.As<Napi::Array>();
    std::vector<StepSpec> result;
    for (uint32_t i = 0; i < array.Length(); i++) {
      const Napi::Object from = object(array.Get(i), "a step");
      result.push_back({from.Get("kernel").ToString(),
                        entries<int64_t>(from.Get("buffers"), "buffers",
                                         [](const Napi::Value& v) { return wholeNumber(v, "a buffer"); }),
                        entries<int64_t>(from.Get("sizes"), "sizes",
                                         [](const Napi::Value& v) { return wholeNumber(v, "a size"); }),
                        entries<double>(from.Get("values"), "values",
                                        [](const Napi::Value& v) { return v.ToNumber().DoubleValue(); })});
    }
    return result;
  }

  /** The program, when it is open and nothing runs. */
  Program& idle() const {
    if (!program_) throw std::invalid_argument("this program was closed");
    if (running_) throw std::invalid_argument("this program is running");
    return *program_;
  }

  int64_t keptBuffer(const Napi::Value& value) const {
    const int64_t buffer = wholeNumber(value, "buffer");
    const auto& buffers = program_->buffers();
    if (buffer < 0 || buffer >= int64_t(buffers.size()) || buffers[buffer].kind != Buffer::Kind::kept) {
      throw std::invalid_argument("this buffer is not kept");
    }
    return buffer;
  }

  /** write(buffer, Float32Array [batch, size]) */
  void write(const Napi::CallbackInfo& info) {
    guarded(info.Env(), [&] {
      const Program& program = idle();
      const int64_t buffer = keptBuffer(info[0]), count = program.batch() * program.buffers()[buffer].size;
      const Napi::Float32Array values = floatArray(info[1], "values");
      if (int64_t(values.ElementLength()) != count) throw std::invalid_argument("values: wrong length");
      std::copy(values.Data(), values.Data() + count, program.kept(buffer));
    });
  }

  /** read(buffer, Float32Array [batch, size]): into an array that JavaScript made, and could have failed to make. */
  void read(const Napi::CallbackInfo& info) {
    guarded(info.Env(), [&] {
      const Program& program = idle();
      const int64_t buffer = keptBuffer(info[0]), count = program.batch() * program.buffers()[buffer].size;
      Napi::Float32Array values = floatArray(info[1], "values");
      if (int64_t(values.ElementLength()) != count) throw std::invalid_argument("values: wrong length");
      std::copy(program.kept(buffer), program.kept(buffer) + count, values.Data());
    });
  }

  class Running : public PromiseWorker {
   public:
    Running(const Napi::Env& env, ProgramHandle& handle, const Scalars& scalars, bool profile)
        : PromiseWorker(env), handle_(handle), self_(Napi::Persistent(handle.Value())), program_(handle.program_),
          scalars_(scalars), seconds_(profile ? program_->steps() : 0) {}
    void work() override { done_ = program_->run(scalars_, seconds_.empty() ? nullptr : seconds_.data()); }
    Napi::Value result(const Napi::Env& env) override {
      handle_.running_ = false;
      if (!done_) return env.Null();
      Napi::Float64Array seconds = Napi::Float64Array::New(env, seconds_.size());
      std::copy(seconds_.begin(), seconds_.end(), seconds.Data());
      return seconds;
    }
    void OnError(const Napi::Error& error) override {
      handle_.running_ = false;
      PromiseWorker::OnError(error);
    }

   private:
    ProgramHandle& handle_;
    Napi::ObjectReference self_;
    std::shared_ptr<Program> program_;
    Scalars scalars_;
    std::vector<double> seconds_;
    bool done_ = false;
  };

  /** run(rate, rootCorrection, step, profile): Promise<Float64Array (seconds of each step, if profiled) | null (cancelled)> */
  Napi::Value run(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      // First: a conversion may run JavaScript, which may call this program.
      const auto number = [&](size_t i) { return info[i].ToNumber().FloatValue(); };
      const Scalars scalars{number(0), number(1), number(2)};
      const bool profile = info[3].ToBoolean();
      Program& program = idle();
      program.resume();
      auto* running = new Running(info.Env(), *this, scalars, profile);
      running_ = true;
      return running->start();
    });
  }

  void cancel(const Napi::CallbackInfo&) {
    if (program_) program_->cancel();
  }
  /** Frees the memory, at the end of a run that is under way. */
  void close(const Napi::CallbackInfo& info) {
    if (program_) program_->cancel();
    program_.reset();
    weight_.set(info.Env(), 0);
  }
  void Finalize(Napi::Env env) override { weight_.set(env, 0); }
  Napi::Value bytes(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), program_ ? double(program_->bytes()) : 0);
  }

  std::shared_ptr<Program> program_;
  Weight weight_;
  bool running_ = false;
};

/** machine(): {processor, processors, isas, bf16?} */
Napi::Value machine(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    Napi::Object result = Napi::Object::New(env);
    Napi::Array isas = Napi::Array::New(env);
    for (const Kernels* kernels : usableKernels()) isas.Set(isas.Length(), kernels->name);
    result.Set("processor", processorName());
    result.Set("processors", usableProcessors());
    result.Set("isas", isas);
    if (const Kernels* kernels = bfloat16Kernels()) result.Set("bf16", kernels->name);
    return result;
  });
}

class Measuring : public PromiseWorker {
 public:
  Measuring(const Napi::Env& env, const Kernels& kernels, std::shared_ptr<Pool> pool, bool memory)
      : PromiseWorker(env), kernels_(kernels), pool_(std::move(pool)), memory_(memory) {}
  void work() override { peak_ = measurePeak(kernels_, *pool_, memory_); }
  Napi::Value result(const Napi::Env& env) override {
    Napi::Object result = Napi::Object::New(env);
    result.Set("flops", peak_.flops);
    result.Set("bytes", peak_.bytes);
    return result;
  }

 private:
  const Kernels& kernels_;
  std::shared_ptr<Pool> pool_;
  bool memory_;
  Peak peak_{};
};

/** peak(threads, isa, memory): Promise<{flops, bytes}> */
Napi::Value peak(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    std::shared_ptr<Pool> pool = poolOf(info[0]);
    const Kernels& kernels = kernelsNamed(info[1].ToString());
    return (new Measuring(info.Env(), kernels, std::move(pool), info[2].ToBoolean()))->start();
  });
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("machine", Napi::Function::New(env, machine));
  exports.Set("peak", Napi::Function::New(env, peak));
  exports.Set("crop", Napi::Function::New(env, crop));
  exports.Set("Constant", ConstantHandle::define(env));
  exports.Set("Program", ProgramHandle::define(env));
  return exports;
}

}  // namespace

}  // namespace facewright

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return facewright::initialise(env, exports); }

NODE_API_MODULE(facewright, Init)
