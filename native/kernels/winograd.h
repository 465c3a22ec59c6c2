static Kernels::Memory winogradMemory(const Winograd&) { return {}; }
static void winograd(const Run&, const Winograd&) {}
