// Plays a machine for CrewSize (native/crew-size.h), and prints what it chose.
//
//   crew-size CORES JITTER UNTIL:BUSY...
//
// Until so many seconds, so many of the cores have another program on them. A kernel is a millisecond of work, shared out evenly:
// a thread on a busy core gets half of it, and all others wait for that one. Times vary by ±JITTER. A line for each tenth of a second:
// the mean number of threads, and then every number that was taken.

#include "../../native/crew-size.h"

#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>

using facewright::CrewSize;
using facewright::Effort;

namespace {

constexpr double kKernel = 0.001;
/** What it takes to wake threads and to wait for them, on top. */
constexpr double kMeeting = 0.000002;
constexpr double kLine = 0.1;

double secondsOf(int threads, int cores, int busy) {
  const bool meetsOther = threads > cores - busy;
  return kKernel / threads * (meetsOther ? 2 : 1) + kMeeting;
}

}  // namespace

int main(int count, char** words) {
  if (count < 4) return 2;
  const int cores = std::atoi(words[1]);
  const double jitter = std::atof(words[2]);
  CrewSize size(cores);
  Effort kernels[3];
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uneven(1 - jitter, 1 + jitter);
  double now = 0, lineEnds = kLine, taken = 0;
  int ran = 0;
  std::set<int> numbers;
  for (int phase = 3; phase < count; phase++) {
    double until = 0;
    int busy = 0;
    if (std::sscanf(words[phase], "%lf:%d", &until, &busy) != 2) return 2;
    while (now < until) {
      const int threads = size.threads();
      const double seconds = secondsOf(threads, cores, busy) * uneven(random);
      size.ran(seconds, kernels[ran % 3]);
      now += seconds;
      taken += threads;
      ran++;
      numbers.insert(threads);
      if (now < lineEnds) continue;
      std::printf("%.3f", taken / ran);
      for (const int number : numbers) std::printf(" %d", number);
      std::printf("\n");
      lineEnds += kLine;
      taken = ran = 0;
      numbers.clear();
    }
  }
}
