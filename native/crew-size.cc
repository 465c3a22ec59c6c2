#include "crew-size.h"

#include <algorithm>

namespace facewright {

namespace {

/** The pace is measured over so many seconds: some turns of a scheduler, which are three or four thousandths each. */
constexpr double kWindow = 0.012;
/** Windows that are passed over when more threads are tried: those that slept come in on any core, and are sorted out later. */
constexpr int kSettling = 2;
/** Part of the newest window in the pace. */
constexpr double kNewest = 0.4;
/** Below this part of what so many threads should do, the machine is thought to be busy. */
constexpr double kBusy = 0.8;
/** Another number must be so much faster. */
constexpr double kBetter = 1.05;
/** Seconds between trials: at first, and at most. A trial costs a window to three at a worse pace. */
constexpr double kLeastPatience = 0.02, kMostPatience = 0.5;
/** Who changes again before so many seconds are over changed in vain. */
constexpr double kInVain = 0.5;
/** Each time that a piece of work is done, its amount is taken to be so much more: what was measured may no longer be so. */
constexpr double kForget = 1.0005;

}  // namespace

CrewSize::CrewSize(int most) : patience_(kLeastPatience) {
  sizes_.push_back(most);
  for (int less = 1; most - less > 1; less *= 2) sizes_.push_back(most - less);
  if (most > 1) sizes_.push_back(1);
}

void CrewSize::ran(double seconds, Effort& work) {
  if (sizes_.size() == 1) return;
  // No thread does more than its share: so this is never too little, and the least of several is not disturbed.
  const double most = seconds * threads();
  work.amount = work.amount > 0 ? std::min(work.amount * kForget, most) : most;
  seconds_ += seconds;
  amount_ += work.amount;
  if (seconds_ < kWindow) return;
  const double pace = amount_ / seconds_;
  sinceTrial_ += seconds_;
  sinceChange_ += seconds_;
  seconds_ = amount_ = 0;
  if (settling_ > 0) settling_--;
  else if (trying_) endTrial(pace);
  else endWindow(pace);
}

void CrewSize::endWindow(double pace) {
  pace_ = pace_ > 0 ? pace_ + kNewest * (pace - pace_) : pace;
  if (sinceTrial_ < patience_) return;
  const bool slow = pace_ < kBusy * sizes_[at_];
  const bool fewer = slow && at_ + 1 < sizes_.size(), more = at_ > 0;
  if (!fewer && !more) return;
  upwards_ = more && (!fewer || !upwards_);
  if (at_ + down_ >= sizes_.size()) down_ = 1;
  other_ = upwards_ ? at_ - 1 : at_ + down_;
  trying_ = true;
  settling_ = upwards_ ? kSettling : 0;
}

void CrewSize::endTrial(double pace) {
  trying_ = false;
  sinceTrial_ = 0;
  const bool better = pace > kBetter * pace_;
  const bool inVain = !better || sinceChange_ < kInVain;
  patience_ = inVain ? std::min(2 * patience_, kMostPatience) : kLeastPatience;
  if (!better) {
    if (!upwards_) down_++;
    return;
  }
  at_ = other_;
  down_ = 1;
  pace_ = pace;
  sinceChange_ = 0;
}

}  // namespace facewright
