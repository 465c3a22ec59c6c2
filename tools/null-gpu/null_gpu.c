// A Vulkan layer for a GPU that is not there. What would reach it (commands, submissions, waits) is answered "done" and goes no
// further; all else goes to the driver. Mesa's RADV makes devices without hardware (RADV_FORCE_FAMILY) and compiles for them,
// but Dawn, which clears and submits as soon as it has a device, crashes in the first command that RADV records for one.
//
// Declared here is what a layer needs of vulkan.h and vk_layer.h, on 64-bit Linux, so that a C compiler is enough to build it.
// The interface is fixed: LoaderLayerInterface.md of KhronosGroup/Vulkan-Loader, version 2.

#include <stdint.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef void (*Function)(void);
typedef Function (*Lookup)(void *object, const char *name);
typedef int32_t Result;
/** Both vkCreateInstance and, after the physical device, vkCreateDevice. */
typedef Result (*CreateInstance)(const void *info, const void *allocator, void **instance);
typedef Result (*CreateDevice)(void *gpu, const void *info, const void *allocator, void **device);

enum { SUCCESS = 0, INITIALIZATION_FAILED = -3 };
/** VkStructureType of what the loader puts into the chains of create infos, and VkLayerFunction of the link among it. */
enum { LOADER_INSTANCE_CREATE_INFO = 47, LOADER_DEVICE_CREATE_INFO = 48, LAYER_LINK_INFO = 0 };

/** VkLayerInstanceLink and VkLayerDeviceLink, as far as they are alike: the next layer. */
struct link {
  struct link *next;
  Lookup instance_lookup;
  /** Of devices: their own lookup; otherwise that of physical devices. */
  Lookup other_lookup;
};

/** VkLayerInstanceCreateInfo and VkLayerDeviceCreateInfo; of others in a chain, and of create infos, the first two. */
struct chained {
  int32_t type;
  struct chained *next;
  int32_t function;
  struct link *link;
};

/** VkNegotiateLayerInterface. */
struct negotiation {
  int32_t type;
  void *next;
  uint32_t version;
  Lookup instance_lookup;
  Lookup device_lookup;
  Lookup physical_device_lookup;
};

// Of the one instance and the devices of the one driver that a process has here.
static Lookup next_instance_lookup;
static Lookup next_device_lookup;

/** Takes the place of functions of any arguments: on x86-64 and arm64 a function may ignore what it is given. */
static void nothing(void) {}

static Result done(void) { return SUCCESS; }

/** vkGetSemaphoreCounterValue: past everything that anyone could wait for. */
static Result counter(void *device, void *semaphore, uint64_t *value) {
  (void)device;
  (void)semaphore;
  *value = UINT64_MAX >> 1;
  return SUCCESS;
}

/** The link to the next layer, and moves the chain on to the one after it, as every layer has to. */
static struct link *take_link(const struct chained *info, int32_t type) {
  struct chained *one = info->next;
  while (one != NULL && !(one->type == type && one->function == LAYER_LINK_INFO)) one = one->next;
  if (one == NULL) return NULL;
  struct link *link = one->link;
  one->link = link->next;
  return link;
}

static Result create_instance(const void *info, const void *allocator, void **instance) {
  const struct link *link = take_link(info, LOADER_INSTANCE_CREATE_INFO);
  if (link == NULL) return INITIALIZATION_FAILED;
  next_instance_lookup = link->instance_lookup;
  CreateInstance create = (CreateInstance)next_instance_lookup(NULL, "vkCreateInstance");
  return create(info, allocator, instance);
}

static Result create_device(void *gpu, const void *info, const void *allocator, void **device) {
  const struct link *link = take_link(info, LOADER_DEVICE_CREATE_INFO);
  if (link == NULL) return INITIALIZATION_FAILED;
  next_device_lookup = link->other_lookup;
  CreateDevice create = (CreateDevice)link->instance_lookup(NULL, "vkCreateDevice");
  return create(gpu, info, allocator, device);
}

/** Ours, of what would reach the GPU; NULL for all else. */
static Function answer(const char *name) {
  static const char *const answered[] = {
      "vkBeginCommandBuffer", "vkEndCommandBuffer",  "vkResetCommandBuffer", "vkResetCommandPool", "vkQueueSubmit",
      "vkQueueSubmit2",       "vkQueueSubmit2KHR",   "vkQueueWaitIdle",      "vkDeviceWaitIdle",   "vkWaitForFences",
      "vkGetFenceStatus",     "vkWaitSemaphores",    "vkWaitSemaphoresKHR",  "vkGetQueryPoolResults",
  };
  if (strncmp(name, "vkCmd", 5) == 0) return nothing;
  for (size_t i = 0; i < sizeof answered / sizeof *answered; i++) {
    if (strcmp(name, answered[i]) == 0) return (Function)done;
  }
  if (strcmp(name, "vkGetSemaphoreCounterValue") == 0 || strcmp(name, "vkGetSemaphoreCounterValueKHR") == 0) {
    return (Function)counter;
  }
  return NULL;
}

static Function device_lookup(void *device, const char *name) {
  if (strcmp(name, "vkGetDeviceProcAddr") == 0) return (Function)device_lookup;
  Function ours = answer(name);
  return ours != NULL ? ours : next_device_lookup(device, name);
}

static Function instance_lookup(void *instance, const char *name) {
  if (strcmp(name, "vkGetInstanceProcAddr") == 0) return (Function)instance_lookup;
  if (strcmp(name, "vkGetDeviceProcAddr") == 0) return (Function)device_lookup;
  if (strcmp(name, "vkCreateInstance") == 0) return (Function)create_instance;
  if (strcmp(name, "vkCreateDevice") == 0) return (Function)create_device;
  Function ours = answer(name);
  return ours != NULL ? ours : next_instance_lookup(instance, name);
}

EXPORT Result vkNegotiateLoaderLayerInterfaceVersion(struct negotiation *negotiation) {
  negotiation->version = 2;
  negotiation->instance_lookup = instance_lookup;
  negotiation->device_lookup = device_lookup;
  negotiation->physical_device_lookup = NULL;
  return SUCCESS;
}
