/* A real TFLite delegate of the smallest kind: it computes SOFTMAX, or fails as its options say.
 *
 * take=none        it takes no operator
 * refuse=yes       it fails when it is given a model
 * device=WORD      it has no such device
 *
 * With -DEDGE_TPU it simulates libedgetpu instead: it takes what was compiled for an Edge TPU, which it only
 * copies, and its one device is usb:0. With -DEDGE_TPU=0 it has none.
 *
 * The structures are those of TFLite's C interface as far as they are needed here.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BUILTIN_SOFTMAX 25
#define ALLOWS_DYNAMIC_TENSORS 1 /* or the runtime prepares every operator before a delegate may take it */

typedef struct { int size; int data[]; } IntArray;

typedef struct {
  int type;
  float *data;
  IntArray *dims;
  int32_t params[2];
  int allocation_type;
  size_t bytes;
  const void *allocation;
  const char *name;
  void *delegate;
  int buffer_handle;
  uint8_t data_is_stale, is_variable;
  int quantization_type;
  void *quantization, *sparsity;
  const IntArray *dims_signature;
} Tensor;

typedef struct { IntArray *inputs, *outputs; } Node;

typedef struct Context Context;

typedef struct {
  void *(*init)(Context *, const char *, size_t);
  void (*free)(Context *, void *);
  int (*prepare)(Context *, Node *);
  int (*invoke)(Context *, Node *);
  const char *(*profiling_string)(const Context *, const Node *);
  int32_t builtin_code;
  const char *custom_name;
  int version;
  void *later[6];
} Registration;

typedef struct Delegate {
  void *data;
  int (*prepare)(Context *, struct Delegate *);
  void *copy_from, *copy_to, *free_handle;
  int64_t flags;
  void *opaque_builder;
} Delegate;

struct Context {
  size_t tensors_size;
  int (*execution_plan)(Context *, IntArray **);
  Tensor *tensors;
  void *impl;
  void *resize_tensor;
  void (*report_error)(Context *, const char *, ...);
  void *add_tensors;
  int (*node_and_registration)(Context *, int, Node **, Registration **);
  int (*replace)(Context *, Registration, const IntArray *, Delegate *);
};

typedef struct { int takes_none, refuses; } Wishes;

#ifdef EDGE_TPU

static int takes(const Registration *registration) {
  return registration->custom_name && !strcmp(registration->custom_name, "edgetpu-custom-op");
}

static void compute(const Tensor *in, Tensor *out) { memcpy(out->data, in->data, in->bytes); }

static int has_device(const char *device) {
  return EDGE_TPU && (!device || !strcmp(device, "usb") || !strcmp(device, "usb:0"));
}

const char *edgetpu_version(void) { return "BuildLabel(COMPILER=simulated), RuntimeVersion(14)"; }

#else

static int takes(const Registration *registration) { return registration->builtin_code == BUILTIN_SOFTMAX; }

static void compute(const Tensor *in, Tensor *out) {
  const size_t count = in->bytes / sizeof(float);
  float highest = in->data[0], sum = 0;
  for (size_t i = 1; i < count; i++) highest = fmaxf(highest, in->data[i]);
  for (size_t i = 0; i < count; i++) sum += out->data[i] = expf(in->data[i] - highest);
  for (size_t i = 0; i < count; i++) out->data[i] /= sum;
}

static int has_device(const char *device) { return !device; }

#endif

static int invoke(Context *context, Node *node) {
  compute(&context->tensors[node->inputs->data[0]], &context->tensors[node->outputs->data[0]]);
  return 0;
}

static int prepare(Context *context, Delegate *delegate) {
  const Wishes *wishes = delegate->data;
  IntArray *plan, *taken;
  int status;
  if (wishes->refuses) {
    context->report_error(context, "the model is not to this delegate's taste");
    return 1;
  }
  if (context->execution_plan(context, &plan)) return 1;
  taken = malloc(sizeof(int) * (plan->size + 1));
  taken->size = 0;
  for (int i = 0; i < plan->size && !wishes->takes_none; i++) {
    Node *node;
    Registration *registration;
    if (context->node_and_registration(context, plan->data[i], &node, &registration)) return 1;
    if (takes(registration)) taken->data[taken->size++] = plan->data[i];
  }
  Registration own = {.invoke = invoke, .custom_name = "Softmax", .version = 1};
  status = context->replace(context, own, taken, delegate);
  free(taken);
  return status;
}

void *tflite_plugin_create_delegate(char **keys, char **values, size_t count, void (*report)(const char *)) {
  Delegate *delegate = calloc(1, sizeof(Delegate));
  Wishes *wishes = delegate->data = calloc(1, sizeof(Wishes));
  const char *device = NULL;
  delegate->prepare = prepare;
  delegate->flags = ALLOWS_DYNAMIC_TENSORS;
  for (size_t i = 0; i < count; i++) {
    if (!strcmp(keys[i], "device")) device = values[i];
    wishes->takes_none |= !strcmp(keys[i], "take") && !strcmp(values[i], "none");
    wishes->refuses |= !strcmp(keys[i], "refuse");
  }
  if (has_device(device)) return delegate;
  report("No device found");
  free(wishes);
  free(delegate);
  return NULL;
}

void tflite_plugin_destroy_delegate(void *delegate) {
  if (delegate) free(((Delegate *)delegate)->data);
  free(delegate);
}
