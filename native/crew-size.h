// How many threads of a pool are worth having, while other programs want the same processors.
#pragma once

#include <cstddef>
#include <vector>

namespace facewright {

/** A piece of work that is done again and again, always the same, such as a kernel of a program. */
struct Effort {
  /** The seconds that one thread needs for it on a quiet machine, as far as is known; 0 at first. */
  double amount = 0;
};

/**
 * Finds out by trying how many threads are the fastest.
 *
 * Where the system takes a thread off its core in the midst of a task, all others wait for it at the end of the kernel: two
 * threads beside another busy program on two cores are slower than one. No clock tells that on all systems alike; how long the
 * same work takes does. So the *pace* is measured, in work done per second. While it is what so many threads should do, nothing
 * is tried. When it is less, a smaller number is tried for a moment, and while there are fewer than all, the next larger one; the
 * faster stays. Beside two busy programs one thread less is no faster, only two are: so where the next smaller number was not
 * faster, the one after that is tried next. The longer nothing comes of it, the rarer it is tried.
 */
class CrewSize {
 public:
  /** @param most at least 1 */
  explicit CrewSize(int most);

  /** How many to take for the next piece of work. */
  int threads() const { return sizes_[trying_ ? other_ : at_]; }

  /** Effort was done by `threads()`. @param seconds how long it took, 0 or more */
  void ran(double seconds, Effort& work);

 private:
  void endWindow(double pace);
  void endTrial(double pace);

  /** What may be tried, the largest first: most, most − 1, − 2, − 4, … 1. */
  std::vector<int> sizes_;
  /** In `sizes_`: what is taken, and what is tried instead. */
  size_t at_ = 0, other_ = 0;
  /** So far from `at_` is the smaller number that is tried next. */
  size_t down_ = 1;
  bool trying_ = false;
  /** Windows still to be passed over. */
  int settling_ = 0;
  /** Since the window began. */
  double seconds_ = 0, amount_ = 0;
  /** Effort per second at `at_`; 0 where it is not known yet. */
  double pace_ = 0;
  /** Seconds since the last trial and since `at_` changed, and how long to wait between trials. */
  double sinceTrial_ = 0, sinceChange_ = 0, patience_;
  /** The last trial was of more threads. */
  bool upwards_ = false;
};

}  // namespace facewright
