// Names out of JavaScript, by the tables of tables.h.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels.h"

namespace facewright {

using Names = std::vector<const char*>;

/** The names of an enumeration, in its order. */
inline Names namesOf(Reading) { return {FACEWRIGHT_READINGS(FACEWRIGHT_WORD)}; }
inline Names namesOf(Writing) { return {FACEWRIGHT_WRITINGS(FACEWRIGHT_WORD)}; }
inline Names namesOf(Geometry) { return {FACEWRIGHT_GEOMETRIES(FACEWRIGHT_WORD)}; }
inline Names namesOf(Optimiser) { return {FACEWRIGHT_OPTIMISERS(FACEWRIGHT_WORD)}; }
inline Names namesOf(Packing) { return {FACEWRIGHT_PACKINGS(FACEWRIGHT_WORD)}; }
inline Names namesOf(Precision) { return {FACEWRIGHT_PRECISIONS(FACEWRIGHT_WORD)}; }
inline Names kernelNames() { return {FACEWRIGHT_KERNELS(FACEWRIGHT_WORD)}; }

template <typename Enumeration>
std::string nameOf(Enumeration value) {
  return namesOf(value)[size_t(value)];
}

/** The value of an enumeration by its name, where one has it. */
template <typename Enumeration>
std::optional<Enumeration> find(const std::string& name) {
  const Names names = namesOf(Enumeration{});
  for (size_t value = 0; value < names.size(); value++)
    if (name == names[value]) return Enumeration(value);
  return std::nullopt;
}

/** The same. @throws std::invalid_argument where none has that name */
template <typename Enumeration>
Enumeration named(const std::string& name, const std::string& what) {
  const std::optional<Enumeration> found = find<Enumeration>(name);
  if (!found) throw std::invalid_argument("there is no " + what + " " + name);
  return *found;
}

}  // namespace facewright
