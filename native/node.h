// What the parts of the addon have in common: arguments out of JavaScript, errors and results back into it.
#pragma once

#include <napi.h>

#include <cmath>
#include <stdexcept>
#include <string>

namespace facewright {

/** A whole number in a range that a double holds exactly. */
inline int64_t wholeNumber(const Napi::Value& value, const char* what) {
  if (!value.IsNumber()) throw std::invalid_argument(std::string(what) + ": expected a number");
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(std::abs(number) <= 9007199254740991.0) || number != std::floor(number)) {
    throw std::invalid_argument(std::string(what) + ": expected a whole number");
  }
  return int64_t(number);
}

inline Napi::Object object(const Napi::Value& value, const char* what) {
  if (!value.IsObject()) throw std::invalid_argument(std::string(what) + ": expected an object");
  return value.As<Napi::Object>();
}

/** Calls `action`, and throws what it throws as an error of JavaScript. */
template <typename Action>
auto guarded(const Napi::Env& env, Action action) -> decltype(action()) {
  try {
    return action();
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw Napi::Error::New(env, "out of memory");
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
}

/** Work on a thread of Node's pool that settles a promise. */
class PromiseWorker : public Napi::AsyncWorker {
 public:
  explicit PromiseWorker(const Napi::Env& env)
      : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)) {}
  Napi::Promise start() {
    const Napi::Promise promise = deferred_.Promise();
    Queue();
    return promise;
  }

 protected:
  virtual void work() = 0;
  virtual Napi::Value result(const Napi::Env& env) = 0;
  void Execute() override {
    try {
      work();
    } catch (const std::bad_alloc&) {
      SetError("out of memory");
    } catch (const std::exception& error) {
      SetError(error.what());
    }
  }
  void OnOK() override {
    // When a worker thread of Node is terminated, nobody waits any more, and whatever touches JavaScript throws.
    try {
      deferred_.Resolve(result(Env()));
    } catch (const Napi::Error&) {
    }
  }
  void OnError(const Napi::Error& error) override {
    try {
      deferred_.Reject(error.Value());
    } catch (const Napi::Error&) {
    }
  }

 private:
  Napi::Promise::Deferred deferred_;
};

}  // namespace facewright
