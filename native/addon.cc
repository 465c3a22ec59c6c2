// The addon: programs for Node (node-addon-api), and the crop of crop-addon.cc. src/engine/native/addon.ts is its other
// side and states its types.

#include <napi.h>

#include "crop-addon.h"
#include "machine.h"
#include "names.h"
#include "node.h"
#include "parse.h"
#include "peak.h"

namespace facewright {

namespace {

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

  /** pack(values, {form, geometry?, adjoint?, shape}, {isa, precision}): Promise<void> */
  Napi::Value pack(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&]() -> Napi::Value {
      PackRequest request = packRequestOf(info[1]);
      const Kernels& kernels = kernelsOf(info[2]);
      // Last: reading an object may run JavaScript, which may take the array's memory away.
      const Napi::Float32Array values = floatArray(info[0], "values");
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

  /** new Program({batch, threads, yielding, kernels, buffers, slots, steps}) */
  explicit ProgramHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ProgramHandle>(info) {
    guarded(info.Env(), [&] {
      const Napi::Object spec = object(info[0], "spec");
      const Kernels& kernels = kernelsOf(spec.Get("kernels"));
      const bool yielding = spec.Get("yielding").ToBoolean();
      program_ = std::make_shared<Program>(kernels, poolOf(spec.Get("threads")), yielding,
                                           wholeNumber(spec.Get("batch"), "batch"), buffersOf(spec.Get("buffers")),
                                           wholeNumbers(spec.Get("slots"), "slots"), stepsOf(spec.Get("steps")));
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

Napi::Array array(const Napi::Env& env, const Names& names) {
  Napi::Array result = Napi::Array::New(env);
  for (const char* const name : names) result.Set(result.Length(), name);
  return result;
}

/** machine(): {processor, processors, isas: [{name, precisions}]} */
Napi::Value machine(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return guarded(env, [&]() -> Napi::Value {
    Napi::Array isas = Napi::Array::New(env);
    std::string last;
    for (const Kernels* kernels : usableKernels()) {
      if (last != kernels->isa) {
        Napi::Object isa = Napi::Object::New(env);
        isa.Set("name", kernels->isa);
        isa.Set("precisions", Napi::Array::New(env));
        isas.Set(isas.Length(), isa);
        last = kernels->isa;
      }
      Napi::Array precisions = isas.Get(isas.Length() - 1).As<Napi::Object>().Get("precisions").As<Napi::Array>();
      precisions.Set(precisions.Length(), nameOf(kernels->direct.precision));
    }
    Napi::Object result = Napi::Object::New(env);
    result.Set("processor", processorName());
    result.Set("processors", usableProcessors());
    result.Set("isas", isas);
    return result;
  });
}

/** names(): the tables of tables.h */
Napi::Value names(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Object result = Napi::Object::New(env);
  result.Set("kernel", array(env, kernelNames()));
  result.Set("read", array(env, namesOf(Reading{})));
  result.Set("write", array(env, namesOf(Writing{})));
  result.Set("geometry", array(env, namesOf(Geometry{})));
  result.Set("optimiser", array(env, namesOf(Optimiser{})));
  result.Set("packing", array(env, namesOf(Packing{})));
  result.Set("precision", array(env, namesOf(Precision{})));
  return result;
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

/** peak(threads, {isa, precision}, memory): Promise<{flops, bytes}> */
Napi::Value peak(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    std::shared_ptr<Pool> pool = poolOf(info[0]);
    const Kernels& kernels = kernelsOf(info[1]);
    return (new Measuring(info.Env(), kernels, std::move(pool), info[2].ToBoolean()))->start();
  });
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("machine", Napi::Function::New(env, machine));
  exports.Set("names", Napi::Function::New(env, names));
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
